"""Usher as `pip install usher` has it: neither the demo's packages are there, nor those of development."""

import asyncio
import os
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.company import Company
from tests.support.processes import Finished
from tests.support.refused_command import assert_refused
from tests.support.running import (
    COMMAND,
    STARTS_WITHIN,
    free_port,
    running_usher,
    until_it_answers,
    usher_environment,
)
from tests.support.waiting import until
from usher.demo_packages import MODULES
from usher.mailbox.server import Mailbox

ROOT = Path(__file__).parent.parent.parent
LOCKED = {package["name"]: package for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

# Python imports a module of this name at each start. This one has no module be found that would not be installed.
SITECUSTOMIZE = """
import sys
from importlib.machinery import PathFinder

class Installed(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in {absent} else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Installed
"""
SETTINGS = {"SECRET_KEY": "k" * 32, "SMTP_URL": "smtp://127.0.0.1:9"}
NO_DATABASE = (
    "USHER_DATABASE_URL is missing, and the embedded PostgreSQL is not installed. Run: pip install 'usher[demo]'"
)
SIGN_IN = "mutation ($email: String!) { requestSignIn(input: {email: $email}) { __typename } }"


@pytest.fixture
def production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that are started now find the packages alone that the project depends on."""
    absent = absent_modules()
    assert absent > {*MODULES, "pytest", "httpx2"}
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITECUSTOMIZE.format(absent=absent))
    paths = [str(tmp_path / "site"), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


def absent_modules() -> set[str]:
    """The modules that an installation without extras and development has not."""
    packages: set[str] = set()
    add_dependencies("usher", [], packages)
    modules = metadata.packages_distributions().items()
    return {
        name for name, found in modules if not {each.lower().replace("_", "-") for each in found} & packages
    } - set(PACKAGES)


def add_dependencies(name: str, extras: list[str], packages: set[str]) -> None:
    """Add the packages that a package depends on, and theirs."""
    package: dict[str, Any] = LOCKED[name]
    optional = package.get("optional-dependencies", {})
    for wanted in [*package.get("dependencies", []), *(each for extra in extras for each in optional[extra])]:
        if wanted["name"] not in packages or "extra" in wanted:
            packages.add(wanted["name"])
            add_dependencies(wanted["name"], wanted.get("extra", []), packages)


async def run(*arguments: str, folder: Path, **settings: str) -> Finished:
    """Run one command to its end."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, cwd=folder, env=usher_environment(**settings), stdout=pipe, stderr=pipe
    )
    out, err = await asyncio.wait_for(process.communicate(), STARTS_WITHIN)
    return Finished(process.returncode or 0, out.decode(), err.decode())


async def test_a_database_is_migrated_and_proved(production: None, empty_url: str, tmp_path: Path) -> None:
    for command in ("migrate", "verify"):
        done = await run(command, folder=tmp_path, DATABASE_URL=empty_url)
        assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_calls_are_answered_and_mails_are_sent(
    production: None, database_url: str, company: Company, tmp_path: Path, workers: str
) -> None:
    mailbox, port = Mailbox(tmp_path / "mailbox"), free_port()
    smtp_url = f"smtp://127.0.0.1:{await mailbox.start()}?starttls=never"
    settings = SETTINGS | {"DATABASE_URL": database_url, "SMTP_URL": smtp_url}
    serve = ["serve", "--workers", workers, "--no-relay"]
    async with (
        running_usher(*serve, ready="Usher serves", folder=tmp_path, PORT=str(port), **settings),
        running_usher("relay", ready="Usher relays", folder=tmp_path, **settings),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        await until_it_answers(client)
        variables = {"email": company.administrator.email}
        answer = await client.post("/graphql", json={"query": SIGN_IN, "variables": variables})
        assert answer.json() == {"data": {"requestSignIn": {"__typename": "SignInRequested"}}}
        # The first welcomed the administrator.
        await until(lambda: len(mailbox.messages()) == 2)
    await mailbox.stop()


async def test_the_commands_are_listed_and_the_schema_is_printed(production: None, tmp_path: Path) -> None:
    listed = await run("--help", folder=tmp_path)
    assert (listed.code, listed.err) == (0, "")
    assert " demo " in listed.out
    assert await run("schema", folder=tmp_path) == Finished(0, (ROOT / "schema.graphql").read_text(), "")


async def test_the_demo_says_what_to_install(production: None, tmp_path: Path) -> None:
    done = await run("demo", folder=tmp_path)
    assert_refused(done, "The demo's database and mail server are not installed. Run: pip install 'usher[demo]'")


@pytest.mark.parametrize("command", ["serve", "relay", "migrate"])
async def test_without_a_database_a_command_says_what_to_install(
    production: None, tmp_path: Path, command: str
) -> None:
    done = await run(command, folder=tmp_path, PORT=str(free_port()), **SETTINGS)
    assert_refused(done, NO_DATABASE)


async def test_an_embedded_database_that_is_there_is_not_passed_over(production: None, tmp_path: Path) -> None:
    (tmp_path / ".usher" / "postgres").mkdir(parents=True)
    (tmp_path / ".usher" / "postgres" / "PG_VERSION").write_text("18\n")
    assert_refused(await run("verify", folder=tmp_path), NO_DATABASE)
