"""usher verify."""

import typer
from rich.table import Table

from models.invariants import Finding, check_invariants
from usher.commands.console import console
from usher.commands.shared import run_on_database


def verify() -> None:
    """Prove that the database is right: counters against rows and events, money against purchases, tenancy.

    Prints a table; exits 1 when anything differs.
    """
    findings = run_on_database(check_invariants)
    console.print(_table(findings))
    broken = [finding for finding in findings if finding.rows]
    for finding in broken:
        console.print(f"[red]{finding.invariant.name}[/] is broken by:")
        for row in finding.rows:
            shown = ", ".join(f"{column}={value}" for column, value in row.items())
            console.print(f"  {shown}", markup=False, soft_wrap=True)
    if broken:
        raise typer.Exit(1)
    console.print(f"All {len(findings)} invariants hold.")


def _table(findings: list[Finding]) -> Table:
    table = Table("invariant", "")
    for finding in findings:
        verdict = f"[red]{len(finding.rows)} rows differ[/]" if finding.rows else "[green]holds[/]"
        table.add_row(finding.invariant.name, verdict)
    return table
