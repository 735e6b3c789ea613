"""How many mails one person is sent in an hour, and what becomes of those beyond."""

from datetime import timedelta

from prometheus_client import REGISTRY

from jobs.relay import Relay
from models.database.clock import now
from models.database.connection import fetch
from models.events.backlog import read_backlog
from models.events.outcomes import HELD_BACK
from models.operations.licensing.change_license import change_license
from models.operations.licensing.remove_license import remove_license
from models.tables import Delivery, License, User
from tests.support.company import Company
from tests.support.links import ask_for_link
from tests.support.mails import run_until_idle
from tests.support.smtp import MailServer
from tests.support.unproven import open_unproven

MOST = 60


def held_back() -> float:
    """How many times a mail was held back, as the metric tells."""
    return REGISTRY.get_sample_value("usher_mails_total", {"outcome": "held_back"}) or 0.0


def subjects(server: MailServer, to: User) -> list[str]:
    """The subjects of the mails sent to a person, in order."""
    return [str(one.message["Subject"]) for one in server.taken if one.to == to.email]


async def assign_and_remove(company: Company, user: User, times: int) -> None:
    """Give a person a license and take it away again, over and over."""
    for _ in range(times):
        license = await company.assign(user, "ECO")
        await remove_license(company.viewer, license_id=license.id)


async def an_hour_later() -> None:
    """Let everything that happened have happened two hours earlier."""
    await fetch("UPDATE allowances_spent SET period = period - 2")
    await fetch("UPDATE events SET occurred_at = occurred_at - interval '2 hours'")
    await fetch("UPDATE deliveries SET due_at = due_at - interval '2 hours'")


async def waiting(user: User) -> list[Delivery]:
    """The mails still to be sent to a person, in order."""
    return await Delivery.filter(recipient_id=user.id, sent_at=None, failed_at=None).order_by("id")


async def test_beyond_sixty_in_an_hour_the_mails_to_a_person_wait(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, ben, _ = company.users
    await company.buy(ECO=2)
    await assign_and_remove(company, ann, MOST // 2 + 2)
    before = held_back()
    await run_until_idle(relay)
    assert subjects(mail_server, ann) == [
        "A license has been assigned to you: Eco",
        "Your license has been removed: Eco",
    ] * (MOST // 2)
    first, *others = await waiting(ann)
    assert (first.attempts, first.last_error, first.leased_until) == (0, HELD_BACK, None)
    assert now() < first.due_at <= now() + timedelta(hours=2)
    assert [(one.attempts, one.last_error) for one in others] == [(0, None)] * 3
    assert held_back() == before + 1
    backlog = await read_backlog(now())
    assert (backlog.waiting, backlog.retrying) == (4, 0)
    # Others are sent their mails, and she her sign-in link.
    await company.assign(ben, "ECO")
    await ask_for_link(ann.email)
    await run_until_idle(relay)
    assert subjects(mail_server, ben) == ["A license has been assigned to you: Eco"]
    assert subjects(mail_server, ann)[MOST:] == ["Your sign-in link for Usher"]


async def test_what_waited_and_is_no_longer_true_is_dropped(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, *_ = company.users
    await company.buy(ECO=1)
    await assign_and_remove(company, ann, MOST // 2 + 5)
    await run_until_idle(relay)
    await an_hour_later()
    await run_until_idle(relay)
    # Of five assignments and five removals, the last says it all.
    assert subjects(mail_server, ann)[MOST:] == ["Your license has been removed: Eco"]
    assert await waiting(ann) == []
    dropped = await Delivery.filter(recipient_id=ann.id).exclude(failed_at=None)
    assert len(dropped) == 9
    assert {one.last_error for one in dropped} == {
        "the license has ended, or another notice has replaced this one, before it could be sent"
    }


async def test_of_what_waited_the_license_that_lives_is_told(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, *_ = company.users
    await company.buy(ECO=1, PRO=1)
    await assign_and_remove(company, ann, MOST // 2 + 3)
    license = await company.assign(ann, "ECO")
    await change_license(company.viewer, license_id=license.id, package_id=company.packages["PRO"].id)
    await run_until_idle(relay)
    await an_hour_later()
    await run_until_idle(relay)
    # The link of the assignment activates the license that it was changed to.
    assert subjects(mail_server, ann)[MOST:] == [
        "A license has been assigned to you: Eco",
        "Your license has changed: Pro",
    ]
    assert await License.filter(user_id=ann.id, ended_at=None).count() == 1


async def test_what_waited_for_less_than_an_hour_is_told_in_full(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    ann, *_ = company.users
    await company.buy(ECO=1)
    mail_server.answer("RCPT", "451 4.3.0 Greylisted", to=ann.email, times=1)
    await assign_and_remove(company, ann, 1)
    await run_until_idle(relay)
    await fetch("UPDATE events SET occurred_at = occurred_at - interval '59 minutes'")
    await fetch("UPDATE deliveries SET due_at = due_at - interval '59 minutes'")
    await run_until_idle(relay)
    assert subjects(mail_server, ann) == [
        "A license has been assigned to you: Eco",
        "Your license has been removed: Eco",
    ]


async def test_the_unproven_accounts_of_one_mailbox_are_mailed_ten_links_together(
    company: Company, relay: Relay, mail_server: MailServer
) -> None:
    users = [await open_unproven(f"an.n+{number}@example.org") for number in range(3)]
    await run_until_idle(relay)
    opened = len(mail_server.taken)
    for user in users:
        for _ in range(4):
            await ask_for_link(user.email)
    await run_until_idle(relay)
    assert sorted(one.to for one in mail_server.taken[opened:]) == (
        [users[0].email] * 4 + [users[1].email] * 4 + [users[2].email] * 2
    )
    held = await waiting(users[2])
    assert [(one.attempts, one.last_error) for one in held] == [(0, HELD_BACK)] * 2
    # A user whose account is proven has the limit of the address alone.
    await ask_for_link(company.users[0].email)
    await run_until_idle(relay)
    assert subjects(mail_server, company.users[0])[-1] == "Your sign-in link for Usher"
    # Half an hour later what was held back would arrive dead.
    await an_hour_later()
    await run_until_idle(relay)
    assert len(mail_server.taken) == opened + 11
    errors = [(await Delivery.get(id=one.id)).last_error for one in held]
    assert errors == ["the sign-in link expired before it could be sent"] * 2
