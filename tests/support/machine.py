"""A machine of the database, for docs/growing.md: an address, a data folder, and a service that starts PostgreSQL."""

import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.guides import programs
from usher.embedded_postgres import _pgserver

PAGE = "growing.md"
ENDS_WITHIN = 60

SUDO = '#!/bin/sh\nexec "$@"\n'
# The service listens on the machine's address alone: there are others on this one.
SYSTEMCTL = """#!/bin/sh
exec pg_ctl --silent --wait --pgdata "$DATA" --log "$PGHOST/log" \
    --options "-k $PGHOST -p $PGPORT -c listen_addresses=$ADDRESS -c max_connections=60" "$1" >/dev/null
"""


class Machine:
    """`with` stops it at the end. Its data folder is empty unless it is `made`."""

    def __init__(self, folder: Path, address: str, environment: dict[str, str], *, made: bool = False) -> None:
        self.folder = folder
        self.data = folder / "data"
        folder.mkdir()
        self.data.mkdir(mode=0o700)
        self._server = _pgserver().get_server(self.data, cleanup_mode=None, start=False)
        if made:
            self._server.ensure_pgdata_inited()
        self._write_programs()
        for path in (folder, self.data):
            if self._server.system_user is not None:
                shutil.chown(path, self._server.system_user)
        self._environment = environment | {
            "PATH": os.pathsep.join([str(folder / "bin"), str(self._server.bin_path), "/usr/bin", "/bin"]),
            "DATA": str(self.data),
            "PGHOST": str(folder),
            "ADDRESS": address,
            # The name of the system's user, wherever PostgreSQL comes from a package.
            "PGUSER": "postgres",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if (self.data / "postmaster.pid").exists():
            self.sh('pg_ctl --silent --mode immediate --pgdata "$DATA" stop')

    def run(self, program: str, **environment: str) -> str:
        """Run a program of the page on this machine, as the user of PostgreSQL; returns what it printed."""
        return self.sh(programs(PAGE)[program], **environment)

    def sh(self, text: str, **environment: str) -> str:
        """Run a script in the same way."""
        done = subprocess.run(
            ["/bin/bash", "-eu"],
            input=text,
            env=self._environment | environment,
            cwd=self.folder,
            user=self._server.system_user,
            capture_output=True,
            text=True,
            timeout=ENDS_WITHIN,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr + self._log
        return done.stdout

    @property
    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""

    def _write_programs(self) -> None:
        (self.folder / "bin").mkdir()
        for name, text in (("sudo", SUDO), ("systemctl", SYSTEMCTL)):
            path = self.folder / "bin" / name
            path.write_text(text)
            path.chmod(0o755)
