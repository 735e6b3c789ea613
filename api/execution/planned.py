"""The executor of queries that have a plan: credential and data are read by one statement."""

from typing import Any

import orjson
from graphql import ExecutionResult
from starlette.responses import Response

from api.auth.credentials import Credential
from api.execution.call import Call
from api.execution.metrics import count, count_unplanned
from api.execution.request_cache import ParsedRequest
from api.http.responses import json_response
from api.schema.build import Schema, present_errors
from api.schema.context import Context
from api.schema.cost_headers import charge, charge_viewer
from engine.breadth_first.fallback import GraphQLCoreFallback
from engine.sql.plan import BoundPlan
from engine.sql.read_plan import NotPlannedError
from models.access.callers import Caller
from models.access.credentials import Authenticated, authenticate_row, note_use


class Planned:
    """Answers a query by its plan. Refusals are left to resolvers: nothing has happened, nothing was charged.

    Root fields without a plan are run beside the others.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    async def execute(self, call: Call) -> Response | None:
        """The response. Raises Unauthenticated, RateLimited."""
        if not call.request.is_query:
            return None
        plan, credential = call.request.plan, call.credential
        if credential is None or plan is None:
            count_unplanned(call.request.unplanned or "anonymous")
            return None
        try:
            return await self._answer(call, plan, credential)
        except NotPlannedError as why:
            count_unplanned(str(why))
            return None

    async def _answer(self, call: Call, plan: BoundPlan, credential: Credential) -> Response:
        row = await plan.read(credential.secret, Caller(credential.hashed), call.preferred_language)
        authenticated = authenticate_row(row, credential.address)
        if await note_use(row) and plan.compiled.read_plan.reads("api_key_secrets"):
            # Read before it was written that the key is in use.
            raise NotPlannedError("first use")
        if not plan.is_for(authenticated.viewer):
            raise NotPlannedError("permission")
        data = plan.answer(row)
        if plan.rest:
            return await self._with_rest(call, plan, authenticated, data)
        cost = charge_viewer(call.services, authenticated.viewer, call.request.cost)
        count("plan")
        fields = [*cost, *call.request.tag_fields(call.tag(authenticated))]
        return json_response(orjson.dumps({"data": data}, option=orjson.OPT_UTC_Z), fields)

    async def _with_rest(
        self, call: Call, plan: BoundPlan, authenticated: Authenticated, data: dict[str, Any]
    ) -> Response:
        """The response with the root fields that have no plan, which graphql-core runs."""
        context = call.context_of(authenticated)
        charge(context, call.request.cost)
        result = await run_rest(self._schema, call.request, plan, context)
        count("plan")
        present_errors(result, suggests=self._schema.suggests)
        return call.respond(ExecutionResult(result.data and data | result.data, result.errors), context)


async def run_rest(schema: Schema, request: ParsedRequest, plan: BoundPlan, context: Context) -> ExecutionResult:
    """The result of the root fields of a query that its plan leaves to resolvers."""
    if request.checked is None or request.operation is None:
        raise NotPlannedError("document")
    fallback = GraphQLCoreFallback(
        schema.core, request.operation, request.checked.fragments, request.parameters.variables
    )
    return await fallback.run(context, list(plan.rest.items()))
