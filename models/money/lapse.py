"""The licenses that end and the lots that give up seats, when seats of a package go."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class AssignedSeat:
    """A live license, by when it was assigned."""

    id: UUID
    assigned_at: datetime


@dataclass(frozen=True)
class Lot:
    """The live seats of one purchase line, by when they were granted."""

    id: UUID
    granted_at: datetime
    seats: int


def lapsing(assigned: Iterable[AssignedSeat], *, purchased: int, seats: int) -> list[AssignedSeat]:
    """The licenses that end when so many of the purchased seats go, in order.

    Free seats go first; then max(0, assigned - (purchased - seats)) licenses, those assigned last first. They end
    before the seats go, so that activated <= assigned <= purchased holds all the while.
    """
    newest_first = sorted(assigned, key=lambda license: (license.assigned_at, license.id), reverse=True)
    return newest_first[: max(0, len(newest_first) - (purchased - seats))]


def seats_given_up(lots: Iterable[Lot], seats: int) -> list[tuple[Lot, int]]:
    """The lots that give up seats, newest first, and how many each; the last of them may be split."""
    given: list[tuple[Lot, int]] = []
    for lot in sorted(lots, key=lambda lot: (lot.granted_at, lot.id), reverse=True):
        count = min(lot.seats, seats)
        if count:
            given.append((lot, count))
        seats -= count
    if seats:
        raise ValueError(f"the lots have {seats} seats too few")
    return given
