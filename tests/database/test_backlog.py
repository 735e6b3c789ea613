"""How large a backlog is, and whether more waits for a person: little of it is read, however much there is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from models.database.clock import now
from models.database.connection import fetch
from models.database.ids import new_id
from models.events import backlog
from models.events.backlog import _BACKLOG, read_backlog
from models.events.outbox import GREATEST, LATER_NOTICE, has_later_notice, written_at
from models.events.outcomes import HELD_BACK
from models.tables import Delivery
from tests.support.backlog import let_wait, open_deliveries
from tests.support.company import Company
from tests.support.plans import nodes, plan_of
from tests.support.statements import statements
from tests.support.undone import undone


@pytest.fixture
async def nothing_waits(company: Company) -> Company:
    """A company for whose people nothing waits, nor will."""
    await fetch("UPDATE events SET relayed_at = now()")
    return company


async def test_a_backlog_is_counted(nothing_waits: Company) -> None:
    moment = now()
    assert await read_backlog(moment) == backlog.Backlog(0, 0, 0, 0)
    await let_wait(nothing_waits, people=5, each=1)
    ids = await open_deliveries()
    await fetch("UPDATE deliveries SET last_error = $1 WHERE id = $2", HELD_BACK, ids[1])
    await fetch("UPDATE deliveries SET last_error = 'away' WHERE id = ANY($1)", ids[2:4])
    await fetch("UPDATE deliveries SET sent_at = now() WHERE id = $1", ids[4])
    await fetch("UPDATE events SET relayed_at = NULL WHERE version <= 2")
    await fetch(
        "INSERT INTO sign_in_requests (id, email, requested_at) VALUES ($1, 'ann@example.com', now())", new_id()
    )
    later = written_at(ids[0]) + timedelta(seconds=90.5)
    assert await read_backlog(later) == backlog.Backlog(waiting=4, retrying=2, oldest_seconds=90, unrelayed=3)


async def test_a_large_backlog_is_counted_up_to_a_limit_from_what_is_due_first(
    nothing_waits: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "MOST_COUNTED", 3)
    await let_wait(nothing_waits, people=6, each=1)
    ids = await open_deliveries()
    await fetch("UPDATE deliveries SET last_error = 'away' WHERE id = ANY($1)", ids)
    await fetch("UPDATE deliveries SET due_at = now() - interval '1 day', last_error = NULL WHERE id = $1", ids[5])
    await fetch("UPDATE events SET relayed_at = NULL")
    later = written_at(ids[0]) + timedelta(seconds=7)
    assert await read_backlog(later) == backlog.Backlog(waiting=3, retrying=2, oldest_seconds=7, unrelayed=3)


async def test_counting_touches_no_more_of_a_larger_backlog(nothing_waits: Company) -> None:
    measured = []
    for number in (2_000, 20_000):
        await let_wait(nothing_waits, people=number, each=1)
        await fetch("UPDATE deliveries SET sent_at = now()")
        await let_wait(nothing_waits, people=number, each=1)
        measured.append(await touched(_BACKLOG, HELD_BACK, 100))
    (few, _), (many, indexes) = measured
    assert many == few
    assert many < 2 * 100 + 1 + 100 + 100
    assert {"deliveries_due_idx", "deliveries_open_idx"} <= indexes
    assert "deliveries_pkey" not in indexes


LATER = [
    ("mail.license_changed", {}, True),
    ("mail.license_changed", {"in_order": False}, False),
    ("mail.license_changed", {"sent_at": now()}, False),
    ("mail.license_changed", {"failed_at": now()}, False),
    ("mail.purchase_completed", {}, False),
]


@pytest.mark.parametrize(("consumer", "changes", "found"), LATER)
async def test_a_later_notice_of_a_license_is_one_that_waits_in_order(
    nothing_waits: Company, consumer: str, changes: dict[str, Any], found: bool
) -> None:
    await let_wait(nothing_waits, people=1, each=3)
    first, second, third = await open_deliveries()
    # Those before it, and those of others, count for nothing.
    await Delivery.filter(id=first).update(consumer="mail.license_removed")
    await let_wait(nothing_waits, people=1, each=1)
    await (
        Delivery.filter(consumer__startswith="test.")
        .exclude(id__in=[second, third])
        .update(consumer="mail.license_assigned")
    )
    await Delivery.filter(id=third).update(consumer=consumer, **changes)
    assert await has_later_notice(await Delivery.get(id=second)) is found


async def test_a_persons_history_is_not_read_to_find_a_later_notice(nothing_waits: Company) -> None:
    await let_wait(nothing_waits, people=1, each=2_000)
    await fetch(
        "UPDATE deliveries SET consumer = 'mail.license_removed/' || number FROM"
        " (SELECT id, row_number() OVER () AS number FROM deliveries) AS numbered WHERE numbered.id = deliveries.id"
    )
    await fetch("UPDATE deliveries SET sent_at = now()")
    [person] = await fetch("SELECT DISTINCT recipient_id AS id FROM deliveries")
    delivery = await Delivery.filter(recipient_id=person["id"]).order_by("id").first()
    assert delivery is not None
    # As much waits for others.
    await let_wait(nothing_waits, people=2_000, each=1)
    # Whether or not PostgreSQL has counted what there is.
    for prepare in ("SELECT", "VACUUM ANALYZE deliveries"):
        await fetch(prepare)
        with statements() as sent:
            assert not await has_later_notice(delivery)
        async with undone():
            await fetch(sent[sent.index(" ".join(LATER_NOTICE.split())) - 1])
            rows, indexes = await touched(LATER_NOTICE, person["id"], delivery.id, GREATEST)
        assert (rows, indexes) == (0, {"deliveries_recipient_idx"})


async def touched(statement: str, *values: Any) -> tuple[int, set[str]]:
    """How many rows a statement looks at, whether or not they are of use, and by which indexes."""
    scans = list(_scans(await plan_of(statement, *values, options="ANALYZE, FORMAT JSON")))
    rows = sum(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) for node in scans)
    return rows, {node.get("Index Name", node["Node Type"]) for node in scans}


def _scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (node for node in nodes(plan) if "Relation Name" in node or "Index Name" in node)
