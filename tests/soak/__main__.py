"""python -m tests.soak --minutes N --seed S"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.soak.report import show
from tests.soak.soak import Plan, soak


def main() -> None:
    """Soak, print the report, and end with 1 when anything is wrong; the logs are kept then."""
    parser = argparse.ArgumentParser(prog="soak", description="Work under faults, and prove that nothing is lost.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="usher-soak-"))
    outcome = asyncio.run(soak(Plan(seconds=given.minutes * 60, seed=given.seed), folder))
    console = Console(highlight=False)
    show(outcome, console)
    if outcome.wrong:
        console.print(f"The logs are in {folder}")
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
