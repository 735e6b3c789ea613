"""Licenses and seats go in a known order, and the counts hold at every step."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.money.lapse import AssignedSeat, Lot, lapsing, seats_given_up
from tests.money.drawing import steady

IDS = st.integers(0, 2**32).map(lambda number: UUID(int=number))
# Few moments, so that ids decide as well.
MOMENTS = st.integers(0, 5).map(lambda days: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days))
LICENSES = st.lists(st.builds(AssignedSeat, IDS, MOMENTS), max_size=30, unique_by=lambda each: each.id)
LOTS = st.lists(st.builds(Lot, IDS, MOMENTS, st.integers(0, 20)), max_size=8, unique_by=lambda each: each.id)


@steady
@given(st.data(), LICENSES)
def test_the_counts_hold_at_each_event(data: st.DataObject, licenses: list[AssignedSeat]) -> None:
    activated = data.draw(st.sets(st.sampled_from(licenses))) if licenses else set()
    purchased = len(licenses) + data.draw(st.integers(0, 10))
    seats = data.draw(st.integers(0, purchased))
    live = list(licenses)
    for ended in lapsing(licenses, purchased=purchased, seats=seats):
        assert all((ended.assigned_at, ended.id) >= (other.assigned_at, other.id) for other in live)
        # No license ends while a free seat could go instead.
        assert len(live) > purchased - seats
        live.remove(ended)
        assert 0 <= len(activated & set(live)) <= len(live) <= purchased
    assert len(live) <= purchased - seats
    assert len(live) == min(len(licenses), purchased - seats)


@steady
@given(st.data(), LOTS)
def test_lots_give_up_seats_newest_first(data: st.DataObject, lots: list[Lot]) -> None:
    seats = data.draw(st.integers(0, sum(lot.seats for lot in lots)))
    given_up = seats_given_up(lots, seats)
    assert sum(count for _, count in given_up) == seats
    assert all(0 < count <= lot.seats for lot, count in given_up)
    # At most the last one is split, and all that are newer than it are gone.
    assert all(count == lot.seats for lot, count in given_up[:-1])
    newest_first = sorted((lot for lot in lots if lot.seats), key=lambda lot: (lot.granted_at, lot.id), reverse=True)
    assert [lot for lot, _ in given_up] == newest_first[: len(given_up)]


def test_lots_cannot_give_up_more_seats_than_they_have() -> None:
    with pytest.raises(ValueError, match="1 seats too few"):
        seats_given_up([Lot(UUID(int=1), datetime(2027, 1, 1, tzinfo=UTC), 3)], 4)
