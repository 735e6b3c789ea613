"""Features that an operator switches off are off in the process that the settings start."""

import hashlib
import json
from pathlib import Path

from api.pages.portal import PATHS
from tests.conftest import ROOT
from tests.processes.conftest import settings
from tests.support.answers import codes
from tests.support.installation import Installation, UsherProcess

ASSETS = ["/graphiql", "/graphiql/", "/graphiql/assets/", "/graphiql/assets/index.js"]
SCHEMA = "{ __schema { queryType { name } } }"


async def test_without_the_explorer_and_introspection_neither_is_there(
    database_url: str, db: None, tmp_path: Path
) -> None:
    off = {"EXPLORER": "false", "INTROSPECTION": "false"}
    async with Installation(tmp_path, settings(database_url, mail_port=9) | off) as made:
        server = await made.serve("--no-relay")
        async with made.client(server) as client:
            assert [(await client.http.get(path)).status_code for path in ASSETS] == [404] * 4
            assert (await client.http.get("/portal.json")).json()["places"] == []
            assert codes(await client.post(SCHEMA)) == ["INTROSPECTION_DISABLED"]
            assert await client.run("{ __typename }") == {"__typename": "Query"}


async def test_both_are_there_where_nothing_is_said(
    servers: list[UsherProcess], standing: Installation, db: None
) -> None:
    async with standing.client(servers[0]) as client:
        page = await client.http.get("/graphiql")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert (await client.http.get("/portal.json")).json()["places"] == [{"kind": "explorer", "href": "/graphiql"}]
        assert await client.run(SCHEMA) == {"__schema": {"queryType": {"name": "Query"}}}


async def test_a_server_of_trusted_documents_runs_those_alone(database_url: str, db: None, tmp_path: Path) -> None:
    text = "{ packages { code } }"
    digest = hashlib.sha256(text.encode()).hexdigest()
    (tmp_path / "documents.json").write_text(json.dumps({digest: text}))
    strict = {"TRUSTED_DOCUMENTS": str(tmp_path / "documents.json"), "ONLY_TRUSTED_DOCUMENTS": "true"}
    async with Installation(tmp_path, settings(database_url, mail_port=9) | strict) as made:
        server = await made.serve("--no-relay")
        async with made.client(server) as client:
            named = await client.http.post("/graphql", json={"documentId": f"sha256:{digest}"})
            assert named.json() == {"data": {"packages": [{"code": "ECO"}, {"code": "ADVANCED"}, {"code": "PRO"}]}}
            assert codes(await client.post("{ __typename }")) == ["DOCUMENT_NOT_TRUSTED"]


async def test_without_the_portal_its_addresses_are_free_and_its_documents_unknown(
    database_url: str, db: None, tmp_path: Path
) -> None:
    manifest = json.loads((ROOT / "portal" / "dist" / "documents.json").read_text())
    async with Installation(tmp_path, settings(database_url, mail_port=9) | {"PORTAL": "false"}) as made:
        server = await made.serve("--no-relay")
        async with made.client(server) as client:
            paths = [*PATHS, "/portal.json"]
            assert [(await client.http.get(path)).status_code for path in paths] == [404] * len(paths)
            named = await client.http.post("/graphql", json={"documentId": next(iter(manifest))})
            assert codes(named.json()) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_the_portal_is_there_where_nothing_is_said(
    servers: list[UsherProcess], standing: Installation, db: None
) -> None:
    async with standing.client(servers[0]) as client:
        assert [(await client.http.get(path)).status_code for path in PATHS] == [200] * len(PATHS)
