"""Refusals that every mutation gives in the same way, each with the proof that nothing changed."""

from typing import Any
from uuid import UUID

from api.schema.ids import encode_id
from models.database.ids import new_id
from tests.support.answers import unauthenticated
from tests.support.client import Client
from tests.support.shown import INVALID_INPUT, NOT_FOUND, NOT_PERMITTED
from tests.support.unchanged import nothing_changes

Json = dict[str, Any]


def other_spellings(type_name: str, key: UUID) -> list[str]:
    """Texts that are not the id of a row, though a careless reader would take them for it."""
    right = encode_id(type_name, key)
    return [
        f"{right}\x00",
        f"!{right}",
        right.replace("==", "").replace("=", "") + "====",
        encode_id(type_name, str(key).upper()),
        encode_id(type_name, key.hex),
        encode_id(type_name, f"{{{key}}}"),
        encode_id(type_name, f"urn:uuid:{key}"),
    ]


def document(name: str, fields: str = "") -> str:
    """A document that calls a mutation with an input object."""
    input_type = name[0].upper() + name[1:] + "Input"
    selection = f"__typename ... on BusinessError {{ code message }} {fields}"
    return f"mutation ($input: {input_type}!) {{ {name}(input: $input) {{ {selection} }} }}"


async def call(client: Client, mutation: str, fields: str, /, **values: Any) -> Json:
    """As `Client.mutate`, also for inputs that have a field `name`."""
    return (await client.run(document(mutation, fields), input=values))[mutation]


def wrong_ids(type_name: str) -> list[str]:
    """Ids that lead nowhere: unknown, of another type, malformed."""
    unknown = encode_id(type_name, new_id())
    return [
        unknown,
        encode_id("Account" if type_name != "Account" else "User", new_id()),
        encode_id(type_name, "not-a-key"),
        encode_id(type_name, ""),
        encode_id(type_name.lower(), new_id()),
        str(new_id()),
        "",
        " ",
        "é" * 20,
        "bm9jb2xvbg==",
        "\x00\x01\x1f",
        unknown[:-3],
        unknown * 100,
    ]


def not_found(type_name: str, given: str | UUID) -> Json:
    """The answer to an id that leads nowhere: the id as it was sent."""
    return {
        "__typename": "NotFoundError",
        "code": "NOT_FOUND",
        "message": f"There is no such {type_name} in this account.",
        "id": encode_id(type_name, given) if isinstance(given, UUID) else given,
    }


def not_permitted(requires: str) -> Json:
    """The answer to who lacks a permission."""
    return {
        "__typename": "NotPermittedError",
        "code": "NOT_PERMITTED",
        "message": f"This needs the permission {requires}.",
        "requires": requires,
    }


def invalid_input(**fields: str) -> Json:
    """The answer to bad values, by field."""
    return {
        "__typename": "InvalidInputError",
        "code": "INVALID_INPUT",
        "message": "; ".join(f"{field}: {text}" for field, text in fields.items()),
        "fields": [{"path": [field], "message": text} for field, text in fields.items()],
    }


def refusal(type_name: str, code: str, message: str, **facts: Any) -> Json:
    """Any other refusal."""
    return {"__typename": type_name, "code": code, "message": message, **facts}


async def assert_not_found(client: Client, name: str, type_name: str, given: str | UUID, /, **values: Any) -> None:
    """The id leads nowhere, comes back as sent, and nothing changed but allowances. `values` are the input."""
    async with nothing_changes("allowances_spent"):
        answer = await call(client, name, NOT_FOUND, **values)
    assert answer == not_found(type_name, given), answer


async def assert_not_permitted(client: Client, name: str, requires: str, /, **values: Any) -> None:
    """The viewer lacks the permission, and nothing changed."""
    async with nothing_changes():
        answer = await call(client, name, NOT_PERMITTED, **values)
    assert answer == not_permitted(requires), answer


async def assert_invalid(client: Client, name: str, bad: dict[str, str], /, **values: Any) -> None:
    """Exactly these fields are refused, and nothing changed."""
    async with nothing_changes():
        answer = await call(client, name, INVALID_INPUT, **values)
    assert answer == invalid_input(**bad), answer


async def assert_unauthenticated(client: Client, name: str, /, **values: Any) -> None:
    """Nobody is signed in: a top-level error, and nothing changed."""
    async with nothing_changes():
        answer = await client.post(document(name), input=values)
    unauthenticated(answer, name)


async def assert_bad_variables(client: Client, name: str, /, **values: Any) -> None:
    """The input does not fit its type: a top-level error with a code, and nothing changed."""
    async with nothing_changes():
        answer = await client.post(document(name), input=values)
    assert answer.get("data") is None, answer
    assert [error["extensions"] for error in answer["errors"]] == [{"code": "GRAPHQL_VALIDATION_FAILED"}]
