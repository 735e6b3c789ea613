"""Content negotiation: the media type, status and caching of a response, by the client's header fields."""

from starlette.responses import Response

from api.http.headers import RequestHeaders
from api.http.responses import GRAPHQL_JSON, events_response
from api.http.streaming import Stream


def negotiated(response: Response, headers: RequestHeaders, method: str) -> Response:
    """A response in the media type that the client prefers (GraphQL over HTTP, 6.4)."""
    if method == "GET":
        # The URL does not identify the viewer, so no cache may store the response.
        response.headers.setdefault("cache-control", "no-store")
    if isinstance(response, Stream) or response.status_code == 304:
        return response
    if headers.wants_events:
        return events_response(response)
    if headers.prefers_graphql_json:
        response.headers["content-type"] = f"{GRAPHQL_JSON}; charset=utf-8"
    elif response.status_code != 429:
        # In the older media type only the body tells success from failure.
        response.status_code = 200
    return response
