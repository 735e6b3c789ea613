"""Trying mutants in copies of the checkout, which itself is never changed."""

import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from tests.mutants.concerning import tests_of
from tests.mutants.mutants import Mutant
from usher.embedded_postgres import start_postgres

ROOT = Path(__file__).parents[2]
# Made at set-up, and in no git.
BUILT = [".venv", "explorer/dist", "portal/dist"]
ENDS_WITHIN = 900


class Outcome(StrEnum):
    """The outcome of a mutant. One that hangs is noticed by the developer."""

    CAUGHT = "caught"
    HANGS = "hangs"
    SURVIVED = "survived"


class Copies:
    """Copies of the checkout, one for each mutant that is tried at once."""

    def __init__(self, number: int, folder: Path) -> None:
        self._database = os.environ.get("USHER_TEST_DATABASE_URL") or start_postgres(ROOT / ".usher" / "test")
        self._free: queue.Queue[tuple[str, Path]] = queue.Queue()
        for each in range(number):
            self._free.put((f"mutants{each}", _copied(folder / str(each))))
        self._number = number

    def try_all(self, mutants: Iterable[Mutant], told: Callable[[Mutant, Outcome], None]) -> None:
        """Try each, and tell what came of it."""

        def attempt(mutant: Mutant) -> None:
            told(mutant, self.outcome(mutant))

        with ThreadPoolExecutor(self._number) as pool:
            list(pool.map(attempt, mutants))

    def outcome(self, mutant: Mutant) -> Outcome:
        """Run the tests that concern a mutant's file, up to the first that fails."""
        name, copy = self._free.get()
        original = copy / mutant.file
        kept = original.read_text()
        try:
            original.write_text(mutant.source)
            code = self._run(name, copy, tests_of(copy, mutant.file))
        finally:
            original.write_text(kept)
            self._free.put((name, copy))
        if code is None:
            return Outcome.HANGS
        return Outcome.SURVIVED if code == 0 else Outcome.CAUGHT

    def pass_without_a_fault(self, files: Iterable[str]) -> bool:
        """Whether the tests that concern files pass where nothing is wrong with them."""
        name, copy = self._free.get()
        tests = {test for file in files for test in tests_of(copy, file)}
        code = self._run(name, copy, sorted(tests))
        self._free.put((name, copy))
        return code == 0

    def _run(self, name: str, copy: Path, tests: list[str]) -> int | None:
        """The exit code of pytest; None where it had to be ended."""
        environment = os.environ | {
            "USHER_TEST_DATABASE_URL": self._database,
            # The database of the tests is named after it.
            "PYTEST_XDIST_WORKER": name,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
        with subprocess.Popen(
            command,
            cwd=copy,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as run:
            try:
                return run.wait(ENDS_WITHIN)
            except BaseException as error:
                os.killpg(run.pid, signal.SIGKILL)
                if isinstance(error, subprocess.TimeoutExpired):
                    return None
                raise


@contextmanager
def copies(number: int) -> Iterator[Copies]:
    """So many copies, which are gone after the block."""
    with tempfile.TemporaryDirectory(prefix="usher-mutants-") as folder:
        yield Copies(number, Path(folder))


def _copied(target: Path) -> Path:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    for name in BUILT:
        if (ROOT / name).exists() and not (target / name).exists():
            (target / name).symlink_to(ROOT / name, target_is_directory=True)
    return target
