"""The cache of introspection results: each is executed once, in a thread, and kept as JSON."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, execute
from strawberry.types.execution import ExecutionResult

from engine.lru import WeightedLRU

# Bytes; the result of the usual query has 160 000.
MOST_CACHED = 4_000_000
OVERHEAD = 500


class IntrospectionCache:
    """The results returned lately, by operation and variables."""

    def __init__(self) -> None:
        self._cached: WeightedLRU[bytes] = WeightedLRU(MOST_CACHED)
        self._lock = asyncio.Lock()
        # One thread alone, so that nothing runs beside the execution of a client that has disconnected.
        self._thread = ThreadPoolExecutor(1, "introspection")

    def find(self, key: bytes) -> bytes | None:
        """The cached result; None if there is none."""
        return self._cached.get(key)

    async def run(
        self, key: bytes, schema: GraphQLSchema, document: DocumentNode, **arguments: Any
    ) -> ExecutionResult:
        """The result of an operation of introspection fields alone, which depends on nothing but the schema.

        It runs in a thread, as a large schema would block the event loop for too long; one at a time, which leaves
        half of the processor to other requests.
        """
        async with self._lock:
            cached = self._cached.get(key)
            if cached is None:
                loop = asyncio.get_running_loop()
                data, errors = await loop.run_in_executor(self._thread, _execute, schema, document, arguments)
                if errors:
                    return ExecutionResult(data=data, errors=errors)
                cached = orjson.dumps(data)
                self._cached.put(key, cached, len(cached) + OVERHEAD)
        return ExecutionResult(data=orjson.Fragment(cached), errors=None)  # pyright: ignore[reportArgumentType]


def introspection_key(text: str, operation: OperationDefinitionNode, variables: dict[str, Any] | None) -> bytes:
    """The cache key of an operation with its variables."""
    declared = [definition.variable.name.value for definition in operation.variable_definitions or ()]
    given = {name: variables[name] for name in declared if name in variables} if variables else {}
    name = operation.name.value if operation.name else None
    return hashlib.sha256(orjson.dumps([text, name, given], option=orjson.OPT_SORT_KEYS)).digest()


def _execute(schema: GraphQLSchema, document: DocumentNode, arguments: dict[str, Any]) -> tuple[Any, Any]:
    result: Any = execute(schema, document, **arguments)
    return result.data, result.errors
