"""A PostgreSQL of a test's own, to be restarted, killed and started again. It keeps what it committed: fsync is on.

Nothing of it is shared with the one on which the other tests make their databases.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import asyncpg
import psutil

from usher.embedded_postgres import _pgserver

DATABASE = "usher"
ENDS_WITHIN = 30
REPLICATED = "SELECT FROM pg_stat_replication WHERE sync_state = 'quorum' AND state = 'streaming'"


@dataclass
class Cluster:
    """A cluster in a temporary folder, on a Unix socket alone. `async with` makes, starts and removes it.

    A socket's address is its own for good; a port could be taken by another process while the cluster is down.
    """

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="usher-")))
    # The primary of a standby.
    follows: "Cluster | None" = None

    @property
    def url(self) -> str:
        """The address of the database that everything works on."""
        return f"postgres://postgres@localhost/{DATABASE}?host={self.folder}"

    @property
    def system_user(self) -> str | None:
        """The system's user that the server runs as; None for the one that runs the tests."""
        return self._server.system_user

    @property
    def log(self) -> str:
        """The server's log so far."""
        return (self.folder / "log").read_text(errors="replace")

    async def __aenter__(self) -> Self:
        try:
            await asyncio.to_thread(self._make)
            await self.start()
            if self.follows is None:
                await self.execute(f"CREATE DATABASE {DATABASE}", database="postgres")
        except BaseException:
            await self._remove()
            raise
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._remove()

    @property
    def runs(self) -> bool:
        """Whether there is a server."""
        return (self.folder / "data" / "postmaster.pid").exists() and self._postmaster() is not None

    async def start(self) -> None:
        """Start the server and wait until it takes connections; after a crash that is once it has recovered."""
        options = f"-h '' -k {self.folder} -c max_connections=120 -c shared_buffers=64MB"
        # A standby looks for its primary again so often, in milliseconds.
        options += " -c wal_retrieve_retry_interval=200"
        await self._pg_ctl("-o", options, "-l", str(self.folder / "log"), "start")

    async def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server: `fast` ends every session and writes everything down, `immediate` is a crash in order."""
        await self._pg_ctl("-m", mode, "stop")

    async def promote(self) -> None:
        """Make the standby the primary, and wait until it is."""
        await self._pg_ctl("promote")

    async def take_over(self) -> None:
        """Make the standby the primary, which then commits alone until `replicate`."""
        await self.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
        await self.execute("SELECT pg_reload_conf()")
        await self.promote()

    async def replicate(self) -> None:
        """Commit nothing from now on before a standby has it."""
        await self.execute("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'")
        await self.execute("SELECT pg_reload_conf()")
        await self.until_replicated()
        # Commits wait once the checkpointer has read the setting, which it does before a checkpoint.
        await self.execute("CHECKPOINT")

    async def until_replicated(self) -> None:
        """Wait until a standby has everything, so that commits need not wait for it to come back."""
        async with asyncio.timeout(ENDS_WITHIN):
            while not await self.fetch(REPLICATED):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def rejoin(self, primary: "Cluster") -> None:
        """Come back as the standby of another, with the data of before as far as they agree."""
        self.follows = primary
        # pg_rewind finds the common history by the last checkpoint.
        await primary.execute("CHECKPOINT")
        await asyncio.to_thread(self._rewind, primary)
        await self.start()

    async def caught_up(self) -> bool:
        """Whether a standby has everything that was committed."""
        return bool(await self.fetch("SELECT FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()"))

    async def freeze(self) -> None:
        """SIGSTOP every process of the server: it keeps its connections, and answers nothing."""
        postmaster = self._postmaster()
        assert postmaster is not None
        for process in [postmaster, *postmaster.children(recursive=True)]:
            process.suspend()

    async def kill(self) -> None:
        """SIGKILL every process of the server at once, as a machine that loses power."""
        if (postmaster := self._postmaster()) is None:
            return
        # Stopped first, so that it can start no child that the list does not have.
        postmaster.suspend()
        processes = [*postmaster.children(recursive=True), postmaster]
        for process in processes:
            process.kill()
        _, alive = await asyncio.to_thread(psutil.wait_procs, processes, ENDS_WITHIN)
        assert not alive, alive

    async def crash(self) -> None:
        """SIGKILL one connection's process, as a machine short of memory does; the server then ends all others."""
        psutil.Process((await self.sessions())[0]["pid"]).kill()

    async def fetch(self, sql: str, *values: Any, database: str = DATABASE) -> list[dict[str, Any]]:
        """Run one statement over a connection of its own, and return its rows."""
        connection = await asyncpg.connect(
            user="postgres", host=str(self.folder), database=database, server_settings={"application_name": "test"}
        )
        try:
            return [dict(row) for row in await connection.fetch(sql, *values)]
        finally:
            await connection.close()

    async def execute(self, sql: str, *values: Any, database: str = DATABASE) -> None:
        """Run one statement whose rows nobody needs."""
        await self.fetch(sql, *values, database=database)

    async def sessions(self) -> list[dict[str, Any]]:
        """The connections that others have to the database: who, in which state, with which statement."""
        return await self.fetch(
            "SELECT pid, state, query FROM pg_stat_activity"
            " WHERE datname = $1 AND application_name <> 'test' AND backend_type = 'client backend'",
            DATABASE,
        )

    async def cut(self) -> int:
        """End every connection that others have to the database; returns how many there were."""
        rows = await self.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = $1 AND application_name <> 'test' AND backend_type = 'client backend'",
            DATABASE,
        )
        return len(rows)

    def _make(self) -> None:
        # The library's own way of making a cluster: as root it makes a user, and opens the folders to it.
        self._server = _pgserver().get_server(self._make_folder(), cleanup_mode=None, start=False)
        if self.follows is None:
            self._server.ensure_pgdata_inited()
            with (self.folder / "data" / "postgresql.conf").open("a") as configuration:
                # For pg_rewind, which reads all that was written since the two parted.
                configuration.write("wal_log_hints = on\nwal_keep_size = 256MB\n")
        if self.system_user is not None:
            shutil.chown(self.folder, self.system_user)
        if self.follows is not None:
            self._copy(self.follows)

    def _copy(self, primary: "Cluster") -> None:
        """Make the data of a standby; the name of its socket's folder is where it is told from others."""
        (self.folder / "data").rmdir()
        data = ["-D", str(self.folder / "data"), "-R", "-X", "stream", "-c", "fast"]
        self._run("pg_basebackup", "-h", str(primary.folder), "-U", "postgres", *data)

    def _rewind(self, primary: "Cluster") -> None:
        source = f"host={primary.folder} user=postgres dbname=postgres"
        self._run("pg_rewind", "-D", str(self.folder / "data"), "-R", "--source-server", source)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._server.bin_path / program), *arguments],
            check=False,
            user=self.system_user,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, done.stdout.decode()

    def _make_folder(self) -> Path:
        (self.folder / "data").mkdir()
        return self.folder / "data"

    async def _pg_ctl(self, *arguments: str) -> None:
        command = [str(self._server.bin_path / "pg_ctl"), "-s", "-w", "-t", str(ENDS_WITHIN)]
        done = await asyncio.to_thread(
            subprocess.run,
            [*command, "-D", str(self.folder / "data"), *arguments],
            check=False,
            user=self.system_user,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            # The server inherits them, so that a pipe would never end.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert done.returncode == 0, self.log

    def _postmaster(self) -> psutil.Process | None:
        try:
            return psutil.Process(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]))
        except (FileNotFoundError, psutil.NoSuchProcess):
            return None

    async def _remove(self) -> None:
        await self.kill()
        shutil.rmtree(self.folder, ignore_errors=os.name == "nt")
