"""usher verify."""

from dataclasses import dataclass
from time import perf_counter

import typer
from rich.table import Table

from models.database.connection import commits_are_on_one_host, snapshot
from models.invariants import INVARIANTS, Finding, Invariant, check, require_schema
from payments import PROVIDERS
from usher.commands.console import console
from usher.commands.shared import run_on_database
from usher.settings import read_settings

NO_STANDBY = (
    "Warning: payments are real, and no synchronous standby has what was committed (synchronous_standby_names,"
    " synchronous_commit): a failure of the database's host may lose the record of a payment that was taken."
)


@dataclass(frozen=True)
class Checked:
    """The finding of a rule's check, and its duration."""

    finding: Finding
    seconds: float

    @property
    def verdict(self) -> str:
        """In words, for the console."""
        if not self.finding.rows:
            return "[green]holds[/]"
        more = "more than " if self.finding.has_more else ""
        return f"[red]{more}{len(self.finding.rows)} rows differ[/]"


def verify() -> None:
    """Prove that the database is right: counters against rows and events, money against purchases, tenancy.

    Reads one state of the database, beside all that goes on, for as long as it takes. Each rule is printed when its
    check begins, and with its time when it ends; then a table of all. Exits 1 when anything differs. Warns where
    payments are real and no standby has what was committed.
    """
    checked, acknowledged_may_be_lost = run_on_database(_check_all, answer_within=None)
    console.print(_table(checked))
    if acknowledged_may_be_lost and PROVIDERS[read_settings().payments].moves_money:
        console.print(f"[yellow]{NO_STANDBY}[/]", soft_wrap=True)
    broken = [each.finding for each in checked if each.finding.rows]
    for finding in broken:
        console.print(f"[red]{finding.invariant.name}[/] is broken by:")
        for row in finding.rows:
            shown = ", ".join(f"{column}={value}" for column, value in row.items())
            console.print(f"  {shown}", markup=False, soft_wrap=True)
    if broken:
        raise typer.Exit(1)
    console.print(f"All {len(checked)} invariants hold.")


async def _check_all() -> tuple[list[Checked], bool]:
    async with snapshot():
        await require_schema()
        checked = [await _check(number, invariant) for number, invariant in enumerate(INVARIANTS, 1)]
        return checked, await commits_are_on_one_host()


async def _check(number: int, invariant: Invariant) -> Checked:
    console.print(f"{number}/{len(INVARIANTS)} {invariant.name}", soft_wrap=True)
    began = perf_counter()
    finding = await check(invariant)
    checked = Checked(finding, perf_counter() - began)
    console.print(f"    {checked.verdict}, {checked.seconds:.1f} s")
    return checked


def _table(checked: list[Checked]) -> Table:
    table = Table("invariant", "", "seconds")
    for each in checked:
        table.add_row(each.finding.invariant.name, each.verdict, f"{each.seconds:.1f}")
    return table
