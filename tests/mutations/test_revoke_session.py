"""revokeSession over HTTP, and the lists of sessions it goes with."""

from datetime import datetime
from typing import Any

from api.schema.ids import encode_id
from models.database.connection import fetch
from models.tables import Session, User
from tests.support.answers import refused, unauthenticated
from tests.support.client import Client
from tests.support.company import Company, sign_in_token
from tests.support.refusals import wrong_ids
from tests.support.unchanged import nothing_changes

REVOKED = "... on SessionRevoked { session { id endedAt current } } ... on NotFoundError { id }"
MINE = "{ viewer { sessions { totalCount nodes { id kind client current endedAt user { email } } } } }"
ALL = "query ($user: ID) { account { sessions(userId: $user) { nodes { id user { email } } } } }"


async def sessions_of(user: User) -> list[str]:
    """The global ids of a user's sessions that have not ended, oldest first."""
    rows = await Session.filter(user_id=user.id, revoked_at=None).order_by("id")
    return [encode_id("Session", row.id) for row in rows]


async def signed_in(client: Client, company: Company, user: User) -> Client:
    """A user with a new session."""
    return client.signed_in(await company.access_token(user))


async def revoke(client: Client, session_id: str) -> dict[str, Any]:
    return await client.mutate("revokeSession", REVOKED, sessionId=session_id)


async def test_a_session_tells_which_it_is(client: Client, company: Company) -> None:
    ann = company.users[0]
    client.http.headers["user-agent"] = "Example browser"
    answer = await client.mutate("completeSignIn", "", token=await sign_in_token(ann))
    assert answer["__typename"] == "SignedIn"
    phone = await signed_in(client, company, ann)
    (first, second) = await sessions_of(ann)
    assert (await phone.run(MINE))["viewer"]["sessions"] == {
        "totalCount": 2,
        "nodes": [
            {
                "id": first,
                "kind": "COOKIE",
                "client": "Example browser",
                "current": False,
                "endedAt": None,
                "user": {"email": "ann@example.com"},
            },
            {
                "id": second,
                "kind": "BEARER",
                "client": "",
                "current": True,
                "endedAt": None,
                "user": {"email": "ann@example.com"},
            },
        ],
    }


async def test_who_lost_a_telephone_ends_its_session_and_no_other(client: Client, company: Company) -> None:
    ann = company.users[0]
    lost = await signed_in(client, company, ann)
    laptop = await signed_in(client, company, ann)
    (first, second) = await sessions_of(ann)
    done = await revoke(laptop, first)
    ended = datetime.fromisoformat(done["session"]["endedAt"])
    assert done["session"] == {"id": first, "endedAt": done["session"]["endedAt"], "current": False}
    assert (await Session.filter(user_id=ann.id).order_by("id"))[0].revoked_at == ended
    assert await lost.run("{ viewer { permissions } }") == {"viewer": None}
    assert [node["id"] for node in (await laptop.run(MINE))["viewer"]["sessions"]["nodes"]] == [second]
    async with nothing_changes():
        assert await revoke(laptop, first) == done


async def test_a_session_can_end_itself(client: Client, company: Company) -> None:
    ann = await signed_in(client, company, company.users[0])
    (own,) = await sessions_of(company.users[0])
    assert (await revoke(ann, own))["session"]["current"] is True
    assert await ann.run("{ viewer { permissions } }") == {"viewer": None}


async def test_a_session_that_ended_itself_ends_no_other(client: Client, company: Company) -> None:
    admin = await signed_in(client, company, company.administrator)
    await company.access_token(company.users[0])
    own, anns = (await sessions_of(company.administrator))[-1], (await sessions_of(company.users[0]))[0]
    answer = await admin.post(
        "mutation ($own: ID!, $anns: ID!) { a: revokeSession(input: {sessionId: $own}) { __typename }"
        " b: revokeSession(input: {sessionId: $anns}) { __typename } }",
        own=own,
        anns=anns,
    )
    unauthenticated(answer | {"data": None}, "b", reason="REVOKED")
    assert await sessions_of(company.users[0]) == [anns]


async def test_a_standard_user_ends_no_session_but_their_own(client: Client, company: Company) -> None:
    ann = await signed_in(client, company, company.users[0])
    await company.access_token(company.users[1])
    for whose in (company.users[1], company.administrator):
        for session_id in await sessions_of(whose):
            async with nothing_changes():
                answer = await revoke(ann, session_id)
            assert answer["__typename"] == "NotFoundError"
            assert answer["id"] == session_id
    answer = await ann.post(ALL)
    assert refused(answer, "NOT_PERMITTED", "account", "sessions")["requires"] == "MANAGE_USERS"


async def test_an_administrator_sees_and_ends_those_of_everybody(client: Client, company: Company) -> None:
    ann = await signed_in(client, company, company.users[0])
    admin = await signed_in(client, company, company.administrator)
    (anns,) = await sessions_of(company.users[0])
    everybodys = (await admin.run(ALL))["account"]["sessions"]["nodes"]
    assert anns in [node["id"] for node in everybodys]
    assert len(everybodys) == await Session.filter(account_id=company.account_id, revoked_at=None).count()
    only_anns = await admin.run(ALL, user=encode_id("User", company.users[0].id))
    assert only_anns["account"]["sessions"]["nodes"] == [{"id": anns, "user": {"email": "ann@example.com"}}]
    assert (await revoke(admin, anns))["__typename"] == "SessionRevoked"
    assert await ann.run("{ viewer { permissions } }") == {"viewer": None}


async def test_sessions_of_another_account_are_not_there(
    client: Client, company: Company, other_company: Company
) -> None:
    admin = await signed_in(client, company, company.administrator)
    theirs = await sessions_of(other_company.administrator)
    for session_id in [*theirs, *wrong_ids("Session")]:
        async with nothing_changes():
            assert (await revoke(admin, session_id))["__typename"] == "NotFoundError"
    other = encode_id("User", other_company.administrator.id)
    assert (await admin.run(ALL, user=other))["account"]["sessions"]["nodes"] == []


async def test_what_has_expired_is_not_listed(client: Client, company: Company) -> None:
    old = await company.access_token(company.users[0])
    await fetch("UPDATE sessions SET expires_at = now() WHERE user_id = $1", company.users[0].id)
    ann = await signed_in(client, company, company.users[0])
    assert (await ann.run(MINE))["viewer"]["sessions"]["totalCount"] == 1
    assert await client.signed_in(old).run("{ viewer { permissions } }") == {"viewer": None}


async def test_nobody_ends_nothing(client: Client, company: Company) -> None:
    (session_id, *_) = await sessions_of(company.administrator)
    document = "mutation ($id: ID!) { revokeSession(input: {sessionId: $id}) { __typename } }"
    async with nothing_changes():
        unauthenticated(await client.post(document, id=session_id), "revokeSession")
