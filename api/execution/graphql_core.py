"""The executor of everything else: graphql-core through Strawberry, subscriptions as streams included."""

from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from api.documents.subscriptions import is_subscription
from api.execution.call import Call
from api.execution.metrics import count
from api.http.responses import payload_of
from api.http.streaming import NO_STREAM_LISTED, Stream, framing_of_subscription
from api.schema.build import Schema
from api.schema.context import Context


class GraphQLCore:
    """Runs any request, and refuses what cannot be run."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    async def execute(self, call: Call) -> Response:
        """The response, or a stream of results. Raises HTTPException."""
        context = await call.context()
        framing = framing_of_subscription(call.headers.accept) if call.scope["method"] == "POST" else None
        if framing is not None and self._is_subscription(call):
            results = await self._schema.stream(**_operation(call, context))
            return Stream(results, _written, framing, call.services.shutdown)
        return call.respond(await self._run(call, context), context)

    def _is_subscription(self, call: Call) -> bool:
        parameters = call.request.parameters
        return is_subscription(parameters.query or "", parameters.operation_name, call.services.limits)

    async def _run(self, call: Call, context: Context) -> Any:
        by_get = call.scope["method"] == "GET"
        allowed = {"allowed_operation_types": {OperationType.QUERY}} if by_get else {}
        try:
            result = await self._schema.execute(**_operation(call, context), **allowed)
        except InvalidOperationTypeError as error:
            if by_get:
                raise HTTPException(405, f"Send {error.operation_type.value}s by POST.") from error
            raise HTTPException(400, NO_STREAM_LISTED) from error
        except MissingQueryError as error:
            raise HTTPException(400, "No GraphQL query found in the request") from error
        count("graphql_core")
        return result


def _operation(call: Call, context: Context) -> dict[str, Any]:
    parameters = call.request.parameters
    return {
        "query": parameters.query,
        "variable_values": parameters.variables,
        "operation_name": parameters.operation_name,
        "context_value": context,
    }


def _written(result: Any) -> str:
    return orjson.dumps(payload_of(result), option=orjson.OPT_UTC_Z).decode()
