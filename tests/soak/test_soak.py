"""A short soak: mixed work on several processes under a few faults. `make soak` is the long one."""

from pathlib import Path

from tests.soak.soak import Plan, soak


async def test_nothing_is_lost_while_everything_fails(tmp_path: Path) -> None:
    plan = Plan(seconds=14, seed=7, accounts=2, administrators=4, followers=2, pause=1.0)
    outcome = await soak(plan, tmp_path)
    assert outcome.wrong == []
    # Enough has happened for that to mean something.
    assert sum(outcome.ledger.done.values()) > 100
    assert sum(outcome.faults.done.values()) >= 3
    assert outcome.ledger.given
    assert outcome.ledger.completed
    assert outcome.mails
