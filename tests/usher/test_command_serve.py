"""usher serve and usher relay: what they refuse to start with, each in one line; and that they serve and end."""

import socket
from pathlib import Path

import asyncpg
import httpx2
import pytest

from tests.support.refused_command import assert_one_line, assert_refused
from tests.support.running import free_port, running_usher, until_it_answers
from tests.usher.conftest import Run

KEY = "k" * 32
SMTP = "smtp://127.0.0.1:9"
NO_KEY = "USHER_SECRET_KEY is missing. Set it to 32 or more random characters; links in mails are made with it."
NO_SMTP = (
    "USHER_SMTP_URL is missing. Set it to your mail server, e.g. smtp://user:password@host:587?starttls=required"
)


@pytest.mark.parametrize("command", ["serve", "relay"])
async def test_without_a_secret_key_nothing_starts(run: Run, command: str) -> None:
    assert_refused(await run(command, SMTP_URL=SMTP), NO_KEY)
    assert_refused(await run(command), NO_KEY)


@pytest.mark.parametrize("command", ["serve", "relay"])
async def test_without_a_mail_server_nothing_starts(run: Run, command: str) -> None:
    assert_refused(await run(command, SECRET_KEY=KEY), NO_SMTP)


@pytest.mark.parametrize("command", ["serve", "relay"])
async def test_with_a_wrong_setting_nothing_starts(run: Run, command: str) -> None:
    assert_refused(
        await run(command, SECRET_KEY=KEY, SMTP_URL=SMTP, PAYMENTS="gold"),
        "USHER_PAYMENTS is wrong: expected one of: sandbox.",
    )


async def test_nothing_is_served_from_a_database_that_is_not_migrated(run: Run, empty_url: str) -> None:
    settings = {"SECRET_KEY": KEY, "SMTP_URL": SMTP, "PORT": str(free_port()), "DATABASE_URL": empty_url}
    assert_one_line(await run("serve", **settings), "The database lacks ")
    assert await tables(empty_url) == []


async def test_a_database_named_in_the_file_is_not_migrated_either(run: Run, empty_url: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"USHER_DATABASE_URL={empty_url}\n")
    done = await run("serve", SECRET_KEY=KEY, SMTP_URL=SMTP, PORT=str(free_port()), DATABASE_URL=None)
    assert_one_line(done, "The database lacks ")
    assert await tables(empty_url) == []


async def tables(url: str) -> list[str]:
    """The tables of a database."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    return [row["tablename"] for row in rows]


async def test_nothing_is_served_where_somebody_else_listens(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        done = await run("serve", SECRET_KEY=KEY, SMTP_URL=SMTP, PORT=str(port))
    assert_refused(done, f"Cannot listen on 127.0.0.1:{port} (Address already in use). Set USHER_HOST or USHER_PORT.")


async def test_nothing_is_served_at_an_address_that_is_not_ours(run: Run) -> None:
    done = await run("serve", SECRET_KEY=KEY, SMTP_URL=SMTP, HOST="192.0.2.1")
    assert_one_line(done, "Cannot listen on 192.0.2.1:8000 (")


async def test_nothing_is_served_at_a_host_that_has_no_address(run: Run) -> None:
    done = await run("serve", SECRET_KEY=KEY, SMTP_URL=SMTP, HOST="nowhere.invalid")
    assert_one_line(done, "Cannot listen on nowhere.invalid:8000 (")


@pytest.mark.parametrize("command", ["serve", "relay"])
async def test_without_a_database_nothing_starts(run: Run, command: str) -> None:
    url = f"postgres://usher:hush@127.0.0.1:{free_port()}/usher"
    done = await run(command, SECRET_KEY=KEY, SMTP_URL=SMTP, PORT=str(free_port()), DATABASE_URL=url)
    assert done.code == 2
    assert done.err.startswith("usher: The database cannot be used: ")
    assert done.err.count("\n") == 1
    assert "hush" not in done.out + done.err


async def test_it_serves_and_ends_when_it_is_told(database_url: str, db: None, tmp_path: Path) -> None:
    port = free_port()
    settings = {"SECRET_KEY": KEY, "SMTP_URL": SMTP, "PORT": str(port), "DATABASE_URL": database_url}
    async with (
        running_usher("serve", "--no-relay", ready="Usher serves", folder=tmp_path, **settings) as printed,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        assert f"Usher serves http://127.0.0.1:{port}/graphql" in printed
        answer = await until_it_answers(client)
        assert answer == {"data": {"packages": [{"code": "ECO"}, {"code": "ADVANCED"}, {"code": "PRO"}]}}
