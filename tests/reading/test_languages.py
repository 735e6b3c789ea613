"""Package.name and description in the language of the reader, by every way of answering."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import orjson
import pytest
from websockets.asyncio.client import connect

from api.execution.metrics import QUERIES
from api.http.languages import preferred_language
from models.database.connection import fetch
from models.permissions import Permission
from models.rules.catalogue import SHIPPED, load_catalogue, read_catalogue
from models.tables import Package, Role
from models.text.languages import language_of
from tests.support.api_keys import make_key
from tests.support.client import Client
from tests.support.company import Company
from tests.support.licensing import id_of
from tests.support.resolved import BY_RESOLVERS

pytestmark = pytest.mark.usefixtures("refuse_plans")

ENGLISH = ["Eco", "Advanced", "Pro"]
FRENCH = ["Éco", "Avancé", "Pro"]
# One document for each way of answering, and where the packages stand in its answer.
POOLS = "seatInventory { pools { package { name description } } }"
BY_PLAN = f"{{ account {{ {POOLS} }} }}"
BY_PROGRAM = BY_PLAN + BY_RESOLVERS
BY_CORE = f"query {{ __schema {{ queryType {{ name }} }} account {{ {POOLS} }} }}"
CATALOGUE = "{ packages { name description } }"
FOLLOW = "subscription { seatCountsChanged { pools { package { name } } } }"

by_each_way = pytest.mark.parametrize("document", [BY_PLAN, BY_PROGRAM, BY_CORE], ids=["plan", "program", "core"])


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        ("", None),
        ("*", None),
        ("de", None),
        ("fr", "fr"),
        ("FR-ca", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.8, fr-CA;q=0.9", "fr"),
        ("de, fr;q=0.5, en;q=0.4", "fr"),
        ("en, fr", "en"),
        ("fr, en", "fr"),
        ("en;q=0.5,fr;q=0.5", "en"),
        ("fr;q=0", None),
        ("fr;q=0, en;q=0.001", "en"),
        ("fr;q=0.000", None),
        ("fr;q=1.000", "fr"),
        ("fr ; Q=0.7 , en;q=0.6", "fr"),
        ("fr;q=1.5", None),
        ("fr;q=0.1234", None),
        ("fr;q=x, en;q=0.1", "en"),
        ("fr;q=-1", None),
        ("frr, enm", None),
        ("french", None),
        (",,;q=1,fr", "fr"),
        ("\xff\x00fr", None),
        ("de," * 400 + "fr", None),
    ],
)
def test_accept_language_is_read_as_the_rfc_says(accept_language: str, language: str | None) -> None:
    assert preferred_language(accept_language) == language


def test_no_more_of_a_field_is_remembered_than_is_read() -> None:
    tracemalloc.start()
    for number in range(50):
        preferred_language(f"fr;q=0.{number:03}," + "x" * 100_000)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 500_000


@pytest.mark.parametrize(
    ("locale", "language"), [("fr", "fr"), ("fr-CA", "fr"), ("en-CA", "en"), ("de", "en"), ("frr", "en"), ("", "en")]
)
def test_a_locale_has_a_language(locale: str, language: str) -> None:
    assert language_of(locale) == language


@pytest.fixture
async def camille(admin: Client, company: Company) -> Client:
    """An administrator whose locale is fr-CA."""
    user = await company.add_user("Camille", locale="fr-CA", role=Role.ADMINISTRATOR)
    return admin.signed_in(await company.access_token(user))


async def ask(client: Client, document: str, language: str | None = None, **headers: str) -> httpx2.Response:
    spoken = {} if language is None else {"accept-language": language}
    return await client.http.post("/graphql", json={"query": document}, headers=spoken | headers)


def packages(data: dict[str, Any]) -> list[dict[str, str]]:
    if "packages" in data:
        return data["packages"]
    return [pool["package"] for pool in data["account"]["seatInventory"]["pools"]]


async def names(client: Client, document: str, language: str | None = None) -> list[str]:
    shown = packages((await ask(client, document, language)).json()["data"])
    rows = {package.name: package async for package in Package.all()} | {
        package.name_in("fr"): package async for package in Package.all()
    }
    spoken = "fr" if shown[0]["name"] == "Éco" else "en"
    assert [each["description"] for each in shown] == [rows[each["name"]].description_in(spoken) for each in shown]
    return [each["name"] for each in shown]


@by_each_way
async def test_accept_language_chooses_then_the_locale_then_english(
    admin: Client, camille: Client, document: str
) -> None:
    key = admin.signed_in((await make_key(camille, Permission.VIEW_INVENTORY)).secret)
    for _ in range(2):
        # Twice, for what is kept.
        for client in (admin, camille, key):
            assert await names(client, document, "fr-CA, en;q=0.5") == FRENCH
            assert await names(client, document, "en") == ENGLISH
        for unknown in (None, "*", "de"):
            assert await names(admin, document, unknown) == ENGLISH
            assert await names(camille, document, unknown) == FRENCH
            assert await names(key, document, unknown) == ENGLISH


async def test_the_catalogue_needs_nobody(client: Client, company: Company) -> None:
    assert await names(client, CATALOGUE) == ENGLISH
    assert await names(client, CATALOGUE, "fr") == FRENCH


async def test_every_document_goes_the_way_that_it_is_here_for(admin: Client, company: Company) -> None:
    def taken(way: str) -> float:
        return QUERIES.labels(way)._value.get()

    for document, way in ((BY_PLAN, "plan"), (BY_PROGRAM, "compiled")):
        await ask(admin, document)
        before = taken(way)
        await company.add_user(f"User{way}")
        await ask(admin, document)
        assert taken(way) == before + 1


async def test_readers_of_two_languages_at_once_are_each_answered_in_their_own(
    admin: Client, camille: Client
) -> None:
    tries = [(admin, None, ENGLISH), (camille, None, FRENCH), (admin, "fr", FRENCH), (camille, "en", ENGLISH)] * 10
    answers = await asyncio.gather(*(ask(client, BY_PLAN, language) for client, language, _ in tries))
    for answer, (_, _, expected) in zip(answers, tries, strict=True):
        assert [each["name"] for each in packages(answer.json()["data"])] == expected


@by_each_way
async def test_the_tags_of_two_languages_differ_and_caches_are_told(
    admin: Client, camille: Client, document: str
) -> None:
    if document == BY_CORE:
        document = f"query A {{ account {{ {POOLS} }} }} fragment Unused on Money {{ amount }}"
        document = document.replace(" fragment Unused on Money { amount }", "")
    if document == BY_PROGRAM:
        document = f"{{ account {{ {POOLS} seatEvents {{ totalCount }} }} }}"
    english, french = await ask(admin, document, "en"), await ask(admin, document, "fr")
    assert english.headers["etag"] != french.headers["etag"]
    # The same rights and language: the same answer.
    assert (await ask(camille, document)).headers["etag"] == french.headers["etag"]
    assert (await ask(admin, document)).headers["etag"] == english.headers["etag"]
    for response in (english, french):
        assert "accept-language" in response.headers["vary"]
    for tag, language, status in [
        (english, "en", 304),
        (english, None, 304),
        (english, "fr", 200),
        (french, "fr", 304),
        (french, "en", 200),
    ]:
        again = await ask(admin, document, language, **{"if-none-match": tag.headers["etag"]})
        assert again.status_code == status
        assert "accept-language" in again.headers["vary"]
    own = await ask(camille, document, None, **{"if-none-match": french.headers["etag"]})
    assert own.status_code == 304


async def test_an_answer_without_texts_is_one_for_all_languages(admin: Client, camille: Client) -> None:
    document = "{ account { seatInventory { pools { package { code tier } available } } } }"
    answers = [
        await ask(client, document, language) for client in (admin, camille) for language in (None, "en", "fr")
    ]
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert "accept-language" not in answers[0].headers["vary"]


async def test_a_new_locale_speaks_at_once(admin: Client, company: Company) -> None:
    for _ in range(2):
        assert await names(admin, BY_PLAN) == ENGLISH
    await fetch("UPDATE users SET locale = 'fr-CA' WHERE id = $1", company.administrator.id)
    for document in (BY_PLAN, BY_PROGRAM, BY_PLAN):
        assert await names(admin, document) == FRENCH


async def test_what_an_idempotency_key_answers_again_is_in_the_language_of_who_asks(
    admin: Client, company: Company
) -> None:
    await company.buy(ECO=1)
    document = (
        "mutation ($input: AssignLicenseInput!) { assignLicense(input: $input)"
        " { ... on LicenseAssigned { license { package { name } } } } }"
    )
    given = {"userId": id_of(company.users[0]), "packageId": id_of(company.packages["ECO"]), "idempotencyKey": "1"}
    found = []
    for language in ("fr", "en"):
        body = {"query": document, "variables": {"input": given}}
        response = await admin.http.post("/graphql", json=body, headers={"accept-language": language})
        found.append(response.json()["data"]["assignLicense"]["license"]["package"]["name"])
    assert found == ["Éco", "Eco"]


async def told(client: Client, headers: dict[str, str], payload: dict[str, Any]) -> list[str]:
    """The names in the snapshot that a subscription over WebSocket begins with."""
    url = f"ws{client.url.removeprefix('http')}/graphql"
    subprotocols: Any = ["graphql-transport-ws"]
    async with connect(url, subprotocols=subprotocols, additional_headers=headers) as socket:
        init = {"Authorization": f"Bearer {client.token}"} | payload
        await socket.send(orjson.dumps({"type": "connection_init", "payload": init}).decode())
        assert orjson.loads(await socket.recv())["type"] == "connection_ack"
        follow = {"type": "subscribe", "id": "1", "payload": {"query": FOLLOW}}
        await socket.send(orjson.dumps(follow).decode())
        found = orjson.loads(await socket.recv())
        pools = found["payload"]["data"]["seatCountsChanged"]["pools"]
        return [pool["package"]["name"] for pool in pools]


async def test_followers_of_two_languages_share_no_message(admin: Client, camille: Client) -> None:
    french = {"Accept-Language": "fr-CA"}
    tries = [
        (admin, {}, {}, ENGLISH),
        (camille, {}, {}, FRENCH),
        (admin, french, {}, FRENCH),
        (admin, {}, {"accept-language": "fr"}, FRENCH),
        (admin, {}, {"headers": french}, FRENCH),
        (camille, french, {"Accept-Language": "en"}, ENGLISH),
    ]
    found = await asyncio.gather(*(told(client, headers, payload) for client, headers, payload, _ in tries))
    assert found == [expected for *_, expected in tries]


async def test_an_event_stream_is_in_the_language_of_its_request(admin: Client, camille: Client) -> None:
    for client, language, expected in [(admin, "fr", FRENCH), (camille, None, FRENCH), (admin, None, ENGLISH)]:
        headers = {"accept": "text/event-stream"} | ({"accept-language": language} if language else {})
        async with client.http.stream("POST", "/graphql", json={"query": FOLLOW}, headers=headers) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    pools = orjson.loads(line.removeprefix("data: "))["data"]["seatCountsChanged"]["pools"]
                    assert [pool["package"]["name"] for pool in pools] == expected
                    break


@pytest.fixture
async def without_names(db: None) -> AsyncIterator[None]:
    """A catalogue whose translations leave names out, and one package without any."""
    found = read_catalogue(SHIPPED)
    for entry in found.package:
        for translation in entry.translations.values():
            translation.name = None
    found.package[2].translations = {}
    await load_catalogue(found)
    yield
    await load_catalogue(read_catalogue(SHIPPED))


@by_each_way
async def test_a_text_without_translation_is_english(
    admin: Client, without_names: None, company: Company, document: str
) -> None:
    shown = packages((await ask(admin, document, "fr")).json()["data"])
    assert [each["name"] for each in shown] == ENGLISH
    assert shown[0]["description"].startswith("Protège")
    assert shown[2]["description"].startswith("Secures")
