"""A typed Python client, generated from the schema as docs/partners.md says."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from e2e.test_guides import Guided, guided
from tests.support.guides import programs

__all__ = ["guided"]

ROOT = Path(__file__).parent.parent.parent
# In an environment of its own, because it needs another graphql-core than Strawberry.
WITH = ["run", "--no-project", "--quiet", "--with", "ariadne-codegen==0.19.0"]
FILES = ("queries.graphql", "pyproject.toml", "typed.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that the page describes."""
    shutil.copy(ROOT / "schema.graphql", tmp_path)
    for name in FILES:
        (tmp_path / name).write_text(programs("partners.md")[name])
    return tmp_path


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    uv = Path(sys.executable).parent / "uv"
    return subprocess.run(
        [uv, *WITH, "--python", sys.executable, *command],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


async def test_it_is_generated_and_answers(guided: Guided, folder: Path) -> None:
    made = run(folder, "ariadne-codegen")
    assert made.returncode == 0, made.stdout + made.stderr
    done = run(folder, "python", "typed.py", **guided.environment)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == ["ECO", "ADVANCED", "PRO"]
    assert all(int(line[1]) >= 0 and Decimal(line[2]) >= 0 for line in lines)
    assert {line[3] for line in lines} == {str(datetime.now(UTC).year)}
