"""The ground of the benchmark: consistent rows, and servers whose answers are compared with them."""

import asyncio
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import asyncpg
import psutil
import pytest

import benchmarks.mailing
import benchmarks.verifying
from benchmarks.dataset import Accounts, assignable, make_dataset, restore, secret
from benchmarks.floor import ASSIGN
from benchmarks.mailing import claims_among, sent_in_a_second
from benchmarks.postgres import Postgres, make_database
from benchmarks.reading import check_reads, inventory_entries, users_entries
from benchmarks.servers import FLOOR, USHER, USUAL, Running, Server, running
from benchmarks.turns import Entry, WrongAnswerError
from benchmarks.verifying import verify_past
from models.access.secrets import secret_hash
from models.invariants import INVARIANTS
from tests.support.processes import call, usher
from tests.support.running import usher_environment

ROOT = Path(__file__).parent.parent
# More than a page of users, and four in each account who can be given a license.
SMALL = Accounts(first=1, count=2, users=60, seats=70, licensed=55, activated=20)
LARGE_LOTS = Accounts(first=3, count=1, users=4, seats=35_001, licensed=2, activated=1, codes=("ECO", "PRO"))


@pytest.fixture(scope="module")
async def dataset_url(postgres_url: str, worker: str) -> str:
    """A database as the benchmark makes them, but small."""
    url = await make_database(postgres_url, f"usher_benchmark_{worker}")
    made = await call(_make, url, folder=ROOT, env=usher_environment())
    assert made.code == 0, made.err
    return url


async def test_the_dataset_breaks_no_invariant(dataset_url: str, tmp_path: Path) -> None:
    verified = await usher("verify", folder=tmp_path, DATABASE_URL=dataset_url)
    assert verified.code == 0, verified.out


async def test_a_past_is_verified_rule_by_rule_and_dropped(postgres_url: str, tmp_path: Path) -> None:
    done = await call(_verify, postgres_url, folder=ROOT, env=usher_environment())
    assert (done.code, done.err) == (0, "")
    # Two accounts, each with its purchase, assignments and activations.
    assert done.out == f"{2 * (1 + 55 + 20)} {len(INVARIANTS)} True\n"
    server = await asyncpg.connect(postgres_url)
    try:
        assert await server.fetch("SELECT FROM pg_database WHERE datname = 'past'") == []
    finally:
        await server.close()


async def test_mails_are_claimed_and_sent_and_their_databases_dropped(postgres_url: str, tmp_path: Path) -> None:
    done = await call(_mail, postgres_url, str(tmp_path), folder=ROOT, env=usher_environment())
    assert (done.code, done.err) == (0, "")
    # As many claims as are made, of 1 000 mails alone; and 20 mails in each of two rounds.
    assert done.out == "{1000: 15} 2 True\n"
    server = await asyncpg.connect(postgres_url)
    try:
        assert await server.fetch("SELECT FROM pg_database WHERE datname IN ('claims', 'mails')") == []
    finally:
        await server.close()


async def test_what_was_assigned_since_is_taken_back(dataset_url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(dataset_url)
    try:
        before = await assignable(connection, SMALL)
        assert [who.account for who in before] == [1, 2] * 4
        for who in before[:3]:
            assert "LicenseAssigned" in await connection.fetchval(
                ASSIGN, secret_hash(secret(who.account)), who.user_id, who.package_id
            )
        assert await assignable(connection, SMALL) != before
        await restore(connection)
        assert await assignable(connection, SMALL) == before
    finally:
        await connection.close()
    verified = await usher("verify", folder=tmp_path, DATABASE_URL=dataset_url)
    assert verified.code == 0, verified.out


async def test_the_servers_in_python_answer_what_the_tables_hold(dataset_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        servers = await _started(stack, dataset_url, tmp_path, FLOOR, USHER, USUAL)
        polls, pages = inventory_entries(servers, [1, 2]), users_entries(servers, [1, 2])
        assert [entry.server for entry in polls] == ["floor", "usher", "usher", "usual"]
        assert [entry.server for entry in pages] == ["floor", "usher", "usher", "usual"]
        await check_reads(polls, servers, dataset_url, "W1")
        await check_reads(pages, servers, dataset_url, "W2")
        somebody_else = replace(polls[0].calls[0], headers={"Authorization": f"Bearer {secret(3)}"})
        with pytest.raises(WrongAnswerError, match="is not"):
            await check_reads([Entry("floor", "floor", [somebody_else])], servers, dataset_url, "W1")


async def _started(stack: ExitStack, url: str, folder: Path, *servers: Server) -> dict[str, Running]:
    """Servers that were started side by side."""
    coming = [
        asyncio.to_thread(stack.enter_context, running(each, url, folder / f"{each.name}.log")) for each in servers
    ]
    return {each.server.name: each for each in await asyncio.gather(*coming)}


def _make(url: str) -> None:
    asyncio.run(make_dataset(url, SMALL, LARGE_LOTS))


def _mail(url: str, logs: str) -> None:
    benchmarks.mailing.MAILED = replace(benchmarks.mailing.MAILED, users=21, seats=20, licensed=20)
    database = Postgres(url, psutil.Process())
    claims = asyncio.run(claims_among(database, small=True))
    rates = asyncio.run(sent_in_a_second(database, Path(logs), 2))
    counts = {waiting: len(milliseconds) for waiting, milliseconds in claims.items()}
    print(counts, len(rates), all(rate > 0 for rate in rates))  # noqa: T201


def _verify(url: str) -> None:
    benchmarks.verifying.SHORT_PAST = SMALL
    verified = asyncio.run(verify_past(Postgres(url, psutil.Process()), small=True))
    assert verified is not None
    positive = all(seconds > 0 for seconds in verified.seconds.values())
    print(verified.events, len(verified.seconds), positive)  # noqa: T201
