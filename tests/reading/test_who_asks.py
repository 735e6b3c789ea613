"""packages, viewer and account."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.access.credentials import authenticate, reauthenticate
from models.database.connection import fetch
from models.permissions import Permission
from models.tables import Event
from tests.support.answers import unauthenticated
from tests.support.api_keys import make_key
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import account_version
from tests.support.shown import PACKAGE, moment

PACKAGES: list[dict[str, Any]] = [
    {
        "code": "ECO",
        "name": "Eco",
        "description": "Secures the message body. Attachments are not protected.",
        "tier": 1,
        "protectsMessageBody": True,
        "attachmentLimitMegabytes": None,
        "signatoryLimit": 0,
        "collectsConfidentialInformation": False,
        "unitPrice": {"amount": "60.00", "currency": "CAD"},
        "term": "YEAR",
    },
    {
        "code": "ADVANCED",
        "name": "Advanced",
        "description": "Secures the message body and attachments up to 100 MB per transmission,"
        " with a digital signature for one signatory and collection of confidential information.",
        "tier": 2,
        "protectsMessageBody": True,
        "attachmentLimitMegabytes": 100,
        "signatoryLimit": 1,
        "collectsConfidentialInformation": True,
        "unitPrice": {"amount": "149.00", "currency": "CAD"},
        "term": "YEAR",
    },
    {
        "code": "PRO",
        "name": "Pro",
        "description": "Secures the message body and attachments up to 2.5 GB per transmission,"
        " with digital signatures for any number of signatories and collection of confidential information.",
        "tier": 3,
        "protectsMessageBody": True,
        "attachmentLimitMegabytes": 2500,
        "signatoryLimit": None,
        "collectsConfidentialInformation": True,
        "unitPrice": {"amount": "249.00", "currency": "CAD"},
        "term": "YEAR",
    },
]
PERMISSIONS = [
    "VIEW_INVENTORY",
    "ASSIGN_LICENSES",
    "MANAGE_USERS",
    "MANAGE_DOMAINS",
    "PURCHASE",
    "VIEW_BILLING",
    "VIEW_ACTIVITY",
    "MANAGE_INTEGRATIONS",
    "MANAGE_ROLES",
]
VIEWER = (
    "{ viewer { permissions account { id name version }"
    " user { id email firstName lastName locale role createdAt license { id } } } }"
)


@pytest.fixture
async def eco_off_sale(db: None) -> AsyncIterator[None]:
    """ECO is not sold any more, while the test runs."""
    await fetch("UPDATE packages SET on_sale = false WHERE code = 'ECO'")
    yield
    await fetch("UPDATE packages SET on_sale = true")


async def test_anybody_sees_the_packages_lowest_tier_first(client: Client) -> None:
    answer = await client.run(f"{{ packages {PACKAGE} }}")
    rows = await fetch("SELECT id FROM packages ORDER BY tier")
    ids = [encode_id("Package", row["id"]) for row in rows]
    assert answer["packages"] == [{"id": id, **package} for id, package in zip(ids, PACKAGES, strict=True)]


async def test_a_package_off_sale_is_not_listed(client: Client, eco_off_sale: None) -> None:
    assert await client.run("{ packages { code } }") == {"packages": [{"code": "ADVANCED"}, {"code": "PRO"}]}


async def test_nobody_is_the_viewer_when_signed_out(client: Client) -> None:
    assert await client.run(VIEWER) == {"viewer": None}


async def test_the_administrator_has_every_permission(admin: Client, company: Company) -> None:
    viewer = (await admin.run(VIEWER))["viewer"]
    assert viewer == {
        "permissions": PERMISSIONS,
        "account": {
            "id": encode_id("Account", company.account_id),
            "name": "Company of example.com",
            "version": str(await account_version(company.account_id)),
        },
        "user": {
            "id": encode_id("User", company.administrator.id),
            "email": "admin@example.com",
            "firstName": "Ada",
            "lastName": "Admin",
            "locale": "en",
            "role": "ADMINISTRATOR",
            "createdAt": moment(company.administrator.created_at),
            "license": None,
        },
    }


async def test_a_standard_user_has_no_permission(standard: Client, company: Company) -> None:
    await company.buy(PRO=1)
    license = await company.assign(company.users[0], "PRO")
    viewer = (await standard.run(VIEWER))["viewer"]
    assert viewer["permissions"] == []
    assert viewer["account"]["name"] == "Company of example.com"
    assert viewer["user"] == {
        "id": encode_id("User", company.users[0].id),
        "email": "ann@example.com",
        "firstName": "Ann",
        "lastName": "Example",
        "locale": "en",
        "role": "STANDARD",
        "createdAt": moment(company.users[0].created_at),
        "license": {"id": encode_id("License", license.id)},
    }


async def test_a_standard_user_sees_the_name_and_version_of_the_account(standard: Client, company: Company) -> None:
    version = str(await account_version(company.account_id))
    answer = await standard.run("{ account { id name version } }")
    assert answer["account"] == {
        "id": encode_id("Account", company.account_id),
        "name": "Company of example.com",
        "version": version,
    }


async def test_the_version_grows_by_one_with_each_change(admin: Client, company: Company) -> None:
    before = int((await admin.run("{ account { version } }"))["account"]["version"])
    await company.add_user("Dora")
    assert await admin.run("{ account { version } }") == {"account": {"version": str(before + 1)}}


async def test_the_account_needs_a_sign_in(client: Client, company: Company) -> None:
    unauthenticated(await client.post("{ account { name } }"), "account")


@pytest.mark.parametrize("by_key", [False, True], ids=["session", "key"])
async def test_a_credential_is_recognised_at_the_versions_of_its_own_account(
    admin: Client, company: Company, other_company: Company, by_key: bool
) -> None:
    for each in (company, other_company):
        await each.buy(PRO=1)
    await other_company.add_user("Dora")
    secret = await company.access_token()
    if by_key:
        secret = (await make_key(admin, Permission.VIEW_INVENTORY)).secret
    seen = await authenticate(secret, "192.0.2.7")
    newest = await Event.filter(account_id=company.account_id).order_by("-version").first()
    assert newest is not None
    assert (seen.viewer.account_id, seen.account_version, seen.event_id) == (
        company.account_id,
        newest.version,
        newest.id,
    )
    assert await reauthenticate(seen.viewer) == seen.viewer
