"""PgBouncer in front of a cluster, as Debian ships it."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.support.cluster import DATABASE, Cluster

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
STARTS_WITHIN = 10

Mode = Literal["session", "transaction"]

CONFIGURATION = """
[databases]
* = host={host}

[pgbouncer]
unix_socket_dir = {folder}
listen_addr =
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
default_pool_size = {pool}
max_client_conn = 500
; A database that went away is tried again each second, and no client waits for it longer than ten.
server_login_retry = 1
query_wait_timeout = 10
"""


@dataclass
class PgBouncer:
    """PgBouncer on a Unix socket, to be used with `async with`.

    `pool` is how many connections it has to the server at most.
    """

    cluster: Cluster
    mode: Mode = "transaction"
    pool: int = 4
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="usher-pgbouncer-")))
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """The address of the database through it; for a driver that keeps prepared statements."""
        return f"postgres://postgres@/{DATABASE}?host={self.folder}&port=6432"

    @property
    def log(self) -> str:
        """PgBouncer's log so far."""
        return (self.folder / "log").read_text(errors="replace")

    async def __aenter__(self) -> Self:
        (self.folder / "users").write_text('"postgres" ""\n')
        if (user := self.cluster.system_user) is not None:
            shutil.chown(self.folder, user)
        await self.start()
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def start(self) -> None:
        """Start it, and wait until it takes connections."""
        assert PGBOUNCER, "install pgbouncer first: apt-get install pgbouncer"
        self._configure()
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                PGBOUNCER,
                str(self.folder / "pgbouncer.ini"),
                cwd=self.folder,
                # It refuses to run as root.
                user=self.cluster.system_user,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(STARTS_WITHIN):
            while not await self._listens():
                assert self._process.returncode is None, self.log
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """SIGKILL it: every connection through it ends."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def use(self, mode: Mode, pool: int) -> None:
        """Have it pool another way from now on, as an operator's reload does."""
        self.mode, self.pool = mode, pool
        self._configure()
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def _configure(self) -> None:
        text = CONFIGURATION.format(host=self.cluster.folder, folder=self.folder, mode=self.mode, pool=self.pool)
        (self.folder / "pgbouncer.ini").write_text(text)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_unix_connection(self.folder / ".s.PGSQL.6432")
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        writer.close()
        return True
