"""The responses of the GraphQL endpoint."""

from typing import Any

import orjson
from graphql import GraphQLError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.http import GraphQLHTTPResponse

from api.http.error_format import is_temporary, present
from api.http.streaming import EVENTS

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
# The ASGI extension by which a server accepts a whole response at once.
DIRECT_WRITE = "usher.direct_write"
_JSON = JSON.encode()
REFUSAL_HEADERS = {415: {"accept": JSON, "accept-encoding": "identity"}, 429: {"retry-after": "10"}}


class RawResponse(Response):
    """A response with ASGI's header fields."""

    def __init__(self, body: bytes, fields: list[tuple[bytes, bytes]], status: int = 200) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = fields

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response, at once if the server supports it."""
        write = scope.get("extensions", {}).get(DIRECT_WRITE)
        if write is None or not write(self.status_code, self.raw_headers, self.body):
            await super().__call__(scope, receive, send)


class ResponseHead(Response):
    """The header fields of a response, and maybe its status, collected while its operation runs."""

    status_code: int | None  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self) -> None:
        self.status_code = None
        self.raw_headers = []


def json_response(body: bytes, fields: list[tuple[bytes, bytes]], status: int = 200) -> RawResponse:
    """A response with a body of JSON."""
    length = str(len(body)).encode()
    return RawResponse(body, [(b"content-length", length), (b"content-type", _JSON), *fields], status)


def payload_response(payload: GraphQLHTTPResponse, head: ResponseHead) -> RawResponse:
    """The response with a payload. Without `data` nothing was run: a client error."""
    status = 200 if "data" in payload else head.status_code or 400
    return json_response(orjson.dumps(payload, option=orjson.OPT_UTC_Z), head.raw_headers, status)


def payload_of(result: Any) -> GraphQLHTTPResponse:
    """The payload of an execution result; without `data` if nothing was run (GraphQL over HTTP, 6.4)."""
    payload: GraphQLHTTPResponse = {"data": result.data}
    if result.errors:
        payload["errors"] = [error.formatted for error in result.errors]
        if result.data is None and all(error.path is None for error in result.errors):
            del payload["data"]
    return payload


def events_response(response: Response) -> Response:
    """A response as an event stream of one result, with the same header fields."""
    body = EVENTS.result(bytes(response.body).decode()) + EVENTS.end
    events = Response(body, headers={"content-type": EVENTS.media_type})
    own = {name for name, _ in events.headers.raw}
    events.headers.raw.extend((name, value) for name, value in response.headers.raw if name not in own)
    return events


def failure(error: Exception) -> Response:
    """The response for an exception that was raised before anything ran."""
    presented = presented_error(error)
    unavailable = is_temporary(presented)
    headers = {"retry-after": "2"} if unavailable else None
    body = orjson.dumps({"errors": [presented.formatted]})
    return Response(body, status_code=503 if unavailable else 500, media_type=JSON, headers=headers)


def presented_error(error: Exception) -> GraphQLError:
    """An exception as a GraphQL error for the client."""
    return present(GraphQLError(str(error), original_error=error))


def refusal(status: int, reason: str, *, code: str | None = None, closes: bool = False) -> Response:
    """The response to a request that is no GraphQL, or too large; `closes` closes the connection after it."""
    code = code or ("LIMIT_EXCEEDED" if status in {413, 414, 431} else "BAD_REQUEST")
    body = {"errors": [{"message": reason, "extensions": {"code": code}}]}
    headers = REFUSAL_HEADERS.get(status, {}) | ({"connection": "close"} if closes or status == 408 else {})
    return Response(orjson.dumps(body), status_code=status, media_type=JSON, headers=headers)
