"""An account that was opened just now may be read no further than any other."""

import pytest
from graphql import ObjectTypeDefinitionNode

from models.tables import User
from tests.support.answers import codes, refused, unauthenticated
from tests.support.client import Client
from tests.support.contract import types_of
from tests.support.schema import schema

# Every field of Account that shows what the account owns, something of it, and what reading it needs.
NEEDS = {
    "seatInventory": ("{ version }", "VIEW_INVENTORY"),
    "seatEvents": ("{ nodes { id } }", "VIEW_INVENTORY"),
    "users": ("{ nodes { email } }", "MANAGE_USERS"),
    "licenses": ("{ nodes { id } }", "VIEW_INVENTORY"),
    "cart": ("{ version }", "PURCHASE"),
    "purchases": ("{ nodes { number } }", "VIEW_BILLING"),
    "domains": ("{ name }", "MANAGE_DOMAINS"),
    "sessions": ("{ nodes { id } }", "MANAGE_USERS"),
    "apiKeys": ("{ nodes { id } }", "MANAGE_INTEGRATIONS"),
}
OPEN_TO_ALL = {"id", "name", "version"}
OPEN = "mutation ($input: OpenAccountInput!) { openAccount(input: $input) { ... on AccountOpened { account %s } } }"
OTHERS = {"companyName": "Newcomer", "email": "new@example.net", "firstName": "Nia", "lastName": "New"}


def test_every_field_of_account_is_accounted_for() -> None:
    account = types_of(schema.as_str())["Account"]
    assert isinstance(account, ObjectTypeDefinitionNode)
    assert {field.name.value for field in account.fields or ()} == OPEN_TO_ALL | set(NEEDS)


@pytest.mark.parametrize("field", NEEDS)
async def test_who_opens_another_account_does_not_read_it(admin: Client, field: str) -> None:
    fields, requires = NEEDS[field]
    answer = await admin.post(OPEN % f"{{ {field} {fields} }}", input=OTHERS)
    extensions = refused(answer, "NOT_PERMITTED", "openAccount", "account", field)
    assert extensions == {"code": "NOT_PERMITTED", "requires": requires}
    assert await User.filter(email="new@example.net").count() == 1


async def test_who_opens_an_account_without_a_sign_in_does_not_read_it(client: Client) -> None:
    for number, (field, (fields, _)) in enumerate(NEEDS.items()):
        answer = await client.post(
            OPEN % f"{{ {field} {fields} }}", input=OTHERS | {"email": f"{number}@example.net"}
        )
        unauthenticated(answer, "openAccount", "account", field)


async def test_what_anybody_may_know_of_a_new_account_is_its_name(admin: Client) -> None:
    answer = await admin.run(OPEN % "{ name version }", input=OTHERS)
    assert answer == {"openAccount": {"account": {"name": "Newcomer", "version": "1"}}}


async def test_a_refusal_takes_no_row_away_from_the_fields_elsewhere_that_wait_for_it(standard: Client) -> None:
    document = """{
        refused: viewer { account { seatInventory { version } } user { email } }
        answered: viewer { user { email } }
    }"""
    # Which of the two reads comes back first is not ours to say; in most rounds the refusal is the first.
    for _ in range(20):
        answer = await standard.post(document)
        assert answer["data"] == {"refused": None, "answered": {"user": {"email": "ann@example.com"}}}
        assert codes(answer) == ["NOT_PERMITTED"]
