"""A request on its way through the pipeline, and the steps that its executors share."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.types import Scope

from api.auth.credentials import Credential, credential_in_cookie
from api.execution.request_cache import ParsedRequest
from api.http.headers import ACCEPT_LANGUAGE, RequestHeaders, header
from api.http.languages import preferred_language
from api.http.responses import RawResponse, ResponseHead, payload_of, payload_response
from api.schema.context import Context, Services
from models.access.credentials import Authenticated
from models.text.languages import language_of


@dataclass(slots=True)
class Call:
    """One request. `head` collects the header fields of its response while its operation runs."""

    services: Services
    scope: Scope
    headers: RequestHeaders
    request: ParsedRequest
    # The bearer token, else the session cookie.
    credential: Credential | None = None
    head: ResponseHead = field(default_factory=ResponseHead)
    _context: Context | None = None

    def __post_init__(self) -> None:
        self.credential = self.headers.credential or credential_in_cookie(Request(self.scope), self.services.origins)

    @property
    def preferred_language(self) -> str | None:
        """The language of Accept-Language, where the response depends on it."""
        if not self.request.translated:
            return None
        return preferred_language(header(self.headers.fields, ACCEPT_LANGUAGE))

    async def context(self, *, reuse_for_cost: int | None = None) -> Context:
        """The context, with the viewer authenticated; or reused, for an operation of a cost that revalidates it."""
        if self._context is None:
            context = Context(self.services, Request(self.scope), self.head, refused=self.headers.refused)
            if reuse_for_cost is None:
                await context.authenticate(self.credential)
            else:
                await context.reuse_recent_viewer(self.credential, reuse_for_cost)
            self._context = context
        return self._context

    def context_of(self, authenticated: Authenticated) -> Context:
        """The context of a viewer who is authenticated already."""
        viewer = authenticated.viewer
        self._context = Context(
            self.services, Request(self.scope), self.head, viewer=viewer, authenticated=authenticated
        )
        return self._context

    def tag(self, authenticated: Authenticated) -> str | None:
        """The entity tag of the response; None where it has none."""
        return self.request.tag(authenticated, self.preferred_language or language_of(authenticated.viewer.locale))

    def respond(self, result: Any, context: Context) -> RawResponse:
        """The response with the result of resolvers."""
        if not result.errors and context.authenticated is not None:
            self.head.raw_headers += self.request.tag_fields(self.tag(context.authenticated))
        return payload_response(payload_of(result), self.head)
