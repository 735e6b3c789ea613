"""The portal's documents: each is valid, in the manifest, and run by a server of trusted documents alone."""

import json
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate

from api.documents.policy import DocumentRules
from api.documents.trusted import PREFIX, TrustedDocuments, document_hash
from models.events.seat_feed import Feed
from payments import make_provider
from tests.conftest import ROOT
from tests.support.answers import codes
from tests.support.company import Company
from tests.support.serving import serving
from usher import document_manifests
from usher.document_manifests import document_rules, portal_documents
from usher.settings import Settings

SOURCES = sorted((ROOT / "portal" / "src").rglob("*.graphql"))
MANIFEST: dict[str, str] = json.loads((ROOT / "portal" / "dist" / "documents.json").read_text())


def operation_names(text: str) -> list[str]:
    found = parse(text).definitions
    return [each.name.value for each in found if isinstance(each, OperationDefinitionNode) and each.name]


def hash_of(name: str) -> str:
    """The hash of the document with an operation of this name."""
    return next(key.removeprefix(PREFIX) for key, text in MANIFEST.items() if operation_names(text) == [name])


def test_the_portals_documents_fit_the_schema() -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    whole = parse("\n".join(path.read_text() for path in SOURCES))
    assert validate(schema, whole) == []


def test_the_manifest_has_each_operation_of_the_sources_and_no_other() -> None:
    written = [name for path in SOURCES for name in operation_names(path.read_text())]
    assert sorted(name for text in MANIFEST.values() for name in operation_names(text)) == sorted(written)
    assert {key.removeprefix(PREFIX): text for key, text in MANIFEST.items()} == {
        document_hash(text): text for text in MANIFEST.values()
    }


async def test_a_server_of_trusted_documents_alone_runs_the_portals(feed: Feed, company: Company) -> None:
    rules = DocumentRules(only_trusted=True, trusted=TrustedDocuments(portal_documents()))
    token = await company.access_token()
    async with serving(make_provider("sandbox"), feed, token, documents=rules) as client:
        answer = await client.http.post("/graphql", json={"documentId": f"sha256:{hash_of('Viewer')}"})
        assert answer.json()["data"]["viewer"]["user"]["email"] == "admin@example.com"
        extensions = {"persistedQuery": {"version": 1, "sha256Hash": hash_of("SeatInventory")}}
        answer = await client.http.post("/graphql", json={"extensions": extensions})
        assert len(answer.json()["data"]["account"]["seatInventory"]["pools"]) == 3
        assert codes(await client.post("{ __typename }")) == ["DOCUMENT_NOT_TRUSTED"]
        # The portal sends an empty query beside the hash.
        async with client.live() as live:
            subscription = {"persistedQuery": {"version": 1, "sha256Hash": hash_of("SeatCountsChanged")}}
            await live.send(type="subscribe", id="1", payload={"query": "", "extensions": subscription})
            assert (await live.next())["seatCountsChanged"]["snapshot"] is True


def test_the_settings_trust_the_portals_documents_if_it_is_served(tmp_path: Path) -> None:
    text = MANIFEST[f"{PREFIX}{hash_of('Viewer')}"]
    assert text in document_rules(Settings()).trusted
    assert text in document_rules(Settings(only_trusted_documents=True)).trusted
    assert text not in document_rules(Settings(portal=False)).trusted


def test_a_portal_that_is_not_built_has_no_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_manifests, "PORTAL", tmp_path)
    assert list(portal_documents()) == []
