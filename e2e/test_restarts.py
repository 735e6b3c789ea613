"""Followers while the server is started anew: who goes on, and who says that it ended, as docs/clients.md has it.

Beside it, operations of one WebSocket that have nothing to do with each other.
"""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2

from e2e.conftest import running_demo
from e2e.javascript import run_script, running_script
from e2e.test_clients import access_token
from tests.support.running import free_port

WITHIN = 60.0
CHOICE = "{ packages { id code } account { users(filter: { licensed: false }) { nodes { id } } } }"
ASSIGN = "mutation ($input: AssignLicenseInput!) { assignLicense(input: $input) { __typename } }"
LEFT = "graphql-ws left to itself"
# What each is told: a snapshot when it begins, and where it goes on another, and the change that comes then.
GOES_ON = ["snapshot", "snapshot", "change"]
TOLD = {
    "graphql-ws": GOES_ON,
    LEFT: ["snapshot", "error"],
    "graphql-sse": GOES_ON,
    "@apollo/client": GOES_ON,
    "@apollo/client without RetryLink": ["snapshot", "error", "complete"],
    "@apollo/client over graphql-ws": GOES_ON,
    "urql by itself": ["snapshot", "complete"],
    "urql over graphql-ws": GOES_ON,
    "urql over graphql-sse": GOES_ON,
}


async def test_clients_go_on_after_a_restart_or_say_that_they_do_not(tmp_path: Path) -> None:
    port = str(free_port())
    told: dict[str, list[str]] = {client: [] for client in TOLD}
    async with AsyncExitStack() as second, AsyncExitStack() as following, AsyncExitStack() as first:
        demo = await first.enter_async_context(running_demo(tmp_path, PORT=port))
        url, token = f"{demo.url}/graphql", await access_token(demo)
        lines = await following.enter_async_context(running_script("restarts.js", url, token))
        await until_told(lines, told, {client: every[:1] for client, every in TOLD.items()})
        await first.aclose()
        # Away for so long that somebody's first try is refused.
        await until_told(lines, told, {LEFT: TOLD[LEFT]})
        await second.enter_async_context(running_demo(tmp_path, PORT=port))
        await until_told(lines, told, {client: every[:2] for client, every in TOLD.items()})
        await assign_somebody(url, token)
        await until_told(lines, told, TOLD)
    assert told == TOLD


async def test_operations_of_one_socket_that_are_broken_leave_the_others_alone(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo:
        found = await run_script("neighbours.js", f"{demo.url}/graphql", await access_token(demo))
    assert found == {
        "broken": {
            "syntax": ["GRAPHQL_PARSE_FAILED"],
            "field": ["GRAPHQL_VALIDATION_FAILED"],
            "variable": ["GRAPHQL_VALIDATION_FAILED"],
            "choice": ["GRAPHQL_VALIDATION_FAILED"],
            "cost": ["LIMIT_EXCEEDED"],
        },
        "told": [True, False, False],
        "sockets": {"opened": 1, "closed": 0},
    }


async def until_told(lines: asyncio.StreamReader, told: dict[str, list[str]], wanted: dict[str, list[str]]) -> None:
    """Read what the script prints until each of these clients was told as much as is wanted, or more."""
    async with asyncio.timeout(WITHIN):
        while any(len(told[client]) < len(every) for client, every in wanted.items()):
            client, what = json.loads(await lines.readline())
            told[client].append(what)
    assert {client: told[client][: len(every)] for client, every in wanted.items()} == wanted


async def assign_somebody(url: str, token: str) -> None:
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {token}"}) as http:
        found = (await http.post(url, json={"query": CHOICE})).json()["data"]
        package = next(each["id"] for each in found["packages"] if each["code"] == "PRO")
        variables = {"input": {"packageId": package, "userId": found["account"]["users"]["nodes"][0]["id"]}}
        done = (await http.post(url, json={"query": ASSIGN, "variables": variables})).json()
    assert done == {"data": {"assignLicense": {"__typename": "LicenseAssigned"}}}
