"""What the endpoint answers with."""

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
# What a server calls its way to be given a whole answer.
WHOLE = "usher.whole"
_JSON = JSON.encode()
REFUSAL_HEADERS = {415: {"accept": JSON, "accept-encoding": "identity"}, 429: {"retry-after": "10"}}


class Written(Response):
    """An answer whose header fields are written already."""

    def __init__(self, body: bytes, fields: list[tuple[bytes, bytes]], status: int = 200) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = fields

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, at once where the server offers to."""
        whole = scope.get("extensions", {}).get(WHOLE)
        if whole is None or not whole(self.status_code, self.raw_headers, self.body):
            await super().__call__(scope, receive, send)


def written(body: bytes, fields: list[tuple[bytes, bytes]], status: int = 200) -> Written:
    """An answer in JSON."""
    length = str(len(body)).encode()
    return Written(body, [(b"content-length", length), (b"content-type", _JSON), *fields], status)


def answer(result: Any) -> GraphQLHTTPResponse:
    """The response object; without `data` when nothing was run, as GraphQL over HTTP wants it."""
    told: GraphQLHTTPResponse = {"data": result.data}
    if result.errors:
        told["errors"] = [error.formatted for error in result.errors]
        if result.data is None and all(error.path is None for error in result.errors):
            del told["data"]
    return told


def as_events(response: Response) -> Response:
    """An answer as a stream of one result, with the headers that it had."""
    body = EVENTS.result(bytes(response.body).decode()) + EVENTS.end
    events = Response(body, headers={"content-type": EVENTS.media_type})
    own = {name for name, _ in events.headers.raw}
    events.headers.raw.extend((name, value) for name, value in response.headers.raw if name not in own)
    return events


def failure(error: Exception) -> Response:
    """The answer where something failed before anything could be run."""
    told = shown(error)
    unavailable = is_temporary(told)
    headers = {"retry-after": "2"} if unavailable else None
    body = orjson.dumps({"errors": [told.formatted]})
    return Response(body, status_code=503 if unavailable else 500, media_type=JSON, headers=headers)


def shown(error: Exception) -> GraphQLError:
    """An exception as clients see it."""
    return present(GraphQLError(str(error), original_error=error))


def refusal(status: int, reason: str, *, code: str | None = None, closes: bool = False) -> Response:
    """The answer to a request that is no GraphQL, or too much; `closes` says that the connection ends with it."""
    code = code or ("LIMIT_EXCEEDED" if status in {413, 414, 431} else "BAD_REQUEST")
    body = {"errors": [{"message": reason, "extensions": {"code": code}}]}
    headers = REFUSAL_HEADERS.get(status, {}) | ({"connection": "close"} if closes or status == 408 else {})
    return Response(orjson.dumps(body), status_code=status, media_type=JSON, headers=headers)
