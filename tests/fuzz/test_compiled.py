"""Every operation that is compiled answers as graphql-core does: the data byte for byte, and every error."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import orjson
from graphql import ExecutionResult, FieldNode, GraphQLField
from graphql.execution.values import get_argument_values
from hypothesis import strategies as st
from starlette.requests import HTTPConnection
from strawberry.types.arguments import convert_arguments

from api.auth.csrf import Origins
from api.http.responses import ResponseHead
from api.limits import Limits
from api.schema.build import make_schema, present_errors
from api.schema.context import Context, Services
from api.schema.cost_headers import charge
from engine.breadth_first.arguments import converted_arguments
from engine.breadth_first.fields import Run
from engine.breadth_first.program import BoundProgram, Program, outcome_of
from models.access.credentials import authenticate
from models.access.viewer import Viewer
from models.events.seat_feed import Feed
from models.permissions import Permission
from payments import make_provider
from tests.conftest import LIMITS
from tests.fuzz.callers import Callers
from tests.fuzz.documents import Document, documents
from tests.fuzz.known import Known
from tests.fuzz.running import every, watched

pytestmark = watched()

SCHEMA = make_schema(Limits(document_cost=1_000_000))
MUTATIONS: dict[str, GraphQLField] = SCHEMA.core.mutation_type.fields  # pyright: ignore[reportOptionalMemberAccess]
LOOPBACK = "127.0.0.1"
# Moments of reading, which differ.
MOMENTS = {"asOf", "resetAt", "remaining"}


def any_field(_type: str, field: str) -> bool:
    return field not in MOMENTS


def context_of(viewer: Viewer | None, response: ResponseHead | None = None) -> Context:
    services = Services(Feed(), make_provider("sandbox"), Origins("https://example.com"), limits=LIMITS)
    scope = {"type": "http", "headers": [], "client": (LOOPBACK, 1)}
    return Context(services, HTTPConnection(scope), response, viewer)


def compiled(document: Document) -> BoundProgram | None:
    """The document's program; None where nothing of it can be run, or graphql-core is to run all of it."""
    core = SCHEMA.core
    try:
        checked = SCHEMA.documents.check(document.query)
        operation = checked.operation(document.operation_name)
        return Program(core, checked.document, operation).bind(document.variables) if operation else None
    except Exception:  # noqa: BLE001 - not read at all, or not compiled: told by whatever answers
        return None


def told(result: Any) -> tuple[bytes, list[bytes]]:
    """The data, and the errors in any order."""
    errors = [orjson.dumps(error.formatted, option=orjson.OPT_SORT_KEYS) for error in result.errors or []]
    return orjson.dumps(result.data, option=orjson.OPT_UTC_Z), sorted(errors)


def paths(result: Any) -> set[str]:
    """The paths of the errors."""
    return {str(error.path) for error in result.errors or []}


async def by_graphql_core(context: Context, document: Document) -> Any:
    return await SCHEMA.execute(
        document.query,
        variable_values=document.variables,
        context_value=context,
        operation_name=document.operation_name,
    )


async def by_program(
    bound: BoundProgram, document: Document, context: Context, ways: Counter[str]
) -> ExecutionResult:
    def fall_back() -> None:
        ways["left to graphql-core"] += 1
        context.clear_loaders()

    charge(context, SCHEMA.documents.check(document.query).cost(document.operation_name))
    result = await bound.run(context, fall_back)
    present_errors(result, suggests=True)
    return result


async def test_queries(known: Known) -> None:
    ways: Counter[str] = Counter()

    async def examine(example: Any) -> None:
        permissions, document = example
        viewer = None if permissions is None else known.company.viewer._replace(permissions=permissions)
        bound = compiled(document)
        if bound is None:
            ways["not compiled"] += 1
            return
        before = ways["left to graphql-core"]
        own = await by_program(bound, document, context_of(viewer), ways)
        core = await by_graphql_core(context_of(viewer), document)
        if paths(own) == paths(core):
            assert told(own) == told(core), document
        else:
            # Of errors side by side the first keeps the others from being told: which one is chance.
            assert own.errors, document
            assert core.errors, document
            ways["races"] += 1
        assert (ways["left to graphql-core"] > before) == bool(core.errors), f"{document} is left without a reason"
        ways["errors" if core.errors else "data"] += 1

    some = st.one_of(st.just(frozenset(Permission)), st.frozensets(st.sampled_from(Permission)), st.none())
    await every(st.tuples(some, documents(known, ("query",), any_field)), 700, examine)
    assert ways["data"] > 200, ways
    assert ways["errors"] > 50, ways
    assert ways["races"] < ways["errors"] / 3, ways
    assert ways["not compiled"] < ways["data"] / 2, ways


async def test_payloads_of_mutations(known: Known, callers: Callers) -> None:
    seen: Counter[str] = Counter()

    async def examine(drawn: Document) -> None:
        body = json.loads(await callers.filled(drawn.body()))
        document = replace(drawn, query=body["query"], variables=body.get("variables", {}))
        bound = compiled(document)
        if bound is None:
            seen["not compiled"] += 1
            return
        token = await callers.token("administrator")
        context = context_of((await authenticate(token or "", LOOPBACK)).viewer, ResponseHead())
        run = Run(context, bound.variables)
        for name, field in bound.compiled.scope.fields.items():
            nodes = bound.compiled.nodes[name]
            assert arguments_of(nodes[0], bound) == arguments_by_strawberry(nodes[0], bound), document
            outcome = await outcome_of(field, run)
            context.clear_loaders()
            core = await bound.fallback.run(context, [(name, nodes)], outcome)
            seen[type(outcome.error or outcome.value).__name__] += 1
            if outcome.error is not None:
                assert core.data is None, document
                assert [error.original_error for error in core.errors or []] == [outcome.error], document
            elif not core.errors:
                own = (await field.completer.complete([outcome.value], run))[0]
                assert orjson.dumps({name: own}) == orjson.dumps(core.data), document
        await callers.set_right()

    await every(documents(known, ("mutation",), any_field), 300, examine)
    assert seen["not compiled"] < seen.total() / 5, seen
    assert len(seen) > 15, seen


def arguments_of(node: FieldNode, bound: BoundProgram) -> dict[str, Any]:
    field = MUTATIONS[node.name.value]
    return converted_arguments(field, node)(bound.variables) if field.args else {}


def arguments_by_strawberry(node: FieldNode, bound: BoundProgram) -> dict[str, Any]:
    field = MUTATIONS[node.name.value]
    values = get_argument_values(field, node, bound.variables)
    converter = SCHEMA.schema_converter
    arguments = field.extensions["strawberry-definition"].arguments
    return convert_arguments(values, arguments, converter.scalar_registry, SCHEMA.config)
