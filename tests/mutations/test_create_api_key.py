"""createApiKey over HTTP."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.access.secrets import secret_hash
from models.database.clock import now
from models.database.ids import new_id
from models.operations.integrations.create_api_key import MOST_API_KEYS, create_api_key
from models.permissions import Permission
from models.tables import ApiKey, ApiKeySecret, Role
from tests.support.api_keys import CREATED, make_key, shown_key, works
from tests.support.client import Client
from tests.support.company import Company
from tests.support.recorded import broken_invariants, records
from tests.support.refusals import (
    assert_bad_variables,
    assert_invalid,
    assert_not_permitted,
    assert_unauthenticated,
    call,
    invalid_input,
)
from tests.support.shown import moment
from tests.support.unchanged import nothing_changes

Json = dict[str, Any]

GOOD: Json = {"name": "Directory", "scopes": ["VIEW_INVENTORY"]}
NOT_A_NETWORK = "Not an address or a network, for example 203.0.113.0/24."
HOW_MANY = "1 to 20 networks, or null for everywhere."

_USER, _LICENSE = encode_id("User", new_id()), encode_id("License", new_id())
# Operations that need one permission and nothing else; VIEW_ACTIVITY opens nothing yet.
_LACKS = "{ __typename ... on NotPermittedError { requires } }"
PROBES = {
    Permission.VIEW_INVENTORY: "{ account { seatInventory { version } } }",
    Permission.ASSIGN_LICENSES: f'mutation {{ it: removeLicense(input: {{licenseId: "{_LICENSE}"}}) {_LACKS} }}',
    Permission.MANAGE_USERS: "{ account { users { totalCount } } }",
    Permission.MANAGE_DOMAINS: "{ account { domains { id } } }",
    Permission.PURCHASE: "{ account { cart { version } } }",
    Permission.VIEW_BILLING: "{ account { purchases { totalCount } } }",
    Permission.MANAGE_INTEGRATIONS: "{ account { apiKeys { totalCount } } }",
    Permission.MANAGE_ROLES: (
        f'mutation {{ it: changeUserRole(input: {{userId: "{_USER}", role: STANDARD}}) {_LACKS} }}'
    ),
}


async def lacked(client: Client, query: str) -> str | None:
    """The permission that a client lacks for a document; None where it lacks none."""
    answer = await client.post(query)
    if "errors" in answer:
        assert answer["errors"][0]["extensions"]["code"] == "NOT_PERMITTED", answer
        return answer["errors"][0]["extensions"]["requires"]
    return answer["data"].get("it", {}).get("requires")


async def test_a_key_is_made_and_its_secret_shown(admin: Client, company: Company) -> None:
    ends = now() + timedelta(days=90)
    given = {
        "name": "  Annuaire e\u0301lectronique ",
        "scopes": ["PURCHASE", "VIEW_INVENTORY", "PURCHASE"],
        "expiresAt": ends.isoformat(),
        "allowedNetworks": [" 192.0.2.7 ", "2001:DB8::/32", "203.0.113.0/255.255.255.0", "::ffff:198.51.100.0/120"],
    }
    changed = ("accounts", "allowances_spent", "api_keys", "api_key_secrets", "events")
    async with nothing_changes(*changed), records(company, "api_key.created") as events:
        answer = await call(admin, "createApiKey", CREATED, **given)
    row = await ApiKey.get()
    key = await shown_key(row)
    assert answer == {"__typename": "ApiKeyCreated", "apiKey": key, "secret": answer["secret"]}
    assert re.fullmatch(r"usher_key_[A-Za-z0-9_-]{43}", answer["secret"])
    assert (key["name"], key["scopes"]) == ("Annuaire \xe9lectronique", ["VIEW_INVENTORY", "PURCHASE"])
    assert key["allowedNetworks"] == ["192.0.2.7/32", "2001:db8::/32", "203.0.113.0/24", "198.51.100.0/24"]
    assert (key["expiresAt"], key["revokedAt"], key["lastUsedAt"]) == (moment(ends), None, None)
    assert (row.account_id, row.created_by_id) == (company.account_id, company.administrator.id)
    (secret,) = await ApiKeySecret.all()
    assert (secret.hash, secret.hint) == (secret_hash(answer["secret"]), answer["secret"][-4:])
    data = {"api_key_id": str(row.id), "name": key["name"], "scopes": key["scopes"]}
    assert (events[0]["data"], events[0]["pools"]) == (data, None)
    assert await broken_invariants() == {}


async def test_each_key_has_a_secret_of_its_own(admin: Client, company: Company) -> None:
    keys = [await make_key(admin, Permission.VIEW_INVENTORY) for _ in range(3)]
    assert len({key.secret for key in keys}) == len({key.id for key in keys}) == 3


@pytest.mark.parametrize("scope", Permission)
async def test_a_key_can_do_what_its_scope_says_and_nothing_else(
    admin: Client, company: Company, scope: Permission
) -> None:
    assert set(PROBES) == set(Permission) - {Permission.VIEW_ACTIVITY}
    key = admin.signed_in((await make_key(admin, scope)).secret)
    assert await key.run("{ viewer { permissions } }") == {"viewer": {"permissions": [scope.value]}}
    async with nothing_changes():
        found = {permission: await lacked(key, query) for permission, query in PROBES.items()}
    assert found == {permission: None if permission is scope else permission.value for permission in PROBES}


async def test_a_key_that_may_do_everything_lacks_nothing(admin: Client, company: Company) -> None:
    key = admin.signed_in((await make_key(admin, *Permission)).secret)
    assert [await lacked(key, query) for query in PROBES.values()] == [None] * len(PROBES)


async def test_nobody_gives_what_they_have_not(admin: Client, company: Company) -> None:
    maker = admin.signed_in((await make_key(admin, Permission.MANAGE_INTEGRATIONS, Permission.VIEW_INVENTORY)).secret)
    for lacking in set(Permission) - {Permission.MANAGE_INTEGRATIONS, Permission.VIEW_INVENTORY}:
        bad = {"scopes": f"You do not have the permission {lacking.value} yourself."}
        await assert_invalid(maker, "createApiKey", bad, name="More", scopes=["VIEW_INVENTORY", lacking.value])
    async with records(company, "api_key.created", by=(await ApiKey.get()).id):
        made = await make_key(maker, Permission.VIEW_INVENTORY, Permission.MANAGE_INTEGRATIONS)
    # The user who answers for a key answers for those that it makes.
    assert (await made.row()).created_by_id == company.administrator.id


async def test_every_permission_that_is_lacking_is_named(admin: Client, company: Company) -> None:
    maker = admin.signed_in((await make_key(admin, Permission.MANAGE_INTEGRATIONS)).secret)
    async with nothing_changes():
        answer = await call(maker, "createApiKey", CREATED, name="More", scopes=["PURCHASE", "MANAGE_ROLES"])
    assert answer["fields"] == [
        {"path": ["scopes"], "message": f"You do not have the permission {name} yourself."}
        for name in ("PURCHASE", "MANAGE_ROLES")
    ]


@pytest.mark.parametrize(
    ("given", "field", "text"),
    [
        ({"name": ""}, "name", "Must not be empty."),
        ({"name": " \u3000"}, "name", "Must not be empty."),
        ({"name": "x" * 101}, "name", "At most 100 characters."),
        ({"name": "a\x00b"}, "name", "Must not hold control characters."),
        ({"scopes": []}, "scopes", "At least one permission."),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt", "Must lie in the future."),
        ({"expiresAt": "0001-01-01T00:00:00-14:00"}, "expiresAt", "Must lie in the future."),
        ({"allowedNetworks": []}, "allowedNetworks", HOW_MANY),
        ({"allowedNetworks": ["192.0.2.1"] * 21}, "allowedNetworks", HOW_MANY),
        *[
            ({"allowedNetworks": ["192.0.2.1", wrong]}, "allowedNetworks", NOT_A_NETWORK)
            for wrong in (
                *("", "x", "192.0.2", "192.0.2.1/33", "10.0.0.1/8", "2001:db8::1/32", "::/129", "7", "*"),
                *("fe80::1%eth0", "fe80::%eth0/64", "fe80::1%\x00"),
            )
        ],
    ],
)
async def test_bad_values_are_named_by_field(
    admin: Client, company: Company, given: Json, field: str, text: str
) -> None:
    await assert_invalid(admin, "createApiKey", {field: text}, **(GOOD | given))


async def test_all_bad_values_are_named_at_once(admin: Client, company: Company) -> None:
    bad = {
        "name": "Must not be empty.",
        "scopes": "At least one permission.",
        "expiresAt": "Must lie in the future.",
        "allowedNetworks": HOW_MANY,
    }
    given = {"name": "", "scopes": [], "expiresAt": "2020-01-01T00:00:00Z", "allowedNetworks": []}
    await assert_invalid(admin, "createApiKey", bad, **given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": None},
        {"name": 7},
        {"scopes": None},
        {"scopes": ["EVERYTHING"]},
        {"scopes": [None]},
        {"expiresAt": "tomorrow"},
        {"expiresAt": "2999-01-01T00:00:00"},
        {"expiresAt": "9999-12-31T23:59:59-14:00"},
        {"expiresAt": 4102444800},
        {"allowedNetworks": [None]},
        {"allowedNetworks": [7]},
        {"createdBy": "x"},
    ],
)
async def test_values_of_a_wrong_type_are_a_top_level_error(admin: Client, company: Company, wrong: Json) -> None:
    await assert_bad_variables(admin, "createApiKey", **(GOOD | wrong))


async def test_the_longest_life_and_name_and_the_most_networks(admin: Client, company: Company) -> None:
    networks = [f"192.0.2.{number}/32" for number in range(20)]
    ends = "9999-12-31T23:59:59Z"
    given = {"name": "x" * 100, "expiresAt": ends, "allowedNetworks": networks}
    answer = await call(admin, "createApiKey", CREATED, **(GOOD | given))
    key = answer["apiKey"]
    assert (key["name"], key["expiresAt"], key["allowedNetworks"]) == ("x" * 100, ends, networks)


async def test_an_account_has_so_many_keys_that_work_and_no_more_however_many_ask_at_once(
    admin: Client, company: Company
) -> None:
    for number in range(MOST_API_KEYS):
        await create_api_key(company.viewer, name=f"{number}", scopes=[Permission.VIEW_INVENTORY])
    ended = await ApiKey.all().order_by("id").limit(2)
    await ApiKey.filter(id=ended[0].id).update(revoked_at=now())
    await ApiKey.filter(id=ended[1].id).update(expires_at=now())
    answers = await asyncio.gather(*(call(admin, "createApiKey", CREATED, **GOOD) for _ in range(6)))
    made = [answer["__typename"] for answer in answers]
    assert sorted(made) == ["ApiKeyCreated"] * 2 + ["InvalidInputError"] * 4
    assert await ApiKey.filter(revoked_at=None, expires_at=None).count() == MOST_API_KEYS == 100
    full = "An account has at most 100 keys. Revoke one first."
    async with nothing_changes("allowances_spent"):
        answer = await call(admin, "createApiKey", CREATED, **GOOD)
    assert answer == invalid_input(name=full)
    assert await broken_invariants() == {}


async def test_a_full_account_keeps_no_other_from_making_keys(
    admin: Client, company: Company, other_company: Company
) -> None:
    for number in range(MOST_API_KEYS):
        await create_api_key(other_company.viewer, name=f"{number}", scopes=[Permission.VIEW_INVENTORY])
    assert await works(admin, (await make_key(admin, Permission.VIEW_INVENTORY)).secret)


async def test_who_may_not_make_keys(client: Client, admin: Client, standard: Client, company: Company) -> None:
    await assert_unauthenticated(client, "createApiKey", **GOOD)
    await assert_not_permitted(standard, "createApiKey", "MANAGE_INTEGRATIONS", **GOOD)
    others = [each for each in Permission if each is not Permission.MANAGE_INTEGRATIONS]
    key = admin.signed_in((await make_key(admin, *others)).secret)
    await assert_not_permitted(key, "createApiKey", "MANAGE_INTEGRATIONS", **GOOD)


async def test_what_is_asked_of_a_key_s_maker_is_asked_before_its_values_are_looked_at(
    client: Client, standard: Client, company: Company
) -> None:
    bad = GOOD | {"name": "", "scopes": []}
    await assert_unauthenticated(client, "createApiKey", **bad)
    await assert_not_permitted(standard, "createApiKey", "MANAGE_INTEGRATIONS", **bad)


async def test_a_key_outlives_its_maker_s_role(admin: Client, company: Company) -> None:
    zoe = await company.add_user("Zoe", role=Role.ADMINISTRATOR)
    maker = admin.signed_in(await company.access_token(zoe))
    key = await make_key(maker, Permission.VIEW_INVENTORY)
    demoted = "mutation ($input: ChangeUserRoleInput!) { changeUserRole(input: $input) { __typename } }"
    user_id = (await maker.run("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    answer = await admin.run(demoted, input={"userId": user_id, "role": "STANDARD"})
    assert answer == {"changeUserRole": {"__typename": "UserRoleChanged"}}
    assert await works(admin, key.secret)
    await assert_not_permitted(maker, "createApiKey", "MANAGE_INTEGRATIONS", **GOOD)
