"""Mail that the server does not take at once: what waits, for how long, and what is given up."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from jobs.relay import Relay
from models.database.clock import now
from models.database.connection import fetch
from models.events.outcomes import put_off
from models.tables import Delivery, User
from tests.support.company import Company
from tests.support.links import ask_for_link
from tests.support.mails import run_until_idle
from tests.support.smtp import HANG_UP, MailServer
from tests.support.unchanged import nothing_changes

WAITS = [5, 15, 45, 135, 405, 1215, 3600, 3600]


async def delivery_to(user: User) -> Delivery:
    """The newest delivery to a user."""
    delivery = await Delivery.filter(recipient_id=user.id).order_by("-id").first()
    assert delivery is not None
    return delivery


async def round_until_put_off(relay: Relay, moment: datetime, user: User, wait: int) -> Delivery:
    """Run one round, after which the user's mail must wait so many seconds."""
    before = now()
    assert await relay.round(moment)
    delivery = await delivery_to(user)
    assert (delivery.sent_at, delivery.failed_at, delivery.leased_until) == (None, None, None)
    assert before <= delivery.due_at - timedelta(seconds=wait) <= now()
    return delivery


@pytest.mark.parametrize(
    ("command", "answer"),
    [("RCPT", "451 4.3.0 Greylisted"), ("DATA", "452 4.2.2 Mailbox full"), ("MAIL", "421 4.7.0 Too many at once")],
)
async def test_a_mail_that_is_not_taken_now_waits_longer_each_time(
    company: Company, relay: Relay, mail_server: MailServer, command: str, answer: str
) -> None:
    ann, *_ = company.users
    mail_server.answer(command, answer)
    await ask_for_link(ann.email)
    moment = now()
    for attempts, wait in enumerate(WAITS, 1):
        delivery = await round_until_put_off(relay, moment, ann, wait)
        assert delivery.attempts == attempts
        assert answer[4:] in (delivery.last_error or "")
        moment = delivery.due_at
    assert mail_server.taken == []


async def test_a_mail_that_waits_is_not_tried_before_it_is_due(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, *_ = company.users
    mail_server.answer("RCPT", "451 4.3.0 Greylisted", times=1)
    await ask_for_link(ann.email)
    await relay.round(now())
    due_at = (await delivery_to(ann)).due_at
    async with nothing_changes():
        assert not await relay.round(due_at - timedelta(microseconds=1))
    assert await relay.round(due_at)
    delivery = await delivery_to(ann)
    assert delivery.sent_at is not None
    assert (delivery.attempts, delivery.leased_until, delivery.last_error) == (2, None, None)
    assert [one.to for one in mail_server.taken] == [ann.email]


async def test_a_repeat_is_the_same_mail_with_the_same_link(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, *_ = company.users
    mail_server.answer("DATA", "451 4.3.0 Out of breath", times=2)
    await ask_for_link(ann.email)
    moment = now()
    for _ in range(3):
        await relay.round(moment)
        moment = (await delivery_to(ann)).due_at
    first, second, third = mail_server.tries
    assert (first.taken, second.taken, third.taken) == (False, False, True)
    assert first.content == second.content == third.content
    (row,) = await fetch("SELECT count(*) FROM tokens WHERE event_id IS NOT NULL AND user_id = $1", ann.id)
    assert row["count"] == 1


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT", "550 5.1.1 No such user here"),
        ("RCPT", "553 5.1.3 Not an address"),
        ("DATA", "554 5.7.1 Looks like spam"),
        ("DATA", "552 5.3.4 Too big"),
    ],
)
async def test_a_refusal_for_good_fails_at_once_and_others_go_on(
    company: Company, relay: Relay, mail_server: MailServer, command: str, answer: str
) -> None:
    ann, ben, cleo = company.users
    mail_server.answer(command, answer, to=ben.email)
    for user in (ann, ben, cleo):
        await ask_for_link(user.email)
    await run_until_idle(relay)
    assert [one.to for one in mail_server.taken] == [ann.email, cleo.email]
    refused = await delivery_to(ben)
    assert refused.failed_at is not None
    assert (refused.sent_at, refused.attempts, refused.last_error) == (None, 1, answer)
    mail_server.forgive()
    async with nothing_changes("allowances_spent"):
        assert not await relay.round(now() + timedelta(days=1))


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("CONNECT", "554 5.3.2 Go away"),
        ("CONNECT", "421 4.3.2 Closing for the night"),
        ("MAIL", "550 5.7.1 That sender is not ours"),
        ("RCPT", "530 5.7.0 Authentication required"),
        ("RCPT", "535 5.7.8 Authentication failed"),
    ],
)
async def test_what_a_server_has_against_us_is_not_held_against_the_recipient(
    company: Company, relay: Relay, mail_server: MailServer, command: str, answer: str
) -> None:
    ann, ben, _ = company.users
    mail_server.answer(command, answer)
    await ask_for_link(ann.email)
    await ask_for_link(ben.email)
    await relay.round(now())
    for user in (ann, ben):
        delivery = await delivery_to(user)
        assert (delivery.sent_at, delivery.failed_at, delivery.attempts) == (None, None, 1)
        assert answer[4:] in (delivery.last_error or "")
    mail_server.forgive()
    await relay.round(now() + timedelta(seconds=6))
    assert [one.to for one in mail_server.taken] == [ann.email, ben.email]


async def test_a_connection_that_breaks_in_a_batch_loses_and_repeats_nothing(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    users = [company.administrator, *company.users]
    for user in users:
        await ask_for_link(user.email)
    mail_server.answer("RCPT", HANG_UP, to=users[1].email, times=1)
    connections = mail_server.connections
    assert await relay.round(now())
    # The one that broke, and those after it, wait; no new connection is made for them in this round.
    assert mail_server.connections == connections + 1
    assert [one.to for one in mail_server.taken] == [users[0].email]
    assert await Delivery.filter(sent_at=None, failed_at=None, attempts=1, leased_until=None).count() == 3
    await relay.round(now() + timedelta(seconds=6))
    assert [one.to for one in mail_server.taken] == [user.email for user in users]
    assert await Delivery.filter(sent_at=None).count() == 0


async def test_a_mail_is_given_up_after_three_days(company: Company, relay: Relay, mail_server: MailServer) -> None:
    ann, ben, _ = company.users
    mail_server.answer("RCPT", "451 4.3.0 Greylisted")
    for user, age in ((ann, timedelta(days=3, minutes=1)), (ben, timedelta(days=3, minutes=-1))):
        await ask_for_link(user.email)
        await relay.make_deliveries(now())
        await make_older(await delivery_to(user), age)
    await relay.round(now())
    given_up, waiting = await delivery_to(ann), await delivery_to(ben)
    assert given_up.failed_at is not None
    assert given_up.last_error == "given up after 1 attempts: 451 4.3.0 Greylisted"
    assert (waiting.failed_at, waiting.last_error) == (None, "451 4.3.0 Greylisted")
    mail_server.forgive()
    await relay.round(now() + timedelta(hours=2))
    assert [one.to for one in mail_server.taken] == [ben.email]


async def make_older(delivery: Delivery, age: timedelta) -> None:
    """Give a delivery the id it would have, had it been made so long ago: its first 48 bits are the milliseconds."""
    milliseconds = int((now() - age).timestamp() * 1000)
    older = UUID(int=milliseconds << 80 | delivery.id.int & ((1 << 80) - 1))
    await fetch("UPDATE deliveries SET id = $1 WHERE id = $2", older, delivery.id)


@pytest.mark.parametrize(("attempts", "wait"), [*enumerate(WAITS, 1), (1000, 3600)])
async def test_delays_grow_threefold_up_to_an_hour(company: Company, relay: Relay, attempts: int, wait: int) -> None:
    ann, *_ = company.users
    await ask_for_link(ann.email)
    moment = now()
    await relay.make_deliveries(moment)
    delivery = await delivery_to(ann)
    delivery.attempts = attempts
    outcome = put_off(delivery, moment, "x" * 1000)
    assert (outcome.due_at, outcome.failed) == (moment + timedelta(seconds=wait), False)
    assert outcome.last_error == "x" * 300
