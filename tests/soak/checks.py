"""The checks at the end. Each yields the problems that it finds."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from tests.soak.ledger import Ledger
from tests.soak.site import Site
from tests.support.follower import Follower
from tests.support.processes import usher
from tests.support.smtp import Try

NOT_IN_LOGS = re.compile(r'internal_error|INTERNAL_ERROR|Traceback|"level": "(?:error|critical)"|mail\.given_up')


async def licenses_are_kept(site: Site, ledger: Ledger) -> AsyncIterator[str]:
    """Every license that was given, ended or activated is so in the database."""
    rows = {row["id"]: row for row in await site.cluster.fetch("SELECT * FROM licenses")}
    for license, (user, package) in ledger.given.items():
        row = rows.get(license)
        if row is None or (row["user_id"], row["package_id"]) != (user, package):
            yield f"license {license} of {user} is {row}"
    for license in ledger.ended:
        if license not in rows or rows[license]["ended_at"] is None:
            yield f"license {license} has not ended"
    for license in ledger.activated:
        if license not in rows or rows[license]["activated_at"] is None:
            yield f"license {license} is not activated"


async def purchases_are_kept(site: Site, ledger: Ledger) -> AsyncIterator[str]:
    """Every purchase is what it was said to be; what was accepted and not declined has completed since."""
    states = {row["id"]: row["state"] for row in await site.cluster.fetch("SELECT id, state FROM purchases")}
    seats: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for row in await site.cluster.fetch(
        "SELECT line.purchase_id, seats.package_id, seats.quantity FROM seat_grants AS seats"
        " JOIN purchase_lines AS line ON line.id = seats.purchase_line_id"
    ):
        seats[row["purchase_id"]][row["package_id"]] = row["quantity"]
    for purchase in ledger.accepted:
        if states.get(purchase) != "COMPLETED":
            yield f"purchase {purchase} was accepted and is {states.get(purchase)}"
    for purchase, bought in ledger.completed.items():
        if seats[purchase] != bought:
            yield f"purchase {purchase} of {bought} has {seats[purchase]}"
    for purchase in ledger.cancelled:
        if states.get(purchase) != "CANCELLED":
            yield f"purchase {purchase} was cancelled and is {states.get(purchase)}"
    declined = {row["purchase_id"] for row in await site.cluster.fetch(DECLINED)}
    for purchase in ledger.declined - declined:
        yield f"purchase {purchase} was declined, which is recorded nowhere"


DECLINED = "SELECT purchase_id FROM payments WHERE state = 'DECLINED'"

CHARGED = """
    SELECT purchase.id, purchase.state, count(charge.payment_id) AS charges
    FROM purchases AS purchase LEFT JOIN payments AS payment ON payment.purchase_id = purchase.id
    LEFT JOIN sandbox_charges AS charge
        ON charge.payment_id = payment.id AND charge.method NOT LIKE 'pm_card_chargeDeclined%'
    GROUP BY purchase.id, purchase.state
    HAVING count(charge.payment_id) <> CASE purchase.state WHEN 'COMPLETED' THEN 1 ELSE 0 END
"""


async def everybody_is_charged_once(site: Site, _ledger: Ledger) -> AsyncIterator[str]:
    """A completed purchase has one charge, any other has none."""
    for row in await site.cluster.fetch(CHARGED):
        yield f"charged wrongly: {row}"


async def users_are_kept(site: Site, ledger: Ledger) -> AsyncIterator[str]:
    """Every user that was added is there."""
    for user in ledger.users - {row["id"] for row in await site.cluster.fetch("SELECT id FROM users")}:
        yield f"user {user} is gone"


# Each of these answers stands for one event; a call whose answer was lost leaves an event more.
RECORDED = {
    ("assignLicense", "LicenseAssigned"): "license.assigned",
    ("transferLicense", "LicenseTransferred"): "license.transferred",
    ("sendActivationLink", "ActivationLinkSent"): "activation_link.sent",
    ("validatePurchase", "PurchaseValidated"): "purchase.validated",
    ("addUser", "UserAdded"): "user.added",
}


async def events_are_kept(site: Site, ledger: Ledger) -> AsyncIterator[str]:
    """There are at least as many events as answers that stand for one."""
    rows = await site.cluster.fetch("SELECT type, count(*) AS events FROM events GROUP BY type")
    events = {row["type"]: row["events"] for row in rows}
    for answer, event in RECORDED.items():
        if events.get(event, 0) < ledger.done[answer]:
            yield f"{ledger.done[answer]} times {answer}, but {events.get(event, 0)} times {event}"


NOTICES = """
    SELECT delivery.id, event.type, delivery.failed_at, delivery.last_error
    FROM events AS event LEFT JOIN deliveries AS delivery ON delivery.event_id = event.id
    WHERE event.type IN ('license.assigned', 'license.changed', 'license.transferred', 'license.removed',
                         'activation_link.sent', 'purchase.completed', 'account.opened', 'sign_in.requested')
"""


async def everybody_is_told(site: Site, _ledger: Ledger) -> AsyncIterator[str]:
    """Each event has its notices, each was received, and a repeat was the same mail, byte for byte."""
    mails: dict[str, list[Try]] = defaultdict(list)
    for mail in site.mail.tries:
        mails[mail.message_id].append(mail)
    for message_id, tries in mails.items():
        if len({(mail.to, mail.content) for mail in tries}) > 1:
            yield f"{message_id} came as different mails"
    for notice in await site.cluster.fetch(NOTICES):
        obsolete = notice["type"] == "sign_in.requested" and "expired" in (notice["last_error"] or "")
        if not obsolete and not any(mail.taken for mail in mails[f"<{notice['id']}@usher.example.com>"]):
            yield f"nobody received {notice}"


async def database_is_right(site: Site, _ledger: Ledger) -> AsyncIterator[str]:
    """`usher verify` finds nothing."""
    done = await usher("verify", folder=site.installation.folder, **site.installation.settings)
    if done.code != 0:
        yield f"usher verify:\n{done.out}{done.err}"


async def followers_saw_everything(site: Site, followers: list[Follower]) -> AsyncIterator[str]:
    """Each follower saw every change of seats after its snapshot once, in order, and nothing oversold."""
    versions: dict[UUID, list[tuple[int, Any]]] = defaultdict(list)
    rows = await site.cluster.fetch(
        "SELECT account_id, version FROM events WHERE pools IS NOT NULL ORDER BY account_id, version"
    )
    for row in rows:
        versions[row["account_id"]].append(row["version"])
    for follower in followers:
        (first, *_), *_ = follower.updates
        seen = [version for version, _, _ in follower.updates[1:]]
        told = [version for version in versions[follower.account] if version > first]
        if seen != told:
            yield f"seen {len(seen)} changes after {first}, recorded {len(told)}: {set(seen) ^ set(told)}"
        for version, _, counts in follower.updates:
            if any(not 0 <= active <= assigned <= bought for bought, assigned, active in counts.values()):
                yield f"oversold at {version}: {counts}"
        for wrong in follower.wrong:
            yield wrong


async def logs_are_calm(site: Site, ledger: Ledger) -> AsyncIterator[str]:
    """No log of any process tells of a bug, or holds a secret; no process ended by itself."""
    for process in site.installation.processes:
        text = process.printed
        for line in text.splitlines():
            if NOT_IN_LOGS.search(line):
                yield f"{process.log.name}: {line[:500]}"
        leaked = {secret for secret in ledger.secrets if secret in text}
        if leaked:
            yield f"{process.log.name} holds {len(leaked)} secrets"
    for unclean in site.unclean():
        yield unclean


CHECKS = [
    licenses_are_kept,
    purchases_are_kept,
    everybody_is_charged_once,
    users_are_kept,
    events_are_kept,
    everybody_is_told,
    database_is_right,
]
