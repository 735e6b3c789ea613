"""The executor of queries that have a plan: credential and data are read by one statement."""

import orjson
from starlette.responses import Response

from api.auth.credentials import Credential
from api.execution.call import Call
from api.execution.metrics import count, count_unplanned
from api.http.responses import json_response
from api.schema.cost_headers import charge_viewer
from engine.sql.plan import Bound
from engine.sql.plan_builder import NotPlannedError
from models.access.callers import Caller
from models.access.credentials import authenticate_row, note_use


class Planned:
    """Answers a query by its plan. Refusals are left to resolvers: nothing has happened, nothing was charged."""

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

    async def _answer(self, call: Call, plan: Bound, credential: Credential) -> Response:
        row = await plan.read(credential.secret, Caller(credential.hashed), call.preferred_language)
        authenticated = authenticate_row(row, credential.address)
        if authenticated.viewer.api_key_id is not None:
            await note_use(row)
        if not plan.is_for(authenticated.viewer):
            raise NotPlannedError("permission")
        data = plan.answer(row)
        cost = charge_viewer(call.services, authenticated.viewer, call.request.cost)
        count("plan")
        fields = [*cost, *call.request.tag_fields(call.tag(authenticated))]
        return json_response(orjson.dumps({"data": data}, option=orjson.OPT_UTC_Z), fields)
