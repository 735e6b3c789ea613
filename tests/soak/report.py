"""The outcome, as tables."""

from collections import defaultdict

from rich.console import Console
from rich.table import Table

from tests.soak.soak import Outcome

# The end of the names of types that refuse.
REFUSAL = "Error"


def show(outcome: Outcome, console: Console) -> None:
    """Print everything that happened, and what is wrong."""
    console.print(_operations(outcome))
    console.print(_faults(outcome))
    console.print(_figures(outcome))
    for wrong in outcome.wrong[:50]:
        console.print(f"wrong: {wrong}", style="red", markup=False, soft_wrap=True)


def _operations(outcome: Outcome) -> Table:
    table = Table("operation", "done", "refused", "tried again", "refusals", title="Operations")
    kinds: dict[str, dict[str, int]] = defaultdict(dict)
    for (operation, answer), times in sorted(outcome.ledger.done.items()):
        kinds[operation][answer] = times
    for operation, answers in kinds.items():
        refusals = {answer: times for answer, times in answers.items() if answer.endswith(REFUSAL)}
        refused = sum(refusals.values())
        texts = ", ".join(f"{answer.removesuffix(REFUSAL)} {times}" for answer, times in refusals.items())
        done = sum(answers.values()) - refused
        table.add_row(operation, str(done), str(refused), str(outcome.ledger.retried[operation]), texts)
    return table


def _faults(outcome: Outcome) -> Table:
    table = Table("fault", "times", title="Faults")
    for fault, times in sorted(outcome.faults.done.items()):
        table.add_row(fault, str(times))
    return table


def _figures(outcome: Outcome) -> Table:
    plan, followers, experience = outcome.plan, outcome.followers, outcome.ledger.experience
    closes = sum((follower.closes for follower in followers), start=type(followers[0].closes)())
    table = Table("figure", "value", title=f"{plan.seconds / 60:.1f} minutes, seed {plan.seed}")
    for name, value in {
        "one server's way to the database": "PgBouncer" if outcome.pooled else "direct: PgBouncer is not installed",
        "operations": sum(outcome.ledger.done.values()),
        "answers UNAVAILABLE, tried again": experience.outcomes["unavailable"],
        "requests without an answer, tried again": experience.outcomes["unreachable"],
        "mails brought to the mail server": len(outcome.mails),
        "of them taken": sum(mail.taken for mail in outcome.mails),
        "of them repeats": len(outcome.mails) - len({mail.message_id for mail in outcome.mails}),
        "messages to subscribers": sum(len(follower.updates) for follower in followers),
        "subscriptions resumed": sum(follower.resumes for follower in followers),
        "close codes": ", ".join(f"{code}: {times}" for code, times in sorted(closes.items())) or "none",
        "longest recovery after a database fault": f"{outcome.faults.longest_recovery:.2f} s",
        "longest wait of one call, outage included": f"{experience.longest_outage:.2f} s",
        "lost or wrong": len(outcome.wrong),
    }.items():
        table.add_row(name, str(value))
    return table
