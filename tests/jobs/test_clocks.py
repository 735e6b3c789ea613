"""The outbox among machines whose clocks differ: the order is that of an account's versions, never that of ids."""

from uuid import UUID

import pytest

import jobs.relay
from jobs.relay import Relay
from models.database.clock import now
from models.database.connection import transaction
from models.events.outbox import take_events
from models.operations.licensing.change_license import change_license
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.send_activation_link import send_activation_link
from models.tables import Event
from tests.support.clocks import ids_going_back
from tests.support.company import Company
from tests.support.mails import run_until_idle
from tests.support.smtp import MailServer

SUBJECTS = [
    "A license has been assigned to you: Eco",
    "Your license has changed: Pro",
    "Your new activation link: Pro",
    "Your license has been removed: Pro",
]


@pytest.fixture
async def events(company: Company, relay: Relay) -> list[UUID]:
    """The ids of four events of one license, by their versions; each lies a second before the one ahead of it."""
    await company.buy(ECO=1, PRO=1)
    await run_until_idle(relay)
    with ids_going_back():
        license = await company.assign(company.users[0], "ECO")
        changed = await change_license(company.viewer, license_id=license.id, package_id=company.packages["PRO"].id)
        await send_activation_link(company.viewer, license_id=changed.license.id)
        await remove_license(company.viewer, license_id=changed.license.id)
    recorded = await Event.filter(relayed_at=None).order_by("version").values_list("id", flat=True)
    assert recorded == sorted(recorded, reverse=True)
    assert len(recorded) == len(SUBJECTS)
    return recorded


@pytest.mark.parametrize("most", [1, 2, 3, 4])
async def test_events_are_taken_by_version_however_many_at_once(events: list[UUID], most: int) -> None:
    taken: list[UUID] = []
    while True:
        async with transaction():
            some = await take_events(now(), most=most)
        if not some:
            break
        taken += [event.id for event in some]
    assert taken == events


@pytest.mark.parametrize("batch", [1, 3, 200])
@pytest.mark.usefixtures("events")
async def test_mails_to_one_person_go_out_in_the_order_of_versions(
    company: Company, relay: Relay, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(jobs.relay, "BATCH", batch)
    mail_server.tries.clear()
    with ids_going_back():
        while await relay.make_deliveries(now()):
            pass
    await run_until_idle(relay)
    assert [str(one.message["Subject"]) for one in mail_server.taken] == SUBJECTS
