"""Relay as it comes, with fetch and either subscription client: pagination, mutations, and pushed updates."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from e2e.conftest import running_demo
from e2e.javascript import FOLDER, NODE, run_script
from e2e.test_clients import access_token

# The demo has thirteen people, and two seats of PRO, one of them assigned.
FOUND = {
    "pages": [5, 10, 13],
    "different": 13,
    "before": {"assigned": 1, "available": 1},
    "assigned": {"answer": "LicenseAssigned", "pool": {"assigned": 2, "available": 0}, "license": "ASSIGNED"},
    "refused": "NO_SEAT_AVAILABLE",
    "followed": {"snapshots": [True, False], "pool": {"assigned": 1, "available": 1}},
}


@pytest.mark.parametrize("client", ["graphql-ws", "graphql-sse"])
async def test_relays_store_has_the_results_of_pagination_mutations_and_subscriptions(
    results: dict, client: str
) -> None:
    assert results[client] == FOUND


@pytest.fixture(scope="module")
async def results(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The contents of the store, for each subscription client, one after the other in one demo."""
    app = await compiled(tmp_path_factory.mktemp("relay") / "app")
    async with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        token = await access_token(demo)
        return {
            client: await run_script("desk.js", f"{demo.url}/graphql", token, client, folder=app)
            for client in ("graphql-ws", "graphql-sse")
        }


async def compiled(folder: Path) -> Path:
    """The app in a folder of its own, with the artifacts of Relay's compiler."""
    shutil.copytree(FOLDER / "relay", folder)
    shutil.copy(FOLDER.parent.parent / "schema.graphql", folder)
    (folder / "node_modules").symlink_to(FOLDER / "node_modules")
    process = await asyncio.create_subprocess_exec(
        NODE,
        FOLDER / "node_modules" / "relay-compiler" / "cli.js",
        cwd=folder,
        env=os.environ | {"NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, printed.decode()
    return folder
