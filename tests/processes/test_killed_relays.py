"""A relay that is killed or stands still while it sends: another takes its mails over, and none is sent by both."""

import os
import signal
from collections import Counter
from datetime import timedelta

from jobs.pauses import LOOK_EVERY
from models.database.clock import now
from models.events.leases import LEASE
from models.tables import Delivery
from tests.support.backlog import open_deliveries
from tests.support.company import Company
from tests.support.installation import Installation
from tests.support.notices import everything_is_sent, message_ids, notices
from tests.support.smtp import HANG, HOLD, MailServer
from tests.support.waiting import until, until_told

TAKEN_OVER_WITHIN = timedelta(seconds=15)


async def thirty_notices(company: Company) -> None:
    """Have thirty people be told of a license."""
    for number in range(27):
        await company.add_user(f"user{number}")
    await company.buy(PRO=30)
    for user in company.users:
        await company.assign(user, "PRO")


async def claimed() -> list[Delivery]:
    """The deliveries under a lease."""
    return await Delivery.filter(leased_until__gt=now(), sent_at=None)


async def test_what_a_killed_relay_had_claimed_is_sent_by_another_soon(
    installation: Installation, company: Company, mail_server: MailServer
) -> None:
    await thirty_notices(company)
    mail_server.answer("DATA", HANG)
    relay = await installation.relay()
    # It has claimed all, and sends the first over each of its connections.
    await until(lambda: len(mail_server.tries) == 4)
    held = await claimed()
    assert len(held) == 32
    await relay.kill()
    began = [mail.message_id for mail in mail_server.tries]
    mail_server.forgive()
    moment = now()
    await installation.relay()
    await everything_is_sent()
    # Lease and look, as they are, are what it takes; the row says when it was taken over.
    assert LEASE + LOOK_EVERY < TAKEN_OVER_WITHIN
    assert {delivery.attempts for delivery in await Delivery.filter(id__in=[one.id for one in held])} == {2}
    assert max([(await Delivery.get(id=one.id)).sent_at or moment for one in held]) < moment + TAKEN_OVER_WITHIN
    # The mails that it was sending come again, and no others.
    assert Counter(message_ids(mail_server)) == Counter([*await notices(), *began])


async def test_a_lease_lasts_as_long_as_its_process_sends(
    installation: Installation, company: Company, mail_server: MailServer
) -> None:
    await company.buy(PRO=1)
    await company.assign(company.users[0], "PRO")
    mail_server.answer("DATA", HANG, to=company.users[0].email, times=1)
    await installation.relay()
    await until(lambda: company.users[0].email in [mail.to for mail in mail_server.tries])
    other = await installation.relay()
    (first,) = await claimed()

    async def renewed_past_its_end() -> bool:
        return first.leased_until is not None and first.leased_until + timedelta(seconds=1) < now()

    await until_told(renewed_past_its_end)
    (still,) = await claimed()
    assert (still.id, still.attempts) == (first.id, 1)
    assert still.leased_until > first.leased_until
    assert "mail" not in other.printed


async def test_a_relay_that_stood_still_does_not_send_what_another_has_taken_over(
    installation: Installation, company: Company, mail_server: MailServer
) -> None:
    await thirty_notices(company)
    # It stops before it was answered that the recipients are fine; the answers are there when it goes on.
    mail_server.answer("RCPT", HOLD)
    relay = await installation.relay()
    await until(lambda: mail_server.held == 4)
    assert len(await claimed()) == 32
    os.kill(relay.process.pid, signal.SIGSTOP)
    mail_server.forgive()
    try:
        await installation.relay()
        await everything_is_sent()
        assert sorted(message_ids(mail_server)) == await notices()
    finally:
        os.kill(relay.process.pid, signal.SIGCONT)
    # Each connection held one mail, whose recipient was fine: none goes on to the message.
    await until(lambda: relay.printed.count("mail.lease_lost") == 32)
    await relay.stop()
    assert sorted(message_ids(mail_server)) == await notices()
    assert await open_deliveries() == []
