"""Limits that graphql-core has where it is called as a whole are kept where its parts are called one by one."""

import ast
import inspect
from pathlib import Path

import pytest
from graphql import Executor, execute, subscribe, validate

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for package in ("api", "engine") for path in (ROOT / package).rglob("*.py"))
# Functions without a limit unless they are given one.
NEEDS = {"get_variable_values": "max_errors", "parse": "max_tokens"}
# Functions that take no limit; those above wrap them.
NEVER = {"coerce_variable_values", "validate_input_value", "validate_input_literal", "graphql", "graphql_sync"}


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """The calls of functions by their bare names."""
    tree = ast.walk(ast.parse(path.read_text()))
    return [(node.func.id, node) for node in tree if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_call_has_its_limit(path: Path) -> None:
    for name, call in calls(path):
        assert name not in NEVER, (name, call.lineno)
        if name in NEEDS:
            assert NEEDS[name] in {keyword.arg for keyword in call.keywords}, (name, call.lineno)


def test_the_calls_that_need_a_limit_are_among_those_looked_at() -> None:
    assert {name for path in SOURCES for name, _ in calls(path)} >= NEEDS.keys()


def test_what_is_called_without_a_limit_has_one_of_its_own() -> None:
    for function, name in [
        (execute, "max_coercion_errors"),
        (subscribe, "max_coercion_errors"),
        (Executor.build, "max_coercion_errors"),
    ]:
        assert inspect.signature(function).parameters[name].default == 50
    assert "defaults to 100 errors" in " ".join((validate.__doc__ or "").split())
