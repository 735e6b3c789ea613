"""Unforeseen errors are masked, with a reference that is in the log; an outage of the database has its own error."""

from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosedError

from api.schema import query as query_module
from models.events import seat_feed as feed_module
from tests.support.answers import codes
from tests.support.client import Client
from tests.support.outage import outage
from tests.support.resolved import BY_RESOLVERS
from tests.support.seats_feed import SEATS
from tests.support.unchanged import nothing_changes

NEW = "application/graphql-response+json"
SECRET = "secret detail of the inside"
PACKAGES = "{ packages { code } }"
UNAVAILABLE = (
    "The service cannot answer at the moment. Try again in a few seconds;"
    " a change without an idempotency key may have been done: look before you repeat it."
)
Entries = list[dict[str, Any]]


async def broken(*_args: object, **_named: object) -> None:
    """Anything with a bug in it."""
    raise RuntimeError(SECRET)


def reference_of(error: dict[str, Any], entries: Entries, path: str) -> str:
    """The reference of a masked error; fails unless the log tells the one bug under it."""
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert set(error["extensions"]) == {"code", "reference"}
    reference = error["extensions"]["reference"]
    assert error["message"] == f"Something went wrong on our side. Tell support this reference: {reference}."
    told = [(entry["event"], entry["log_level"], entry["reference"], entry["path"]) for entry in entries]
    assert told == [("graphql.internal_error", "error", reference, path)]
    assert str(entries[0]["exc_info"]) == SECRET
    return reference


def holds_nothing_of_the_inside(text: str) -> None:
    for word in (SECRET, "secret", "RuntimeError", "Traceback", "File ", ".py"):
        assert word not in text, text


async def test_a_bug_in_a_read_shows_only_its_reference(
    http: httpx2.AsyncClient, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_module, "packages_on_sale", broken)
    references = set()
    for accept in (NEW, "application/json"):
        with capture_logs() as entries:
            response = await http.post("/graphql", json={"query": PACKAGES}, headers={"accept": accept})
        holds_nothing_of_the_inside(response.text)
        assert response.status_code == 200
        answer = response.json()
        assert answer["data"] is None
        assert [error["path"] for error in answer["errors"]] == [["packages"]]
        references.add(reference_of(answer["errors"][0], entries, "packages"))
    assert len(references) == 2


async def test_a_bug_in_a_mutation_shows_only_its_reference(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.operations.sign_in.sign_out.sign_out", broken)
    with capture_logs() as entries:
        async with nothing_changes():
            response = await admin.http.post("/graphql", json={"query": "mutation { ended: signOut { ok } }"})
    holds_nothing_of_the_inside(response.text)
    reference_of(response.json()["errors"][0], entries, "ended")
    assert str(admin.token) not in repr(entries)


@pytest.mark.usefixtures("refuse_plans")
async def test_a_bug_before_anything_is_run_shows_only_its_reference(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.schema.context.authenticate", broken)
    with capture_logs() as entries:
        response = await admin.http.post("/graphql", json={"query": PACKAGES + BY_RESOLVERS})
    holds_nothing_of_the_inside(response.text)
    assert (response.status_code, list(response.json())) == (500, ["errors"])
    reference_of(response.json()["errors"][0], entries, "")


async def test_a_bug_in_a_subscription_shows_only_its_reference(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "read_inventory", broken)
    async with admin.live() as live:
        with capture_logs() as entries:
            await live.subscribe(SEATS)
            message = await live.receive()
        assert await live.receive() == {"type": "complete", "id": "1"}
        holds_nothing_of_the_inside(str(message))
        (error,) = message["payload"]["errors"]
        reference_of(error, entries, "")
        monkeypatch.undo()
        await live.subscribe(SEATS, id="2")
        assert (await live.next())["seatCountsChanged"]["snapshot"] is True


@pytest.mark.usefixtures("refuse_plans")
async def test_one_broken_field_leaves_the_others_answered(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    package = (await admin.run("{ packages { id } }"))["packages"][0]["id"]
    monkeypatch.setattr("api.schema.query.find_node", broken)
    document = "query ($id: ID!) { node(id: $id) { id } viewer { user { email } } }"
    answer = await admin.post(document + BY_RESOLVERS, id=package)
    assert answer["data"] == {"node": None, "viewer": {"user": {"email": "admin@example.com"}}}
    assert codes(answer) == ["INTERNAL_ERROR"]


async def test_a_client_without_a_credential_is_told_that_the_database_is_gone(
    http: httpx2.AsyncClient, database_url: str, db: None
) -> None:
    with capture_logs() as entries:
        async with outage():
            response = await http.post("/graphql", json={"query": PACKAGES}, headers={"accept": NEW})
    assert response.status_code == 200
    (error,) = response.json()["errors"]
    assert (response.json()["data"], error["path"], error["message"]) == (None, ["packages"], UNAVAILABLE)
    assert error["extensions"] == {"code": "UNAVAILABLE", "reference": entries[0]["reference"]}
    told = [(entry["event"], entry["log_level"], entry["path"]) for entry in entries]
    assert told == [("graphql.unavailable", "warning", "packages")]
    assert (await http.post("/graphql", json={"query": PACKAGES})).json()["data"]["packages"][0] == {"code": "ECO"}


async def test_a_client_with_a_credential_is_told_that_the_database_is_gone(admin: Client, database_url: str) -> None:
    async with outage():
        response = await admin.http.post("/graphql", json={"query": PACKAGES})
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    assert response.headers["content-type"] == "application/json"
    (error,) = response.json()["errors"]
    assert (list(response.json()), error["message"]) == (["errors"], UNAVAILABLE)
    assert (error["extensions"]["code"], set(error["extensions"])) == ("UNAVAILABLE", {"code", "reference"})
    assert (await admin.run("{ viewer { user { email } } }"))["viewer"]["user"] == {"email": "admin@example.com"}


async def test_a_subscription_that_meets_an_outage_closes_its_socket_so_that_clients_come_back(
    admin: Client, database_url: str
) -> None:
    async with admin.live() as live:
        async with outage():
            await live.subscribe(SEATS)
            with pytest.raises(ConnectionClosedError) as closed:
                await live.receive()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, "Try again later")


@pytest.mark.parametrize("document", [PACKAGES, "mutation { signOut { ok } }"])
async def test_a_socket_is_told_that_the_database_is_gone_and_lives_on(
    admin: Client, database_url: str, document: str
) -> None:
    async with admin.live() as live:
        async with outage():
            await live.subscribe(document)
            message = await live.receive()
            assert message["type"] in {"next", "error"}, message
            errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
            assert [error["extensions"]["code"] for error in errors] == ["UNAVAILABLE"]
            if message["type"] == "next":
                assert await live.receive() == {"type": "complete", "id": "1"}
        await live.subscribe("{ viewer { user { email } } }", id="2")
        assert await live.next() == {"viewer": {"user": {"email": "admin@example.com"}}}


async def test_readiness_tells_of_the_database_and_health_does_not(
    http: httpx2.AsyncClient, database_url: str, db: None
) -> None:
    async with outage():
        ready, healthy = await http.get("/readyz"), await http.get("/healthz")
    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", "database": "unreachable"})
    assert (healthy.status_code, healthy.json()) == (200, {"status": "ok"})
    ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (200, "ok")
