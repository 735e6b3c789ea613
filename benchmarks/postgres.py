"""The one PostgreSQL of a run: the embedded one, on a folder of its own, with its own durable settings."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import asyncpg
import psutil

from benchmarks.servers import ROOT, cpu_of
from usher.embedded_postgres import start_postgres

FOLDER = ROOT / ".usher" / "bench"


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL that runs, and its databases."""

    url: str
    process: psutil.Process

    @property
    def cpu(self) -> float:
        """The processor time that all its processes have used, in seconds, those that have ended as well."""
        ended = self.process.cpu_times()
        running = sum(cpu_of(each) for each in [self.process, *self.process.children(recursive=True)])
        return running + ended.children_user + ended.children_system

    async def make_database(self, name: str) -> str:
        """An empty database; returns its URL."""
        return await make_database(self.url, name)

    async def drop_database(self, name: str) -> None:
        """Drop a database, for the room that it takes on the disk."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await connection.close()

    async def version(self) -> str:
        """Its version."""
        connection = await asyncpg.connect(self.url)
        try:
            return (await connection.fetchval("SHOW server_version")).split()[0]
        finally:
            await connection.close()


async def make_database(server: str, name: str) -> str:
    """An empty database on the server that a URL leads to; returns its own URL."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    base, _, where = server.partition("?")
    return f"{base.rpartition('/')[0]}/{name}" + (f"?{where}" if where else "")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Keep a new PostgreSQL running; its data is gone afterwards. It stops with this process."""
    data = FOLDER / "database"
    shutil.rmtree(data, ignore_errors=True)
    url = start_postgres(data)
    first = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
    yield Postgres(url, psutil.Process(first))
