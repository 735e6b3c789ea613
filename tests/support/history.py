"""A rich past: two accounts in which everything that can happen has happened."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from jobs.relay import Relay
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from models.access.credentials import authenticate
from models.access.viewer import Viewer
from models.database.clock import now
from models.database.connection import fetch
from models.errors import PaymentDeclined
from models.operations.integrations.create_api_key import create_api_key
from models.operations.integrations.revoke_api_key import revoke_api_key
from models.operations.integrations.rotate_api_key import rotate_api_key
from models.operations.licensing.change_license import change_license
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.send_activation_link import send_activation_link
from models.operations.licensing.transfer_license import transfer_license
from models.operations.people.add_domain import add_domain
from models.operations.people.approve_domain import approve_domain
from models.operations.people.change_user_role import change_user_role
from models.operations.people.refuse_domain import refuse_domain
from models.operations.people.withdraw_domain import withdraw_domain
from models.operations.purchasing.add_to_cart import add_to_cart
from models.operations.purchasing.cancel_purchase import cancel_purchase
from models.operations.purchasing.prepare_purchase import prepare_purchase
from models.operations.purchasing.proceed_to_purchase import proceed_to_purchase
from models.operations.purchasing.validate_purchase import validate_purchase
from models.operations.upkeep.keep_search_entries import keep_search_entries
from models.operations.upkeep.keep_totals import keep_totals
from models.permissions import Permission
from models.rules.catalogue import load_shipped_catalogue
from models.tables import Purchase, Role
from payments import make_provider
from tests.support.activation import activate
from tests.support.company import Company, make_company


@dataclass(frozen=True)
class History:
    """Two accounts with a past."""

    company: Company
    other: Company


async def empty_database() -> None:
    """Take out every row and put the shipped catalogue in, as the fixture `db` does for one test."""
    tables = await fetch(
        "SELECT string_agg(format('%I', tablename), ', ') AS names FROM pg_tables"
        " WHERE schemaname = 'public' AND tablename !~ 'migration'"
    )
    await fetch(f"TRUNCATE {tables[0]['names']} RESTART IDENTITY CASCADE")
    await load_shipped_catalogue()


async def make_history() -> History:
    """Let everything happen, in two accounts, with mails made and some still to be."""
    company, other = await make_company("example.com"), await make_company("example.org")
    await _live_through(company)
    # Nobody listens on this port: mails are made, claimed and put off.
    mail_sender = MailSender(
        SmtpServer.from_url("smtp://127.0.0.1:9"),
        MailConfig(mail_from="usher@example.com", public_url="", install_url="", secret_key="of no account"),
    )
    await Relay(mail_sender, make_provider("sandbox")).round(now())
    await keep_totals(uncounted=1)
    # Of the other account, at a version before most of what happens to it.
    assert await keep_search_entries(uncounted=1) == 2
    await _live_through(other)
    assert await keep_totals(uncounted=1) == 1
    return History(company, other)


async def _live_through(company: Company) -> None:
    ann, ben, cleo = company.users
    viewer, packages = company.viewer, company.packages
    await company.buy(ECO=3, ADVANCED=2)
    await company.buy(PRO=2)
    anns, bens = await company.assign(ann, "ECO"), await company.assign(ben, "ADVANCED")
    await activate(anns)
    await change_license(viewer, license_id=anns.id, package_id=packages["PRO"].id)
    changed = await change_license(viewer, license_id=bens.id, package_id=packages["ECO"].id)
    await activate(changed.license)
    transferred = await transfer_license(viewer, license_id=changed.license.id, to_user_id=cleo.id)
    await send_activation_link(viewer, license_id=transferred.license.id)
    again = await company.assign(ben, "ECO")
    await activate(again)
    await remove_license(viewer, license_id=again.id)
    dora = await company.add_user("Dora", locale="fr-CA", role=Role.ADMINISTRATOR)
    await change_user_role(viewer, user_id=dora.id, role=Role.STANDARD)
    await add_domain(viewer, name="shared.example.net")
    await _lose_a_domain(company, f"old.{company.domain}")
    await _give_keys(company)
    await _buy_in_other_ways(company)
    await _buy_by_a_key(company)
    await company.put_in_cart(ECO=1, PRO=1)
    await company.validate()


async def _lose_a_domain(company: Company, name: str) -> None:
    """A claim that was approved, withdrawn, and refused."""
    await add_domain(company.viewer, name=name)
    for decide in (approve_domain, withdraw_domain, refuse_domain):
        await decide(company.account_id, name=name)


async def _give_keys(company: Company) -> None:
    """A key that was rotated, and one that was revoked."""
    scopes = [Permission.VIEW_INVENTORY]
    kept = await create_api_key(company.viewer, name=f"Directory of {company.domain}", scopes=scopes)
    await rotate_api_key(company.viewer, api_key_id=kept.api_key.id, overlap=timedelta(days=1))
    ended = await create_api_key(
        company.viewer,
        name=f"Pilot of {company.domain}",
        scopes=scopes,
        expires_at=now() + timedelta(days=30),
        networks=["192.0.2.0/24"],
    )
    await revoke_api_key(company.viewer, api_key_id=ended.api_key.id)


async def _buy_in_other_ways(company: Company) -> None:
    """A purchase that was declined, one that was cancelled, and one whose bank still asks."""
    await company.put_in_cart(ADVANCED=4)
    declined = await company.validate()
    with pytest.raises(PaymentDeclined):
        await _pay(company, declined, "pm_card_chargeDeclined")
    cancelled = await company.validate()
    await cancel_purchase(company.viewer, purchase_id=cancelled.id)
    await _pay(company, await company.validate(), "pm_card_threeDSecureRequired")


async def _buy_by_a_key(company: Company) -> None:
    """A key buys with its cart, and without, and fills its cart again."""
    key = await create_api_key(company.viewer, name=f"Buyer of {company.domain}", scopes=[Permission.PURCHASE])
    viewer = (await authenticate(key.secret, "192.0.2.1")).viewer
    eco = company.packages["ECO"].id
    for _ in range(2):
        cart = await add_to_cart(viewer, package_id=eco, quantity=1)
        validated = await validate_purchase(viewer, cart_version=str(cart.version))
        if cart.version == 1:
            await _pay(company, validated.purchase, "pm_card_visa", viewer)
    await _pay(company, await prepare_purchase(viewer, lines=[(eco, 1)]), "pm_card_visa", viewer)
    await prepare_purchase(viewer, lines=[(eco, 2)])


async def _pay(company: Company, purchase: Purchase, method: str, viewer: Viewer | None = None) -> None:
    await proceed_to_purchase(
        viewer or company.viewer,
        purchase_id=purchase.id,
        accept_licenses=True,
        payment_method=method,
        idempotency_key=f"history {purchase.id}",
        provider=make_provider("sandbox"),
    )
