"""The audits of GraphQL over HTTP, from graphql-http, its reference implementation."""

from pathlib import Path

from e2e.conftest import Demo, running_demo
from e2e.javascript import run_script

AUDITS = 61
# These audit an optional feature, which is off by default.
OF_GET = {
    "5A70": "MAY accept application/x-www-form-urlencoded formatted GET requests",
    "D6D5": (
        "MAY allow URL-encoded JSON string {variables} parameter in GETs"
        " when accepting application/graphql-response+json"
    ),
    "6A70": "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json",
}


async def test_every_audit_passes_if_queries_by_get_are_on(tmp_path: Path) -> None:
    async with running_demo(tmp_path, GET_QUERIES="true") as demo:
        assert await failures(demo) == {}


async def test_without_get_every_audit_passes_but_those_of_get(demo: Demo) -> None:
    failed = await failures(demo)
    assert {id: audit["name"] for id, audit in failed.items()} == OF_GET
    assert {audit["status"] for audit in failed.values()} == {"notice"}


async def failures(demo: Demo) -> dict[str, dict[str, str]]:
    """The audits that do not pass, by their id."""
    audits = await run_script("audits.js", f"{demo.url}/graphql")
    assert len({audit["id"] for audit in audits}) == len(audits) == AUDITS
    return {audit["id"]: audit for audit in audits if audit["status"] != "ok"}
