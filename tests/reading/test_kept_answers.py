"""Answers that are given again: only while they hold, only to who may see them, and never too many."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from api.execution.plan_cache import QUERIES
from api.execution.response_cache import LONGEST, OVERHEAD, Kept, KeptAnswers
from models.access.credentials import Recognised
from models.access.viewer import Viewer
from models.database.clock import now
from models.operations.people.change_user_role import change_user_role
from models.permissions import Permission
from models.rules.catalogue import SHIPPED, load_catalogue, read_catalogue
from models.tables import Role, Session
from tests.support.api_keys import make_key
from tests.support.client import Client
from tests.support.company import Company
from tests.support.statements import statements

INVENTORY = "query Kept { account { seatInventory { version pools { package { code name } purchased assigned } } } }"
USERS = "query Kept($n: Int) { account { users(first: $n) { nodes { email } totalCount } } }"


def taken(way: str) -> float:
    return QUERIES.labels(way)._value.get()


@asynccontextmanager
async def answered(way: str) -> AsyncIterator[list[str]]:
    """The block asks once, and is answered this way."""
    before = taken(way)
    with statements() as sent:
        yield sent
    assert taken(way) == before + 1


async def ask(client: Client, document: str = INVENTORY, **variables: object) -> httpx2.Response:
    return await client.http.post("/graphql", json={"query": document, "variables": variables})


async def test_the_same_answer_is_given_again_by_a_statement_that_reads_who_asks(
    admin: Client, company: Company
) -> None:
    await company.buy(PRO=2)
    async with answered("plan"):
        first = await ask(admin)
    async with answered("kept") as sent:
        again = await ask(admin)
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert again.headers["usher-cost"] == first.headers["usher-cost"]
    assert len(sent) == 1, sent


async def test_a_change_is_seen_at_once_however_often_it_is_asked(admin: Client, company: Company) -> None:
    await company.buy(PRO=4)
    for seats, user in enumerate(company.users, start=1):
        await ask(admin)
        async with answered("kept"):
            await ask(admin)
        await company.assign(user, "PRO")
        async with answered("plan"):
            pools = (await ask(admin)).json()["data"]["account"]["seatInventory"]["pools"]
        assert {pool["package"]["code"]: pool["assigned"] for pool in pools}["PRO"] == seats


async def test_a_new_catalogue_is_seen_at_once(admin: Client, tmp_path: Path) -> None:
    await ask(admin)
    renamed = tmp_path / "catalogue.toml"
    renamed.write_text(SHIPPED.read_text().replace('name = "Pro"', 'name = "Professional"'))
    try:
        await load_catalogue(read_catalogue(renamed))
        async with answered("plan"):
            assert "Professional" in (await ask(admin)).text
    finally:
        await load_catalogue(read_catalogue(SHIPPED))


async def test_other_variables_are_another_question(admin: Client, company: Company) -> None:
    assert len((await ask(admin, USERS, n=1)).json()["data"]["account"]["users"]["nodes"]) == 1
    async with answered("plan"):
        assert len((await ask(admin, USERS, n=2)).json()["data"]["account"]["users"]["nodes"]) == 2
    async with answered("kept"):
        assert len((await ask(admin, USERS, n=1)).json()["data"]["account"]["users"]["nodes"]) == 1


async def test_nobody_gets_what_another_may_see(
    admin: Client, standard: Client, company: Company, other_admin: Client
) -> None:
    ours = (await ask(admin, USERS, n=9)).json()["data"]["account"]["users"]["totalCount"]
    await ask(admin, USERS, n=9)
    refused = (await ask(standard, USERS, n=9)).json()["errors"][0]["extensions"]["code"]
    theirs = (await ask(other_admin, USERS, n=9)).text
    assert (ours, refused) == (len(company.users) + 1, "NOT_PERMITTED")
    assert "example.com" not in theirs


async def test_who_has_the_same_rights_shares_them_and_a_key_with_fewer_does_not(
    admin: Client, company: Company
) -> None:
    of_few = admin.signed_in((await make_key(admin, Permission.VIEW_INVENTORY)).secret)
    another = admin.signed_in(await company.access_token())
    await ask(another)
    await ask(of_few)
    await ask(admin)
    async with answered("kept"):
        await ask(another)
    assert (await ask(of_few, USERS, n=1)).json()["errors"][0]["extensions"]["code"] == "NOT_PERMITTED"


async def test_an_ended_session_gets_nothing_that_was_kept_for_it(admin: Client) -> None:
    await ask(admin)
    await ask(admin)
    await Session.all().update(revoked_at=now())
    (error,) = (await ask(admin)).json()["errors"]
    assert (error["extensions"]["code"], error["extensions"]["reason"]) == ("UNAUTHENTICATED", "REVOKED")


async def test_lost_rights_are_lost_at_once(admin: Client, company: Company) -> None:
    second = await company.add_user("second", role=Role.ADMINISTRATOR)
    client = admin.signed_in(await company.access_token(second))
    await ask(client, USERS, n=1)
    await ask(client, USERS, n=1)
    await change_user_role(company.viewer, user_id=second.id, role=Role.STANDARD)
    answer = (await ask(client, USERS, n=1)).json()
    assert (answer["data"], answer["errors"][0]["extensions"]["code"]) == (None, "NOT_PERMITTED")


async def test_who_has_other_rights_than_before_is_soon_answered_quickly_again(
    admin: Client, company: Company
) -> None:
    user = company.users[0]
    client, document = admin.signed_in(await company.access_token(user)), "{ account { name } }"
    await ask(client, document)
    await change_user_role(company.viewer, user_id=user.id, role=Role.ADMINISTRATOR)
    await ask(client, document)
    await ask(client, document)
    async with answered("kept") as sent:
        await ask(client, document)
    assert len(sent) == 1, sent


async def test_the_moment_of_reading_is_never_an_old_one(admin: Client) -> None:
    document = "{ account { seatInventory { asOf } } }"
    moments = [(await ask(admin, document)).json()["data"]["account"]["seatInventory"]["asOf"] for _ in range(3)]
    assert moments == sorted(set(moments))


def somebody() -> Viewer:
    return Viewer(uuid4(), frozenset(), uuid4(), uuid4(), None)


def kept(length: int) -> Kept:
    return Kept(b"x" * length, "tag", uuid4(), 1)


def test_what_was_asked_longest_ago_makes_room() -> None:
    answers = KeptAnswers(3 * (1_000 + OVERHEAD))
    viewers = [somebody() for _ in range(4)]
    for viewer in viewers[:3]:
        answers.keep(b"secret", viewer, b"question", kept(1_000))
    assert answers.find(viewers[0], b"question") is not None
    answers.keep(b"secret", viewers[3], b"question", kept(1_000))
    assert [answers.find(viewer, b"question") is not None for viewer in viewers] == [True, False, True, True]


def test_what_is_too_long_is_not_kept() -> None:
    answers, viewer = KeptAnswers(10 * LONGEST), somebody()
    answers.keep(b"secret", viewer, b"question", kept(LONGEST + 1))
    assert (answers.find(viewer, b"question"), answers.caller(b"secret")) == (None, None)


@pytest.mark.parametrize("other", ["event", "catalogue"])
def test_an_answer_stands_while_neither_the_event_nor_the_catalogue_is_another(other: str) -> None:
    viewer, event = somebody(), uuid4()
    last = Kept(b"", "tag", event, 1)
    assert last.stands(Recognised(viewer, 7, event, 1))
    seen = Recognised(viewer, 7, uuid4(), 1) if other == "event" else Recognised(viewer, 7, event, 2)
    assert not last.stands(seen)
