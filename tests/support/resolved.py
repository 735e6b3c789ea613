"""Documents that are answered by resolvers although plans could answer them."""

import pytest

from engine.sql.plan import Plan
from engine.sql.read_plan import NotPlannedError

# Written behind a document.
BY_RESOLVERS = " # by resolvers"


@pytest.fixture
def refuse_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no plan for documents that end so."""
    bind = Plan.bind

    def refusing(plan: Plan, variables: object) -> object:
        location = plan._node.loc
        if location is not None and location.source.body.endswith(BY_RESOLVERS):
            raise NotPlannedError("by resolvers")
        return bind(plan, variables)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(Plan, "bind", refusing)
