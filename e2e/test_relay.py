"""Relay as it comes, over fetch and either client of subscriptions: pages, changes, and what a subscription moves."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from e2e.conftest import running_demo
from e2e.javascript import FOLDER, NODE, run_script
from e2e.test_clients import access_token

# The demo has thirteen people, and two seats of PRO of which one is given.
FOUND = {
    "pages": [5, 10, 13],
    "different": 13,
    "before": {"assigned": 1, "available": 1},
    "assigned": {"answer": "LicenseAssigned", "pool": {"assigned": 2, "available": 0}, "license": "ASSIGNED"},
    "refused": "NO_SEAT_AVAILABLE",
    "followed": {"snapshots": [True, False], "pool": {"assigned": 1, "available": 1}},
}


@pytest.mark.parametrize("by", ["graphql-ws", "graphql-sse"])
async def test_relays_store_holds_each_page_each_change_and_what_is_pushed(found: dict, by: str) -> None:
    assert found[by] == FOUND


@pytest.fixture(scope="module")
async def found(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What the store held, for each way to subscribe, one after the other in one demo."""
    app = await compiled(tmp_path_factory.mktemp("relay") / "app")
    async with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        token = await access_token(demo)
        return {
            by: await run_script("desk.js", f"{demo.url}/graphql", token, by, folder=app)
            for by in ("graphql-ws", "graphql-sse")
        }


async def compiled(folder: Path) -> Path:
    """The app in a folder of its own, with what Relay's compiler makes of schema.graphql and its documents."""
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
