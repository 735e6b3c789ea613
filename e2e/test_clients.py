"""Unmodified JavaScript clients with their default headers: queries, and subscriptions each in its own way."""

import httpx2
import pytest

from e2e.conftest import Demo, running_demo
from e2e.javascript import run_script

SIGN_IN = (
    "mutation ($token: String!) { completeSignIn(input: {token: $token, session: BEARER})"
    " { ... on SignedIn { accessToken } } }"
)
EMAIL = "admin@example.com"
# A snapshot, and the update of one assignment.
UPDATES = [
    {"snapshot": True, "codes": ["ECO", "ADVANCED", "PRO"]},
    {"snapshot": False, "codes": ["PRO"]},
]


@pytest.mark.parametrize("client", ["graphql-ws", "graphql-sse", "@apollo/client", "urql"])
async def test_a_client_queries_and_subscribes(results: dict, client: str) -> None:
    assert results[client] == {"email": EMAIL, "updates": UPDATES}


@pytest.fixture(scope="module")
async def results(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The results of each client, from a demo of its own, because the printed link works once."""
    async with running_demo(tmp_path_factory.mktemp("clients")) as demo:
        return await run_script("subscriptions.js", f"{demo.url}/graphql", await access_token(demo))


async def access_token(demo: Demo) -> str:
    """A token of the demo's administrator; uses up the printed link."""
    variables = {"token": demo.sign_in_link.partition("?token=")[2]}
    async with httpx2.AsyncClient() as http:
        response = await http.post(f"{demo.url}/graphql", json={"query": SIGN_IN, "variables": variables})
    return response.json()["data"]["completeSignIn"]["accessToken"]
