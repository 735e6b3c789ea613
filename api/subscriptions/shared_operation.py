"""Subscriptions that share executions: which operations are equal, and executing one for an update."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    execute_subscription_event,
    visit,
)
from graphql.execution import get_argument_values
from graphql.execution.collect_fields import collect_fields
from starlette.requests import HTTPConnection
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation

from api.documents.variable_size import measure_variables
from api.http.error_format import is_temporary
from api.http.headers import ACCEPT_LANGUAGE
from api.schema.build import Schema, present_errors
from api.schema.context import Context, Services
from api.schema.subscription import SeatCountsChange
from api.schema.versions import parse_version
from models.access.viewer import Viewer
from models.database.ids import NIL_UUID
from models.errors import InvalidInput
from models.events.seat_feed import SeatUpdate

SHARED_FIELD = "seatCountsChanged"
POSITION = "after"


class PassingError(OSError):
    """An execution failed of an outage, which passes."""


@dataclass(frozen=True)
class SubscriptionRequest:
    """A subscriber's request: the operation to share, its cost, and the version to begin after."""

    operation: "SharedOperation"
    after: int | None
    cost: int
    translated: bool

    def operation_for(self, language: str) -> "SharedOperation":
        """The operation for readers of a language; for all readers where no text depends on it."""
        return replace(self.operation, language=language) if self.translated else self.operation


@dataclass(frozen=True)
class SharedOperation:
    """A subscription without the version to begin after. Equal ones have equal results, given equal permissions."""

    text: str
    operation_name: str | None
    # As JSON, so that the truth is not taken for a one.
    variables: bytes
    # None until the reader is known, and where no text depends on it.
    language: str | None = None

    async def execute(self, schema: Schema, services: Services, viewer: Viewer, update: SeatUpdate) -> bytes:
        """The result for an update as JSON, with a viewer's permissions. Raises PassingError."""
        executor = Executor.build(
            schema.core,
            schema.documents.check(self.text).document,
            root_value=SeatCountsChange.of(update),
            context_value=_context(services, viewer, self.language),
            raw_variable_values=orjson.loads(self.variables),
            operation_name=self.operation_name,
        )
        if isinstance(executor, list):
            raise executor[0]
        found = execute_subscription_event(executor)
        result = cast(
            "ExecutionResult",
            await cast("Awaitable[ExecutionResult]", found) if executor.is_awaitable(found) else found,
        )
        present_errors(result, suggests=schema.suggests)
        return _written(result)


def parse_request(schema: Schema, operation: Operation[Context, None]) -> SubscriptionRequest | None:
    """The request of an operation that can be shared; None where graphql-core must answer, maybe with errors."""
    text, variables, name = operation.query, operation.variables, operation.operation_name
    try:
        checked = schema.documents.check(text)
        node = None if checked.errors else checked.operation(name)
        if node is None or node.operation is not OperationType.SUBSCRIPTION:
            return None
        size = measure_variables(variables)
        schema.documents.require_allowed_variables(size)
        given = dict(variables or {})
        after = _after(schema, checked.document, given, name)
    except (GraphQLError, InvalidInput, RecursionError, _NotShared):
        return None
    shared = SharedOperation(text, name, _identifying(checked.document, node, given))
    return SubscriptionRequest(shared, after, checked.cost(name) + size.cost, checked.dependencies.translated)


class _NotShared(Exception):
    """This is not the subscription that is shared."""


def _after(schema: Schema, document: DocumentNode, variables: dict[str, Any], name: str | None) -> int | None:
    executor = Executor.build(schema.core, document, raw_variable_values=variables, operation_name=name)
    root = schema.core.subscription_type
    if isinstance(executor, list) or root is None:
        raise _NotShared
    fields = collect_fields(
        schema.core,
        executor.fragments,
        executor.variable_values,
        root,
        executor.operation,
        executor.hide_suggestions,
    ).grouped_field_set
    details = next(iter(fields.values()), [])
    if len(fields) != 1 or details[0].node.name.value != SHARED_FIELD:
        raise _NotShared
    arguments = get_argument_values(
        root.fields[SHARED_FIELD],
        details[0].node,
        executor.variable_values,
        details[0].fragment_variable_values,
    )
    return parse_version(POSITION, arguments.get(POSITION))


def _identifying(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> bytes:
    """The declared variables, all with one value of those that only say where to begin."""
    uses = _Uses()
    visit(document, uses)
    declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    kept = {name: value for name, value in variables.items() if name in declared}
    return orjson.dumps(kept | dict.fromkeys(declared & uses.of_position(), "0"), option=orjson.OPT_SORT_KEYS)


class _Uses(Visitor):
    """Counts where variables are used, and where as the position alone."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[str] = []
        self._positions: list[str] = []

    def enter_variable_definition(self, *_: Any) -> Any:
        """Leave definitions out."""
        return self.SKIP

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        """Count a use."""
        self._all.append(node.name.value)

    def enter_field(self, node: Any, *_: Any) -> None:
        """Count the positions among the uses."""
        if node.name.value == SHARED_FIELD:
            for argument in node.arguments or ():
                if argument.name.value == POSITION and isinstance(argument.value, VariableNode):
                    self._positions.append(argument.value.name.value)

    def of_position(self) -> set[str]:
        """The variables that are the position and nothing else."""
        return {name for name in self._positions if self._all.count(name) == self._positions.count(name)}


def _context(services: Services, viewer: Viewer, language: str | None) -> Context:
    headers = [(ACCEPT_LANGUAGE, language.encode())] if language else []
    # The permissions that all subscribers share, and the identity of none of them.
    shared = Viewer(viewer.account_id, viewer.permissions, NIL_UUID, NIL_UUID, None)
    return Context(services, HTTPConnection({"type": "websocket", "headers": headers}), None, shared)


def _written(result: ExecutionResult) -> bytes:
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        if any(map(is_temporary, result.errors)):
            raise PassingError
        payload["errors"] = [error.formatted for error in result.errors]
    return orjson.dumps(payload, option=orjson.OPT_UTC_Z)
