"""The mails of one relay: what a claim of them costs, by how many wait, and how many it sends in a second."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import asyncpg

from benchmarks.dataset import Accounts, make_dataset
from benchmarks.postgres import Postgres
from benchmarks.servers import ROOT, USHER, free_port, start, stop
from models.database.clock import now
from models.database.connection import connect, disconnect
from models.events.outbox import claim_deliveries
from models.tables import Delivery

WAITING = [1_000, 1_000_000]
# As the relay claims them.
BATCH = 50
CLAIMS = 15
# Notices that wait for each person; all but the first of them wait for the one before.
EACH = 10
MAILED = Accounts(first=1, count=1, users=3_001, seats=3_000, licensed=3_000, activated=0)
RELAY = replace(USHER, name="relay", label="Usher's relay", command=lambda _port: [USHER.command(0)[0], "relay"])

PEOPLE = """
INSERT INTO users (id, account_id, email, first_name, last_name, locale, role, created_at)
SELECT gen_random_uuid(), account.id, 'waiting' || number || '@waiting.example.com', 'P', 'Waiting', 'en', 'STANDARD',
    now()
FROM (SELECT id FROM accounts LIMIT 1) AS account, generate_series(1, $1::int) AS number
"""
NOTICES = """
INSERT INTO deliveries (id, account_id, event_id, consumer, recipient_id, in_order, attempts, due_at, blocked)
SELECT benchmark.new_id(), event.account_id, event.id, 'waits ' || row_number() OVER (), person.id, true, 0,
    now() - interval '1 minute', place > 1
FROM (SELECT id, account_id FROM events LIMIT 1) AS event, generate_series(1, $1::int) AS place,
    users AS person
WHERE person.last_name = 'Waiting'
"""
AGAIN = "UPDATE deliveries SET leased_until = NULL, attempts = 0 WHERE id = ANY($1)"
# As if all licenses had been assigned just now, and nobody had been told.
UNSENT = [
    "UPDATE events SET occurred_at = now() WHERE type = 'license.assigned'",
    "UPDATE deliveries SET sent_at = NULL, attempts = 0, due_at = now(), consumer = 'mail.license_assigned'",
    "VACUUM ANALYZE",
]


async def claims_among(database: Postgres, *, small: bool) -> dict[int, list[float]]:
    """Milliseconds of claims, by how many mails wait."""
    url = await database.make_database("claims")
    try:
        await make_dataset(url, Accounts(count=1, users=3, seats=3, licensed=1, activated=0))
        return {waiting: await _claims(url, waiting) for waiting in WAITING[: 1 if small else None]}
    finally:
        await database.drop_database("claims")


async def sent_in_a_second(database: Postgres, logs: Path, rounds: int) -> list[float]:
    """How many mails one relay hands over in a second."""
    url = await database.make_database("mails")
    try:
        await make_dataset(url, MAILED)
        return [await _sent(url, logs) for _ in range(rounds)]
    finally:
        await database.drop_database("mails")


async def _claims(url: str, waiting: int) -> list[float]:
    connection = await asyncpg.connect(url)
    try:
        # Its triggers mark those that wait for another, which is said here.
        await connection.execute("SET session_replication_role = replica; DELETE FROM deliveries")
        await connection.execute("DELETE FROM users WHERE last_name = 'Waiting'")
        await connection.execute(PEOPLE, waiting // EACH)
        await connection.execute(NOTICES, EACH)
        await connection.execute("VACUUM ANALYZE")
        await connect(url, pool_size=2)
        try:
            return [await _claim(connection) for _ in range(CLAIMS)]
        finally:
            await disconnect()
    finally:
        await connection.close()


async def _claim(connection: asyncpg.Connection) -> float:
    began = perf_counter()
    claimed: Sequence[Delivery] = await claim_deliveries(now(), most=BATCH)
    milliseconds = (perf_counter() - began) * 1000
    if len(claimed) != BATCH:
        raise RuntimeError(f"{len(claimed)} of {BATCH} mails were claimed")
    await connection.execute(AGAIN, [delivery.id for delivery in claimed])
    return milliseconds


async def _sent(url: str, logs: Path) -> float:
    connection = await asyncpg.connect(url)
    try:
        for statement in UNSENT:
            await connection.execute(statement)
    finally:
        await connection.close()
    return _relay_to_sink(url, logs)


def _relay_to_sink(url: str, logs: Path) -> float:
    command = [sys.executable, "-m", "benchmarks.mail_sink", str(MAILED.licensed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as sink:
        if sink.stdout is None:
            raise RuntimeError("the mail server has no output")
        sends_to = f"smtp://127.0.0.1:{int(sink.stdout.readline())}?starttls=never"
        server = replace(RELAY, settings={**RELAY.settings, "USHER_SMTP_URL": sends_to})
        log = logs / "relay.log"
        relay = start(server, url, free_port(), log)
        try:
            # The mail server ends once it has them all.
            while sink.poll() is None:
                if relay.process.poll() is not None:
                    raise RuntimeError(f"{RELAY.label} has ended; see {log}:\n{log.read_text()[-2000:]}")
                time.sleep(0.01)
            return MAILED.licensed / float(sink.stdout.read())
        finally:
            stop(relay)
            sink.kill()
