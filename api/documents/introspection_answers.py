"""Answers about the schema: each is found once, beside everything else, and kept as it is written."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, execute
from strawberry.types.execution import ExecutionResult

from engine.lru import WeightedLRU

# Bytes; the usual query is answered with a hundred and sixty thousand.
MOST_KEPT = 4_000_000
OVERHEAD = 500


class IntrospectionAnswers:
    """The answers given lately, by what was asked."""

    def __init__(self) -> None:
        self._kept: WeightedLRU[bytes] = WeightedLRU(MOST_KEPT)
        self._one_at_a_time = asyncio.Lock()
        # One alone, so that nothing runs beside what a caller who has gone away has left.
        self._thread = ThreadPoolExecutor(1, "introspection")

    def find(self, key: bytes) -> bytes | None:
        """The answer that was given before."""
        return self._kept.get(key)

    async def run(self, key: bytes, schema: GraphQLSchema, document: DocumentNode, **given: Any) -> ExecutionResult:
        """The result of an operation that asks of the schema alone, and so depends on nothing else.

        It is found in a thread: all of a large schema takes longer than others should wait. In one at a time, which
        leaves them half of the processor.
        """
        async with self._one_at_a_time:
            kept = self._kept.get(key)
            if kept is None:
                found = asyncio.get_running_loop().run_in_executor(self._thread, _found, schema, document, given)
                data, errors = await found
                if errors:
                    return ExecutionResult(data=data, errors=errors)
                kept = orjson.dumps(data)
                self._kept.put(key, kept, len(kept) + OVERHEAD)
        return ExecutionResult(data=orjson.Fragment(kept), errors=None)  # pyright: ignore[reportArgumentType]


def introspection_key(text: str, operation: OperationDefinitionNode, variables: dict[str, Any] | None) -> bytes:
    """What tells an operation with its variables from all others."""
    declared = [definition.variable.name.value for definition in operation.variable_definitions or ()]
    given = {name: variables[name] for name in declared if name in variables} if variables else {}
    name = operation.name.value if operation.name else None
    return hashlib.sha256(orjson.dumps([text, name, given], option=orjson.OPT_SORT_KEYS)).digest()


def _found(schema: GraphQLSchema, document: DocumentNode, given: dict[str, Any]) -> tuple[Any, Any]:
    result: Any = execute(schema, document, **given)
    return result.data, result.errors
