"""/graphql: GraphQL over HTTP, with streams, and over WebSocket (graphql-transport-ws)."""

import asyncio
from typing import Any

import orjson
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.unset import UnsetType

from api.auth.client_address import networks_of
from api.auth.credentials import SentSecret, authorization_in, bearer, secret_from, sent_by_cookie
from api.documents.trusted import asked_document, naming_problem
from api.execution.admission import Admission
from api.execution.breadth_first import CompiledAnswers
from api.execution.planned import DirectAnswers
from api.execution.request_cache import Question, Questions
from api.http.asgi import SOCKET_GONE, deny, once_more, plainly_spelled
from api.http.body import read_request
from api.http.error_format import is_temporary, present
from api.http.headers import Head, head_of
from api.http.parameters import Asked
from api.http.responses import GRAPHQL_JSON, JSON, answer, as_events, failure, refusal, shown
from api.http.streaming import EVENTS, NO_STREAM_LISTED, Stream, framing_of_subscription, is_subscription
from api.http.url_parameters import read_url_parameters
from api.schema.build import make_schema
from api.schema.context import Context, Services
from api.subscriptions.broadcasts import Broadcasts
from api.subscriptions.close_codes import INTERNAL_ERROR, TRY_AGAIN_LATER
from api.subscriptions.connection_limits import Sockets, TooManySockets
from api.subscriptions.handler import INIT_TIMEOUT, WebSocketHandler
from models.errors import CredentialProblem, Unauthenticated


class GraphQLEndpoint(GraphQL[Context, None]):
    """Strawberry's ASGI app with JSON errors, content negotiation, and our context."""

    graphql_transport_ws_handler_class = WebSocketHandler

    def __init__(self, services: Services) -> None:
        schema = make_schema(services.limits, services.documents)
        self._questions = Questions(schema, services.documents, services.limits)
        self._direct = DirectAnswers(services)
        self._compiled = CompiledAnswers(schema, self._questions, self.get_context, self.recalling)
        self._admission = Admission(schema, self.get_context)
        self.broadcasts = Broadcasts(schema, services)
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=services.get_queries,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=services.limits.socket_operations,
            # serve_socket refuses the others.
            allowed_origins=["*"],
        )
        self._services = services
        self._sockets = Sockets(services.limits)
        self._methods = "GET, POST" if services.get_queries else "POST"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket."""
        if scope["type"] == "http":
            await self.serve_request(scope, receive, send, head_of(scope))
        else:
            await self.serve_socket(scope, receive, send)

    async def serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket; CORS does not hold for them, so pages of other origins are refused here."""
        connection = HTTPConnection(scope)
        if self._services.origins.is_cross_site(connection):
            await deny(refusal(403, "Pages of this origin may not connect."), scope, receive, send)
            return
        try:
            with self._sockets.room(networks_of(connection)):
                await super().__call__(scope, receive, send)
        except TooManySockets as error:
            await deny(refusal(429, str(error), code="LIMIT_EXCEEDED"), scope, receive, send)
        except SOCKET_GONE:
            return
        except Exception as error:  # noqa: BLE001 - e.g. the database is gone while somebody connects
            code = TRY_AGAIN_LATER if is_temporary(shown(error)) else INTERNAL_ERROR
            await send({"type": "websocket.close", "code": code})

    async def serve_request(self, scope: Scope, receive: Receive, send: Send, head: Head) -> None:
        """Serve a request; whatever is wrong with the request itself is told as JSON."""
        try:
            response = await self._respond(scope, receive, head)
        except (HTTPException, StarletteHTTPException) as error:
            response = self._refusal(scope, error)
        except asyncio.CancelledError:
            # The server ends, and has waited long enough: the call may have been done, or not.
            cut_off = failure(TimeoutError())
            del cut_off.headers["retry-after"]
            await cut_off(scope, receive, send)
            raise
        except Exception as error:  # noqa: BLE001 - e.g. the database is gone before anything could run
            response = failure(error)
        if isinstance(response, Stream):
            await self._serve_stream(response, scope, receive, send)
        else:
            await response(scope, receive, send)

    def _refusal(self, scope: Scope, error: HTTPException | StarletteHTTPException) -> Response:
        response = refusal(error.status_code, error.reason if isinstance(error, HTTPException) else error.detail)
        if error.status_code == 405:
            response.headers["allow"] = "POST" if scope["method"] == "GET" else self._methods
        return response

    async def _serve_stream(self, stream: Stream, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._sockets.room(networks_of(HTTPConnection(scope))):
                await stream(scope, receive, send)
        except TooManySockets as error:
            await stream.aclose()
            await refusal(429, str(error), code="LIMIT_EXCEEDED")(scope, receive, send)

    async def get_context(self, request: HTTPConnection, response: Response | WebSocket) -> Context:
        """Find out who asks: a bearer token, or a session cookie from a page of ours."""
        head = head_of(request.scope)
        answer_to = response if isinstance(response, Response) else None
        context = Context(self._services, request, answer_to, refused=head.refused)
        await context.recognise(self._sent(request.scope, head))
        return context

    async def recalling(self, request: HTTPConnection, response: Response, cost: int) -> Context:
        """The same for what looks again by itself, and costs so much."""
        head = head_of(request.scope)
        context = Context(self._services, request, response, refused=head.refused)
        await context.recall(self._sent(request.scope, head), cost)
        return context

    def _sent(self, scope: Scope, head: Head) -> SentSecret | None:
        """The secret that came with a request: a bearer token, or else a cookie."""
        if head.sent is not None:
            return head.sent
        return sent_by_cookie(HTTPConnection(scope), self._services.origins)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Take the credential of connection_init, which a script can set where it cannot set headers."""
        given = authorization_in(context.connection_params)
        if secret := bearer(given):
            await context.recognise(secret_from(context.connection, secret))
        elif given and context.viewer is None:
            context.refused = Unauthenticated(CredentialProblem.MALFORMED)
        return await super().on_ws_connect(context)

    def parse_json(self, data: str | bytes) -> Any:
        """Parse a request's body, with the document it names. Raises HTTPException unless it is a JSON object."""
        body = super().parse_json(data)
        if not isinstance(body, dict):
            raise HTTPException(400, "The request body must be a JSON object.")
        if not isinstance(body.get("operationName"), str | None):
            raise HTTPException(400, "The GraphQL operation's `operationName` must be a string or null.")
        return self._with_document(body)

    def parse_query_params(self, params: Any) -> dict[str, Any]:
        """Read a request that stands in its address. Raises HTTPException."""
        return self._with_document(read_url_parameters(params))

    def should_render_graphql_ide(self, request: Any) -> bool:  # noqa: ARG002
        """Never: the explorer has an address of its own."""
        return False

    async def execute_operation(self, request: Request, **given: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Run an operation; a subscription where it is asked for by POST, and as a stream."""
        data = given["request_data"]
        if request.method != "POST" or framing_of_subscription(request.headers.get("accept", "")) is None:
            return await super().execute_operation(request, **given)
        if not self._admission.admits(given["context"], data.query) or not is_subscription(
            data.query or "", data.operation_name, self._services.limits
        ):
            return await super().execute_operation(request, **given)
        return await self.schema.stream(
            data.query,
            variable_values=data.variables,
            context_value=given["context"],
            operation_name=data.operation_name,
        )

    async def _create_streaming_response(
        self,
        request: Request,
        result: Any,
        protocol: str,  # noqa: ARG002
        sub_response: Response,  # noqa: ARG002
    ) -> Response:
        framing = framing_of_subscription(request.headers.get("accept", "")) or EVENTS
        return Stream(result, lambda each: self.encode_json(answer(each)), framing, self._services.ending)

    async def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """Run a query or a mutation. Raises HTTPException: 405 where GET asks for more than a query."""
        try:
            result = await super().execute_single(*args, **kwargs)
        except HTTPException as error:
            cause = error.__cause__
            if isinstance(cause, InvalidOperationTypeError):
                if kwargs["request_adapter"].method == "GET":
                    raise HTTPException(405, f"Send {cause.operation_type.value}s by POST.") from error
                raise HTTPException(400, NO_STREAM_LISTED) from error
            raise
        if not result.errors:
            data = kwargs["request_data"]
            fields = self._questions.tag_fields(kwargs["context"], data.query, data.variables)
            kwargs["sub_response"].raw_headers.extend(fields)
        return result

    def decode_json(self, data: str | bytes) -> object:
        """Parse JSON. Raises json.JSONDecodeError."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """Write JSON, as text: bytes would become binary frames, which the protocol's clients do not read."""
        return orjson.dumps(data, option=orjson.OPT_UTC_Z).decode()

    def create_response(
        self,
        response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse],
        sub_response: Response,
    ) -> Response:
        """Answer, with cookies a mutation set. A request that was never run has no data, and is an error."""
        refused = isinstance(response_data, dict) and "data" not in response_data
        status = (sub_response.status_code or 400) if refused else 200
        response = Response(self.encode_json(response_data), status_code=status, media_type=JSON)
        response.headers.raw.extend(sub_response.headers.raw)
        return response

    async def process_result(self, request: Request, result: Any) -> GraphQLHTTPResponse:  # noqa: ARG002
        """The response object; without `data` when nothing was run, as GraphQL over HTTP wants it."""
        return answer(result)

    def _with_document(self, request: dict[str, Any]) -> dict[str, Any]:
        if problem := naming_problem(request):
            raise HTTPException(400, problem)
        return request | {"query": asked_document(request, self._services.documents.trusted)}

    async def _respond(self, scope: Scope, receive: Receive, head: Head) -> Response:
        try:
            most, by_get = self._services.limits.body_bytes, self._services.get_queries
            body = await read_request(scope, receive, head, most, by_get=by_get)
            asked = self._asked(scope, head, body)
            response = None
            if isinstance(asked, Asked) and self._admission.must_ask(asked):
                response = await self._admission.refusal(Request(scope), asked)
                asked = self._asked(scope, head, body)
            if response is None and isinstance(asked, Question):
                response = await self._direct.find(self._sent(scope, head), head.fields, asked)
            if response is None:
                response = await self._run(Request(scope, receive), asked, body)
        except GraphQLError as error:
            # The document that is named is not there: nothing was run.
            told: GraphQLHTTPResponse = {"errors": [present(error).formatted]}
            response = self.create_response(told, await self.get_sub_response(Request(scope)))
        if scope["method"] == "GET":
            # Who asks is not told by the address, so what is answered may be kept by nobody.
            response.headers.setdefault("cache-control", "no-store")
        if isinstance(response, Stream) or response.status_code == 304:
            return response
        if head.wants_events:
            return as_events(response)
        if head.prefers_graphql_json:
            response.headers["content-type"] = f"{GRAPHQL_JSON}; charset=utf-8"
        elif response.status_code != 429:
            # The older media type tells success and failure by the body alone.
            response.status_code = 200
        return response

    def _asked(self, scope: Scope, head: Head, body: bytes) -> Question | Asked | None:
        """What is asked, if one answer in JSON is wanted."""
        if head.wants_events:
            return None
        if scope["method"] == "GET":
            return self._questions.of_address(scope["query_string"])
        return self._questions.of_body(body)

    async def _run(self, request: Request, asked: Question | Asked | None, body: bytes) -> Response:
        """The answer by what the operation was compiled to, or Strawberry's."""
        if isinstance(asked, Question):
            asked = asked.asked
        compiled = await self._compiled.find(request, asked) if asked else None
        if compiled is not None:
            return compiled
        if request.scope["method"] == "GET":
            return await self.run(request)
        return await self.run(Request(plainly_spelled(request.scope), once_more(body)))
