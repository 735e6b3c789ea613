"""The tools of package.json, installed beside it, and a folder to run them in."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import setup

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"

Tool = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def installed() -> dict[str, str]:
    """An environment to run the tools in; they are installed again if the lock file has changed."""
    npm = setup._npm()
    environment = os.environ | {"PATH": f"{Path(npm[0]).parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
    stamp = MODULES / ".locked"
    locked = (HERE / "package-lock.json").read_text()
    if not stamp.exists() or stamp.read_text() != locked:
        subprocess.run([*npm, "ci", "--loglevel=error"], cwd=HERE, env=environment, check=True, timeout=300)
        stamp.write_text(locked)
    return environment


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the schema and the tools' settings, as a client's repository has them."""
    for name in ("codegen.json", "eslint.config.js", "package.json", "relay.config.json"):
        shutil.copy(HERE / name, tmp_path)
    shutil.copy(HERE.parent.parent / "schema.graphql", tmp_path)
    shutil.copytree(HERE / "app", tmp_path / "app")
    shutil.copytree(HERE.parent.parent / "explorer" / "src" / "operations", tmp_path / "operations")
    (tmp_path / "node_modules").symlink_to(MODULES)
    return tmp_path


@pytest.fixture
def tool(installed: dict[str, str], folder: Path) -> Tool:
    """Run one of the tools in the folder, to its end."""

    def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [MODULES / ".bin" / name, *arguments],
            cwd=folder,
            env=installed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
