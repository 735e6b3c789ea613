"""The programs of the guides that need more than Python and Node: curl, and packages of npm."""

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from e2e.conftest import running_demo
from e2e.test_clients import access_token
from tests.support.guides import DOCS, OWN_NODE, programs, run, running

PARTNERS, SPA = "partners.md", "spa.md"
MAKE = """
mutation { createApiKey(input: { name: "Guide", scopes: [VIEW_INVENTORY] }) { ... on ApiKeyCreated { secret } } }
"""
FIND = """
{ packages { id code } account { users(filter: { licensed: false }, first: 1) { nodes { id email } } } }
"""
ASSIGN = """
mutation ($user: ID!, $package: ID!) { assignLicense(input: { userId: $user, packageId: $package }) { __typename } }
"""


@dataclass(frozen=True)
class Guided:
    """A demo of its own, with a token and an API key."""

    url: str
    token: str
    key: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of the programs."""
        return {"USHER_URL": self.url, "USHER_KEY": self.key, "USHER_TOKEN": self.token}

    async def run_query(self, query: str, **variables: str) -> httpx2.Response:
        """Run a document as the administrator."""
        async with httpx2.AsyncClient(headers={"authorization": f"Bearer {self.token}"}) as http:
            return await http.post(f"{self.url}/graphql", json={"query": query, "variables": variables})

    async def assign(self) -> None:
        """Assign a PRO license to a user without one."""
        found = (await self.run_query(FIND)).json()["data"]
        (user,) = found["account"]["users"]["nodes"]
        pro = next(each["id"] for each in found["packages"] if each["code"] == "PRO")
        done = (await self.run_query(ASSIGN, user=user["id"], package=pro)).json()
        assert done["data"]["assignLicense"]["__typename"] == "LicenseAssigned"


@pytest.fixture(scope="module")
async def guided(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guided]:
    """A demo, with a token and a key that may read the inventory."""
    async with running_demo(tmp_path_factory.mktemp("guides")) as demo:
        guided = Guided(demo.url, await access_token(demo), "")
        made = (await guided.run_query(MAKE)).json()
        yield Guided(demo.url, guided.token, made["data"]["createApiKey"]["secret"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages that the page asks for, and the oldest Node that it supports."""
    folder = tmp_path_factory.mktemp("spa")
    for name, text in programs(SPA).items():
        (folder / name).write_text(text)
    demanded = re.search(r"Node (\d+) or later", (DOCS / SPA).read_text())
    assert demanded is not None
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    node = ["npm", "install", "--no-save", "--silent", "--no-audit", "--no-fund", f"node@{demanded[1]}"]
    for command in (["bash", "-eu", "install.sh"], node):
        subprocess.run(command, cwd=folder, check=True, env=os.environ | {"PATH": path})
    version = subprocess.run([folder / OWN_NODE, "--version"], capture_output=True, text=True, check=True).stdout
    assert version.startswith(f"v{demanded[1]}.")
    return folder


async def test_curl_gets_the_first_response(guided: Guided, tmp_path: Path) -> None:
    done = await run(PARTNERS, "first.sh", tmp_path, **guided.environment)
    assert (done.code, done.err) == (0, "")
    pools = json.loads(done.out)["data"]["account"]["seatInventory"]["pools"]
    assert [pool["package"]["code"] for pool in pools] == ["ECO", "ADVANCED", "PRO"]


async def test_curl_gets_304_if_nothing_has_changed(guided: Guided, tmp_path: Path) -> None:
    query = "{ account { version seatInventory { pools { id available } } } }"
    tag = (await guided.run_query(query)).headers["etag"]
    own = guided.environment | {"USHER_KEY": guided.token, "BODY": json.dumps({"query": query})}
    assert (await run(PARTNERS, "unchanged.sh", tmp_path, **own, TAG="")).out == "200\n"
    assert (await run(PARTNERS, "unchanged.sh", tmp_path, **own, TAG=tag)).out == "304\n"


async def test_a_page_shows_the_seats_and_subscribes_to_them(guided: Guided, folder: Path) -> None:
    async with running(SPA, "seats.mjs", folder, **guided.environment) as program:
        first = json.loads(await program.line())
        await guided.assign()
        changed = json.loads(await program.line())
    assert set(first) == {"ECO", "ADVANCED", "PRO"}
    assert {code: first[code] - changed[code] for code in first} == {"ECO": 0, "ADVANCED": 0, "PRO": 1}


async def test_refusals_are_told_apart_by_their_type(guided: Guided, folder: Path) -> None:
    done = await run(SPA, "buy.mjs", folder, **guided.environment)
    assert (done.code, done.err) == (0, ""), done.err
    assert done.out.splitlines() == ["declined: card_declined", "2 seats more of PRO"]
