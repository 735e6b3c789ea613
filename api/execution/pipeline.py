"""The way of a request: parse, authenticate, not modified?, charge, run, respond."""

from graphql import GraphQLError
from starlette.responses import Response
from starlette.types import Scope

from api.auth.recent_refusals import RecentRefusals
from api.execution.breadth_first import BreadthFirst
from api.execution.call import Call
from api.execution.graphql_core import GraphQLCore
from api.execution.not_modified import NotModified
from api.execution.planned import Planned
from api.execution.request_cache import RequestCache
from api.http.error_format import present
from api.http.headers import RequestHeaders
from api.http.negotiation import negotiated
from api.http.responses import ResponseHead, payload_response, presented_error
from api.schema.admission import read_document
from api.schema.build import Schema
from api.schema.context import Services
from models.errors import RateLimited, Unauthenticated


class Pipeline:
    """Has each request run by the first executor that can: 304, plan, program, graphql-core.

    The first two need no resolvers, and leave every refusal to the others, which authenticate before they read.
    """

    def __init__(self, schema: Schema, services: Services) -> None:
        self._schema = schema
        self._services = services
        self._requests = RequestCache(schema, services)
        self._refusals = RecentRefusals()
        self._not_modified, self._planned = NotModified(), Planned(schema)
        self._breadth_first, self._graphql_core = BreadthFirst(schema), GraphQLCore(schema)

    async def respond(self, scope: Scope, headers: RequestHeaders, body: bytes) -> Response:
        """The response to a request, in the media type that the client prefers. Raises HTTPException."""
        try:
            request = self._requests.parse(scope["method"], scope["query_string"], body)
            response = await self._run(Call(self._services, scope, headers, request))
        except GraphQLError as error:
            # The document that the request names is unknown.
            response = payload_response({"errors": [present(error).formatted]}, ResponseHead())
        return negotiated(response, headers, scope["method"])

    async def _run(self, call: Call) -> Response:
        if self._requests.is_unread(call.request) and (refusal := await self._read_document(call)):
            return refusal
        return await self._run_without_resolvers(call) or await self._run_resolvers(call)

    async def _read_document(self, call: Call) -> Response | None:
        """The response to a client without the budget to have a new document read; else None."""
        context = await call.context()
        try:
            read_document(context, self._schema.documents, call.request.parameters.query or "")
        except RateLimited as refused:
            return payload_response({"errors": [presented_error(refused).formatted]}, call.head)
        call.request = self._requests.with_operation(call.request)
        return None

    async def _run_without_resolvers(self, call: Call) -> Response | None:
        if call.credential is not None and self._refusals.has(call.credential):
            return None
        try:
            return await self._not_modified.execute(call) or await self._planned.execute(call)
        except (Unauthenticated, RateLimited) as error:
            if call.credential is not None:
                self._refusals.add(call.credential, error)
        return None

    async def _run_resolvers(self, call: Call) -> Response:
        return await self._breadth_first.execute(call) or await self._graphql_core.execute(call)
