"""The relay among failures: servers that are away, relays that died, several relays, mails that cannot be made."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from jobs.relay import Relay
from mailers.compose import compose
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from models.database.clock import now
from models.database.connection import fetch
from models.database.ids import new_id
from models.events.outbox import LEASE, claim_deliveries
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.send_activation_link import send_activation_link
from models.tables import Delivery, Event, User
from tests.jobs.conftest import RelayTo
from tests.support.company import Company
from tests.support.links import ask_for_link
from tests.support.mails import run_until_idle
from tests.support.running import free_port
from tests.support.smtp import MailServer
from tests.support.unchanged import nothing_changes


async def recipients() -> list[UUID]:
    """The recipients of mails still to be sent, in the order in which the mails were made."""
    return await Delivery.filter(sent_at=None, failed_at=None).order_by("id").values_list("recipient_id", flat=True)


def subjects(server: MailServer) -> list[tuple[str, str]]:
    """To whom which mails went, in order."""
    return [(one.to, str(one.message["Subject"])) for one in server.taken]


async def test_while_the_server_is_away_everything_waits_then_goes_out_in_order(
    company: Company, relay_to: RelayTo
) -> None:
    ann, ben, cleo = company.users
    port = free_port()
    relay = relay_to(f"smtp://127.0.0.1:{port}?starttls=never")
    await company.buy(ECO=1)
    license = await company.assign(ann, "ECO")
    await ask_for_link(ben.email)
    await remove_license(company.viewer, license_id=license.id)
    await ask_for_link(cleo.email)
    assert await relay.round(now())
    # One notice to a recipient at a time: the second of Ann was not even tried. Sign-in links wait for nothing.
    attempts = [row.attempts for row in await Delivery.all().order_by("id")]
    assert attempts == [1, 1, 1, 1, 0, 1]
    assert await Delivery.filter(failed_at=None, sent_at=None, leased_until=None).count() == 6
    tried = await Delivery.filter(attempts=1)
    assert all("SMTPConnectError" in (delivery.last_error or "") for delivery in tried)
    async with MailServer(port=port) as server:
        for seconds in (6, 7, 8):
            await relay.round(now() + timedelta(seconds=seconds))
        assert subjects(server) == [
            ("admin@example.com", "Your Usher account is open"),
            ("admin@example.com", "Receipt for purchase P-2026-000001".replace("2026", f"{now().year}")),
            ("ann@example.com", "A license has been assigned to you: Eco"),
            ("ben@example.com", "Your sign-in link for Usher"),
            ("cleo@example.com", "Your sign-in link for Usher"),
            ("ann@example.com", "Your license has been removed: Eco"),
        ]
    assert await recipients() == []


async def test_one_persons_mails_go_out_in_order_even_when_the_first_must_wait(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, ben, _ = company.users
    await company.buy(ECO=1)
    license = await company.assign(ann, "ECO")
    await send_activation_link(company.viewer, license_id=license.id)
    await remove_license(company.viewer, license_id=license.id)
    await ask_for_link(ben.email)
    mail_server.answer("RCPT", "451 4.3.0 Later", to=ann.email, times=1)
    await run_until_idle(relay)
    assert [to for to, _ in subjects(mail_server)] == ["admin@example.com", ben.email]
    assert await recipients() == [ann.id] * 3
    for seconds in (6, 6, 6):
        await relay.round(now() + timedelta(seconds=seconds))
    assert subjects(mail_server)[2:] == [
        (ann.email, "A license has been assigned to you: Eco"),
        (ann.email, "Your new activation link: Eco"),
        (ann.email, "Your license has been removed: Eco"),
    ]


async def test_mails_are_in_the_order_of_the_events_wherever_those_lie_on_the_disk(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, *_ = company.users
    await company.buy(ECO=1)
    license = await company.assign(ann, "ECO")
    await remove_license(company.viewer, license_id=license.id)
    # An update writes a row anew, behind the others; vacuum makes room for new rows before old ones just so.
    await fetch("UPDATE events SET type = type WHERE type = 'license.assigned'")
    await fetch("ANALYZE events")
    await run_until_idle(relay)
    assert [subject for to, subject in subjects(mail_server) if to == ann.email] == [
        "A license has been assigned to you: Eco",
        "Your license has been removed: Eco",
    ]


async def test_sign_in_links_go_out_in_the_order_of_the_requests_wherever_those_lie_on_the_disk(
    company: Company, relay: Relay
) -> None:
    for user in company.users:
        await ask_for_link(user.email)
    await fetch("UPDATE events SET type = type WHERE data ->> 'user_id' = $1", str(company.users[0].id))
    await fetch("ANALYZE events")
    await relay.make_deliveries(now())
    assert await recipients() == [user.id for user in company.users]


async def test_what_a_dead_relay_had_claimed_is_sent_after_its_lease_and_not_before(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, *_ = company.users
    await ask_for_link(ann.email)
    moment = now()
    await relay.make_deliveries(moment)
    (claimed,) = await claim_deliveries(moment, most=50)
    assert (claimed.recipient_id, claimed.attempts, claimed.leased_until) == (ann.id, 1, moment + LEASE)
    async with nothing_changes():
        assert not await relay.round(moment + LEASE - timedelta(microseconds=1))
    assert await relay.round(moment + LEASE)
    assert [one.to for one in mail_server.taken] == [ann.email]
    delivery = await Delivery.get(id=claimed.id)
    assert (delivery.attempts, delivery.leased_until) == (2, None)


async def test_a_relay_that_died_after_sending_leads_to_the_same_mail_again(
    company: Company, relay: Relay, mail_server: MailServer, mail_config: MailConfig
) -> None:
    ann, *_ = company.users
    await ask_for_link(ann.email)
    moment = now()
    await relay.make_deliveries(moment)
    (claimed,) = await claim_deliveries(moment, most=50)
    # The server has taken the mail, and the relay dies before it can write that down.
    async with SmtpServer.from_url(f"smtp://127.0.0.1:{mail_server.port}").session() as session:
        await session.send(await compose(claimed, mail_config))
    await relay.round(moment + LEASE)
    first, again = mail_server.taken
    assert first.message["Message-ID"] == f"<{claimed.id}@usher.example.com>"
    assert first.content == again.content


async def test_two_relays_send_each_of_a_hundred_mails_once(
    company: Company, relay: Relay, relay_to: RelayTo, mail_server: MailServer
) -> None:
    people = [new_person(company, number) for number in range(50)]
    await User.bulk_create(people)
    for _ in range(2):
        await asyncio.gather(*[ask_for_link(person.email) for person in people])
    other = relay_to(f"smtp://127.0.0.1:{mail_server.port}?starttls=never")
    await asyncio.gather(run_until_idle(relay), run_until_idle(other))
    await run_until_idle(relay, other)
    assert len(mail_server.tries) == 100
    assert len({one.message["Message-ID"] for one in mail_server.tries}) == 100
    assert sorted(one.to for one in mail_server.tries) == sorted(2 * [person.email for person in people])
    sent = await Delivery.filter(recipient_id__in=[person.id for person in people])
    assert len(sent) == 100
    assert {delivery.attempts for delivery in sent} == {1}
    assert None not in {delivery.sent_at for delivery in sent}


def new_person(company: Company, number: int) -> User:
    """A user of the company, not yet saved."""
    return User(
        account_id=company.account_id,
        email=f"person{number}@example.com",
        first_name=f"Person {number}",
        last_name="Example",
        locale="en",
        role="STANDARD",
        created_at=now(),
    )


async def test_an_event_is_turned_into_its_mails_once(company: Company, relay: Relay, relay_to: RelayTo) -> None:
    for user in company.users:
        await ask_for_link(user.email)
    relays = [relay, *(relay_to("smtp://127.0.0.1:9") for _ in range(3))]
    counts = await asyncio.gather(*[one.make_deliveries(now()) for one in relays])
    assert sum(counts) == 3
    assert await recipients() == [user.id for user in company.users]
    # Even when the mark is lost, there is one mail for each event and consumer.
    await Event.all().update(relayed_at=None)
    await relay.make_deliveries(now())
    assert await recipients() == [user.id for user in company.users]


async def test_a_mail_that_cannot_be_written_holds_up_no_other(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, ben, cleo = company.users
    await company.buy(ECO=2)
    await company.assign(ann, "ECO")
    await company.assign(ben, "ECO")
    await ask_for_link(cleo.email)
    await fetch("UPDATE events SET data = data - 'package_id' WHERE data ->> 'user_id' = $1", str(ann.id))
    await run_until_idle(relay)
    assert [one.to for one in mail_server.taken] == ["admin@example.com", ben.email, cleo.email]
    broken = await Delivery.get(recipient_id=ann.id)
    assert (broken.sent_at, broken.failed_at, broken.attempts, broken.last_error) == (None, None, 1, "KeyError")
    assert broken.due_at > now()


@pytest.mark.parametrize(
    "damage",
    [
        "data = data - 'user_id'",
        "data = jsonb_set(data, '{user_id}', '\"nobody\"')",
        f"data = jsonb_set(data, '{{user_id}}', '\"{new_id()}\"')",
        "type = 'license.polished'",
    ],
    ids=["names nobody", "names no id", "names an unknown user", "has an unknown type"],
)
async def test_an_event_that_makes_no_sense_holds_up_no_mail(
    company: Company, relay: Relay, mail_server: MailServer, damage: str
) -> None:
    ann, ben, cleo = company.users
    for user in (ann, ben, cleo):
        await ask_for_link(user.email)
    await fetch(
        f"UPDATE events SET {damage} WHERE data ->> 'user_id' = $1 AND type = 'sign_in.requested'", str(ben.id)
    )
    await run_until_idle(relay)
    assert [one.to for one in mail_server.taken] == [ann.email, cleo.email]
