"""Polls of what has not changed: ETag, If-None-Match, 304."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from graphql import GraphQLError
from strawberry.schema.schema import validate_document

import api.documents.cache
from models.database.connection import fetch
from models.events.seat_feed import Feed
from models.operations.people.add_domain import add_domain
from models.operations.people.change_user_role import change_user_role
from models.rules.catalogue import SHIPPED, load_catalogue, read_catalogue
from models.tables import Role
from payments import make_provider
from tests.support.answers import codes
from tests.support.client import Client
from tests.support.company import Company
from tests.support.serving import serving
from tests.support.statements import statements

INVENTORY = "query Poll { account { version seatInventory { version pools { package { code name } available } } } }"
USERS = "{ account { users(first: 5) { totalCount nodes { email license { state package { code } } } } } }"


@pytest.fixture
async def get(company: Company, feed: Feed) -> AsyncIterator[Client]:
    """The administrator, on a server that takes queries by GET."""
    token = await company.access_token()
    async with serving(make_provider("sandbox"), feed, token, get_queries=True) as client:
        yield client


async def poll(
    client: Client, document: str = INVENTORY, tag: str | None = None, **variables: Any
) -> httpx2.Response:
    headers = {"if-none-match": tag} if tag is not None else {}
    return await client.http.post("/graphql", json={"query": document, "variables": variables}, headers=headers)


@pytest.mark.parametrize("document", [INVENTORY, USERS])
async def test_an_answer_that_still_holds_is_not_sent_again(admin: Client, company: Company, document: str) -> None:
    await company.buy(PRO=2)
    first = await poll(admin, document)
    tag = first.headers["etag"]
    assert (first.status_code, first.headers["cache-control"]) == (200, "private, no-cache")
    assert first.headers["vary"].lower().startswith("authorization, cookie, accept")
    again = await poll(admin, document, tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await company.assign(company.users[0], "PRO")
    changed = await poll(admin, document, tag)
    assert changed.status_code == 200
    assert changed.json() != first.json()
    assert changed.headers["etag"] != tag


async def test_it_costs_one_statement_and_one_unit(admin: Client) -> None:
    tag = (await poll(admin)).headers["etag"]
    with statements() as sent:
        again = await poll(admin, tag=tag)
    assert (again.status_code, again.headers["usher-cost"]) == (304, "1")
    assert len(sent) == 1, sent


async def test_the_tag_tells_the_account_version(admin: Client) -> None:
    answer = await poll(admin)
    version = answer.json()["data"]["account"]["version"]
    assert answer.headers["etag"].startswith(f'W/"{version}-')


async def test_every_change_of_the_account_makes_a_new_answer(admin: Client, company: Company) -> None:
    tag = (await poll(admin)).headers["etag"]
    await add_domain(company.viewer, name="new.example.net")
    assert (await poll(admin, tag=tag)).status_code == 200


async def test_a_version_that_comes_again_after_a_restored_backup_makes_a_new_answer(
    admin: Client, company: Company
) -> None:
    domains = "{ account { version domains { name } } }"
    await add_domain(company.viewer, name="lost.example.net")
    lost = await poll(admin, domains)
    version = int(lost.json()["data"]["account"]["version"])
    # The state of an older backup.
    await fetch("DELETE FROM events WHERE account_id = $1 AND version = $2", company.account_id, version)
    await fetch("DELETE FROM domains WHERE name = 'lost.example.net'")
    await fetch("UPDATE accounts SET version = version - 1 WHERE id = $1", company.account_id)
    await add_domain(company.viewer, name="other.example.net")
    answer = await poll(admin, domains, lost.headers["etag"])
    assert answer.status_code == 200
    assert answer.json()["data"]["account"]["version"] == str(version)
    assert "other.example.net" in answer.text


async def test_a_new_catalogue_makes_a_new_answer(admin: Client, tmp_path: Path) -> None:
    tag = (await poll(admin)).headers["etag"]
    renamed = tmp_path / "catalogue.toml"
    renamed.write_text(SHIPPED.read_text().replace('name = "Pro"', 'name = "Professional"'))
    try:
        await load_catalogue(read_catalogue(renamed))
        answer = await poll(admin, tag=tag)
        assert answer.status_code == 200
        assert "Professional" in answer.text
    finally:
        await load_catalogue(read_catalogue(SHIPPED))


async def test_a_tag_is_good_for_what_it_was_given_for_alone(admin: Client, other_admin: Client) -> None:
    tag = (await poll(admin)).headers["etag"]
    assert (await poll(other_admin, tag=tag)).status_code == 200
    assert (await poll(admin, USERS, tag)).status_code == 200
    page = "query ($n: Int) { account { users(first: $n) { nodes { email } } } }"
    two = await poll(admin, page, n=2)
    assert (await poll(admin, page, two.headers["etag"], n=2)).status_code == 304
    assert (await poll(admin, page, two.headers["etag"], n=3)).status_code == 200


async def test_who_may_see_less_does_not_get_by_with_an_old_tag(admin: Client, company: Company) -> None:
    colleague = await company.add_user("Zoe", role=Role.ADMINISTRATOR)
    client = admin.signed_in(await company.access_token(colleague))
    tag = (await poll(client)).headers["etag"]
    await change_user_role(company.viewer, user_id=colleague.id, role=Role.STANDARD)
    answer = await poll(client, tag=tag)
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_PERMITTED"
    assert "etag" not in answer.headers


async def test_who_is_signed_out_is_told_so_whatever_they_have(admin: Client) -> None:
    tag = (await poll(admin)).headers["etag"]
    await admin.run("mutation { signOut { ok } }")
    answer = await poll(admin, tag=tag)
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    "document",
    [
        "{ packages { code } }",
        "{ account { version cart { version } } }",
        "{ account { version purchases { totalCount } } }",
        "{ account { version sessions { totalCount } } }",
        "{ account { version apiKeys { totalCount } } }",
        "{ account { version } viewer { permissions } }",
        "{ account { version } rateLimit { remaining } }",
        "{ account { ...Rest } } fragment Rest on Account { version cart { version } }",
        "query A { account { version } } query B { account { version } }",
        "mutation { signOut { ok } }",
        "{ account { nonsense } }",
    ],
)
async def test_what_changes_by_itself_has_no_tag(admin: Client, document: str) -> None:
    response = await admin.http.post("/graphql", json={"query": document, "operationName": None})
    assert "etag" not in response.headers


async def test_what_would_be_refused_is_refused_whatever_the_caller_has(admin: Client) -> None:
    tag = (await poll(admin)).headers["etag"]
    body = {"query": INVENTORY, "operationName": "Other"}
    answer = await admin.http.post("/graphql", json=body, headers={"if-none-match": tag})
    assert answer.status_code == 200
    assert codes(answer.json()) == ["BAD_REQUEST"]


async def test_a_wrong_document_is_validated_once(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    validated: list[object] = []

    def validate(*args: Any) -> list[GraphQLError]:
        validated.append(args)
        return validate_document(*args)

    monkeypatch.setattr(api.documents.cache, "validate_document", validate)
    assert codes((await poll(admin, "{ account { absurd } }")).json()) == ["GRAPHQL_VALIDATION_FAILED"]
    assert len(validated) == 1


@pytest.mark.parametrize("given", ["*", "", "x", '"0-0"', 'W/"', ",,,", "a" * 5000])
async def test_other_tags_are_no_tags(admin: Client, given: str) -> None:
    assert (await poll(admin, tag=given)).status_code == 200


async def test_one_of_several_tags_is_enough_weak_or_not(admin: Client) -> None:
    tag = (await poll(admin)).headers["etag"]
    assert (await poll(admin, tag=f'"other", {tag}')).status_code == 304
    assert (await poll(admin, tag=tag.removeprefix("W/"))).status_code == 304


async def test_by_get_a_browser_may_keep_it_and_ask(get: Client) -> None:
    first = await get.http.get("/graphql", params={"query": INVENTORY})
    assert first.headers["cache-control"] == "private, no-cache"
    again = await get.http.get(
        "/graphql", params={"query": INVENTORY}, headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    other = await get.http.get("/graphql", params={"query": "{ packages { code } }"})
    assert other.headers["cache-control"] == "no-store"


async def test_the_only_operation_may_be_named_or_not(admin: Client) -> None:
    tag = (await poll(admin)).headers["etag"]
    body = {"query": INVENTORY, "operationName": "Poll", "variables": {}}
    response = await admin.http.post("/graphql", json=body, headers={"if-none-match": tag})
    assert (response.status_code, response.headers["etag"]) == (304, tag)
