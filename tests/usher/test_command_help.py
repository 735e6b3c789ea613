"""The help of the command."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import usher_environment
from tests.usher.conftest import Run
from usher.commands.group import COMMANDS, HELP

ROOT = Path(__file__).parent.parent.parent
HELPED = [
    *COMMANDS,
    "account create",
    "api-key create",
    "api-key list",
    "api-key revoke",
    "api-key rotate",
    "domain approve",
    "token bearer",
    "token link",
]


def words(text: str) -> str:
    """A help text without frames and line breaks."""
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", text).split())


def test_the_installed_command_says_what_there_is() -> None:
    command = Path(sys.executable).with_name("usher")
    done = subprocess.run([command, "--help"], env=usher_environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert " ".join(HELP.split()) in words(done.stdout)
    # A description that goes on in the next line is indented.
    assert set(re.findall(r"^│ ([a-z-]+)", done.stdout.partition("Commands")[2], re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("command", HELPED)
async def test_every_command_explains_itself(run: Run, command: str) -> None:
    # No setting is needed for it, and none that is wrong gets in its way.
    done = await run(*command.split(), "--help", PORT="eighty")
    assert (done.code, done.err) == (0, "")
    assert f"Usage: usher {command} " in words(done.out)
    assert len(words(done.out)) > 100


@pytest.mark.parametrize("arguments", [[], ["account"], ["domain"], ["api-key"], ["token"]], ids=" ".join)
async def test_a_command_that_lacks_a_word_explains_itself(run: Run, arguments: list[str]) -> None:
    done = await run(*arguments)
    assert done.code == 2
    assert f"Usage: {' '.join(['usher', *arguments])} " in words(done.out + done.err)


@pytest.mark.parametrize(
    "arguments",
    [
        ["sell"],
        ["serve", "--workers", "0"],
        ["serve", "--workers", "65"],
        ["serve", "--port", "80"],
        ["account", "create", "Company"],
        ["domain", "approve", "example.com", "--account", "17"],
        ["token", "bearer"],
    ],
    ids=" ".join,
)
async def test_what_makes_no_sense_is_refused_with_the_usage(run: Run, arguments: list[str]) -> None:
    done = await run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: usher" in done.err
    assert "Traceback" not in done.err


async def test_the_schema_is_the_one_in_the_repository(run: Run) -> None:
    done = await run("schema")
    assert (done.code, done.err) == (0, "")
    assert done.out == (ROOT / "schema.graphql").read_text()
