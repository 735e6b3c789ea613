"""Those who share what they are told, and are parted: by their sessions, their rights, or by reading nothing."""

from contextlib import AsyncExitStack

import pytest
from websockets.exceptions import ConnectionClosed

from api.schema import subscription
from api.subscriptions import subscriber
from models.events import commit_listeners
from models.permissions import Permission
from models.tables import ApiKey
from tests.live.test_leaving import LONG, slow_socket
from tests.support.answers import not_signed_in
from tests.support.api_keys import make_key
from tests.support.client import Client, Live
from tests.support.company import Company
from tests.support.counted import counted, value
from tests.support.seats_feed import SEATS, commit_elsewhere, failed, next_update, updates
from tests.support.statements import statements
from tests.support.waiting import until

TRY_AGAIN_LATER = 1013
SENT = "usher_seat_messages_total"
SLOW = "usher_slow_followers_total"


async def version_of(live: Live) -> int:
    """The version of the next message."""
    return int((await live.next())["seatCountsChanged"]["version"])


async def hear(live: Live, heard: list[int]) -> None:
    """Note the versions of all messages that come."""
    while True:
        heard.append(await version_of(live))


async def test_a_session_that_ends_takes_only_its_own_subscriptions_along(
    admin: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.05)
    colleague = admin.signed_in(await company.access_token())
    async with admin.live() as stays, colleague.live() as leaves:
        for live in (stays, leaves):
            await live.subscribe(SEATS)
            await next_update(live)
        await leaves.subscribe(SEATS, id="2")
        assert (await leaves.receive())["id"] == "2"
        await colleague.run("mutation { signOut { ok } }")
        ended = [await leaves.receive() for _ in range(4)]
        assert {(message["id"], message["type"]) for message in ended} == {
            (id, type) for id in "12" for type in ("next", "complete")
        }
        with counted(SENT) as added:
            await company.buy(PRO=1)
            assert (await next_update(stays))[1:] == (False, {"PRO": (1, 0, 0)})
        assert added == {SENT: 1}
        # The ids are free again, for nobody's operations.
        await leaves.subscribe(SEATS)
        assert await failed(leaves) == not_signed_in("REVOKED")


async def test_all_sessions_are_looked_at_in_one_statement(
    admin: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.0)
    async with AsyncExitStack() as stack:
        clients = [admin.signed_in(await company.access_token()) for _ in range(10)]
        sockets = [await stack.enter_async_context(client.live()) for client in clients]
        for live in sockets:
            await live.subscribe(SEATS)
            await next_update(live)
        with statements() as seen:
            await commit_elsewhere(company.account_id, company.packages["PRO"].id, [1])
            commit_listeners.publish(company.account_id)
            for live in sockets:
                await next_update(live)
    looks = [statement for statement in seen if "FROM sessions" in statement]
    assert looks
    assert all("WHERE session.id = ANY($1)" in look for look in looks)


async def test_a_viewer_whose_rights_change_is_sent_to_follow_anew(
    admin: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "CHECK_SESSION_EVERY", 0.05)
    key = await make_key(admin, Permission.VIEW_INVENTORY, Permission.MANAGE_DOMAINS)
    async with admin.signed_in(key.secret).live() as live:
        await live.subscribe(SEATS)
        await next_update(live)
        await ApiKey.all().update(scopes=["VIEW_INVENTORY"])
        with pytest.raises(ConnectionClosed) as closed:
            await live.receive()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == TRY_AGAIN_LATER


async def test_who_takes_nothing_for_long_is_closed_and_goes_on_from_there_while_others_hear_all(
    admin: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber, "TAKEN_WITHIN", 0.2)
    async with admin.live() as live, slow_socket(admin) as slow:
        for each in (live, slow):
            await each.subscribe(LONG)
        begin = await version_of(live)
        assert await version_of(slow) == begin
        slow.socket.transport.pause_reading()
        closed_before = value(SLOW)
        end = await commit_elsewhere(company.account_id, company.packages["PRO"].id, list(range(1, 301)))
        commit_listeners.publish(company.account_id)
        assert [await version_of(live) for _ in range(300)] == list(range(begin + 1, end + 1))
        await until(lambda: value(SLOW) == closed_before + 1)
        slow.socket.transport.resume_reading()
        heard: list[int] = []
        with pytest.raises(ConnectionClosed) as closed:
            await hear(slow, heard)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (TRY_AGAIN_LATER, "What was sent is not read")
        seen = begin + len(heard)
        assert heard == list(range(begin + 1, seen + 1))
        assert begin < seen < end
    async with admin.live() as again:
        await again.subscribe(SEATS, after=str(seen))
        missed = await updates(again, end - seen)
        assert [version for version, _, _ in missed] == list(range(seen + 1, end + 1))


async def test_who_reads_again_in_time_has_missed_nothing_and_is_told_with_the_others(
    admin: Client, company: Company
) -> None:
    async with admin.live() as live, slow_socket(admin) as slow:
        for each in (live, slow):
            await each.subscribe(LONG)
            await each.next()
        slow.socket.transport.pause_reading()
        version = await commit_elsewhere(company.account_id, company.packages["PRO"].id, list(range(1, 301)))
        commit_listeners.publish(company.account_id)
        for _ in range(300):
            await live.next()
        slow.socket.transport.resume_reading()
        late = [int((await slow.next())["seatCountsChanged"]["version"]) for _ in range(300)]
        assert late == list(range(version - 299, version + 1))
        with counted("usher_seat_executions_total", SENT) as added:
            await company.buy(ECO=1)
            for each in (live, slow):
                assert (await each.next())["seatCountsChanged"]["version"] == str(version + 3)
        assert added == {"usher_seat_executions_total": 1, SENT: 2}
