"""A start tells how many connections its processes may open, and warns where the database takes fewer."""

import json

import pytest

from models.database.connection import fetch
from tests.support.installation import Installation, UsherProcess

POOL = 60


@pytest.fixture
async def max_connections(db: None) -> int:
    """How many the tests' database takes."""
    return (await fetch("SELECT current_setting('max_connections')::int AS most"))[0]["most"]


def logged(process: UsherProcess) -> list[tuple[str, str, dict[str, int]]]:
    """The level, the event and the figures of what was told."""
    lines = [json.loads(line) for line in process.printed.splitlines() if line.startswith("{")]
    return [
        (line["level"], line["event"], {name: value for name, value in line.items() if isinstance(value, int)})
        for line in lines
        if line["event"] in {"database.connections", "database.too_few_connections"}
    ]


async def test_each_process_has_its_pool_and_one_more(installation: Installation, max_connections: int) -> None:
    installation.settings["DATABASE_POOL"] = "20"
    figures = {"processes": 1, "pool": 20, "most": 21, "max_connections": max_connections}
    for process in (await installation.serve("--no-relay"), await installation.relay()):
        assert logged(process) == [("info", "database.connections", figures)]


async def test_more_than_the_database_takes_are_warned_of(installation: Installation, max_connections: int) -> None:
    assert max_connections < 2 * POOL
    installation.settings["DATABASE_POOL"] = str(POOL)
    server = await installation.serve("--no-relay", workers=2)
    figures = {"processes": 2, "pool": POOL, "most": 2 * (POOL + 1), "max_connections": max_connections}
    assert logged(server) == [("warning", "database.too_few_connections", figures)]


async def test_those_to_a_pooler_are_not_counted(installation: Installation, max_connections: int) -> None:
    installation.settings["DATABASE_POOL"] = "200"
    installation.settings["DATABASE_DIRECT_URL"] = installation.settings["DATABASE_URL"]
    server = await installation.serve("--no-relay")
    figures = {"processes": 1, "pool": 0, "most": 1, "max_connections": max_connections}
    assert logged(server) == [("info", "database.connections", figures)]
