"""Puts small faults into the business rules, one at a time, and sees whether a test fails: `make mutants`.

A sample of the mutants is tried, the same for the same seed, or all of them. A mutant that survives and is not in
survivors.toml fails the run: write a test that catches it, or, where it changes nothing that can be seen, the reason.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from random import Random

from tests.mutants.mutants import Mutant, mutants_of
from tests.mutants.survivors import FILE, known_survivors
from tests.mutants.trying import ROOT, Outcome, copies

# Operations, the rules beside them, access, and the outbox. Files are found by their names, wherever they lie.
OPERATIONS = "models/operations"
NAMES = {
    "account_transaction", "api_keys", "carts", "catalogue", "credential_conditions", "credentials",
    "idempotency", "inputs", "licenses", "networks", "outbox", "payment_provider", "permissions",
    "row_snapshots", "seats", "secrets", "viewer",
}  # fmt: skip
ELSEWHERE = ("models/tables", "models/reads", "models/migrations")


def main() -> int:
    """Try mutants; the exit code is 1 when one survives that should not."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--all", action="store_true", help="try every mutant, which takes hours")
    parser.add_argument("--sample", type=int, default=60, help="how many to try otherwise (60)")
    parser.add_argument("--seed", type=int, default=1, help="which of them (1)")
    parser.add_argument("--processes", type=int, default=2, help="how many at once (2)")
    parser.add_argument("--only", default="", help="only mutants whose file and key hold this text")
    parser.add_argument("--no-first-run", action="store_true", help="where the tests are known to pass as they are")
    arguments = parser.parse_args()
    every = [each for each in every_mutant() if arguments.only in f"{each.file} {each.key}"]
    chosen = every
    if not arguments.all and len(every) > arguments.sample:
        chosen = Random(arguments.seed).sample(every, arguments.sample)
    _say(f"{len(chosen)} of {len(every)} mutants, seed {arguments.seed}")
    found = try_all(chosen, arguments.processes, tested_first=not arguments.no_first_run)
    return report(found, {each.key for each in every_mutant()})


def every_mutant() -> list[Mutant]:
    """All mutants of all files in scope."""
    files = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "models").rglob("*.py"))
    concerned = [
        file
        for file in files
        if file.startswith(OPERATIONS)
        or (file.removesuffix(".py").rpartition("/")[2] in NAMES and not file.startswith(ELSEWHERE))
    ]
    return [mutant for file in concerned for mutant in mutants_of(file, (ROOT / file).read_text())]


def try_all(chosen: list[Mutant], processes: int, *, tested_first: bool) -> dict[Mutant, Outcome]:
    """Try each, telling what comes of it."""
    found: dict[Mutant, Outcome] = {}
    lock = threading.Lock()
    began = time.monotonic()

    def told(mutant: Mutant, outcome: Outcome) -> None:
        with lock:
            found[mutant] = outcome
            seconds = time.monotonic() - began
            _say(f"{len(found):4} {seconds:6.0f} s  {outcome:8}  {mutant.file}  {mutant.key[:200]}")

    with copies(processes) as made:
        # A test that fails anyway would catch every mutant of its file.
        if tested_first and not made.pass_without_a_fault({each.file for each in chosen}):
            sys.exit("the tests fail, or take too long, without a fault")
        made.try_all(chosen, told)
    return found


def report(found: dict[Mutant, Outcome], existing: set[str]) -> int:
    """Tell the figures, and what is to be done."""
    known = known_survivors()
    counts = Counter(found.values())
    survived = [mutant for mutant, outcome in found.items() if outcome is Outcome.SURVIVED]
    new = [mutant for mutant in survived if mutant.key not in known]
    caught = {mutant.key for mutant, outcome in found.items() if outcome is not Outcome.SURVIVED}
    _say(f"\n{len(found)} mutants: " + ", ".join(f"{counts[each]} {each}" for each in Outcome))
    for title, keys in (
        ("on the list, and caught now: take them off", sorted(caught & known.keys())),
        ("on the list, and not in the code any more: take them off", sorted(known.keys() - existing)),
        (
            f"new survivors: write a test, or a reason in {FILE.relative_to(ROOT)}",
            [f"{m.file}  {m.key}" for m in new],
        ),
    ):
        if keys:
            _say(f"\n{title}")
            for key in keys:
                _say(f"  {key}")
    return 1 if new else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
