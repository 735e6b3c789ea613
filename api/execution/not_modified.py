"""The executor of polls that find nothing changed: 304, by the credential alone."""

from starlette.responses import Response

from api.execution.call import Call
from api.execution.metrics import count
from api.http.etags import IF_NONE_MATCH, is_current
from api.http.headers import header
from api.http.responses import RawResponse
from api.schema.cost_headers import charge_viewer
from models.access.credentials import authenticate

# The least that a call costs.
COST = 1


class NotModified:
    """Answers a query whose If-None-Match names the entity tag that its response would have now."""

    async def execute(self, call: Call) -> Response | None:
        """The response 304. Raises Unauthenticated, RateLimited."""
        request, fields, credential = call.request, call.headers.fields, call.credential
        if request.digest is None or credential is None or IF_NONE_MATCH not in fields or call.headers.wants_events:
            return None
        authenticated = await authenticate(credential.secret, credential.address)
        tag = call.tag(authenticated)
        if tag is None or not is_current(header(fields, IF_NONE_MATCH), tag):
            return None
        cost = charge_viewer(call.services, authenticated.viewer, COST)
        count("not_modified")
        return RawResponse(b"", [*cost, *request.tag_fields(tag)], 304)
