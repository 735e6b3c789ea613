"""What a resolver can reach: who asks, the loaders of this operation, and the services of this process."""

import asyncio
from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID

from starlette.requests import HTTPConnection
from starlette.responses import Response
from strawberry.types import Info as StrawberryInfo

from api.auth.client_address import caller_of
from api.auth.credentials import SentSecret, header_in
from api.auth.csrf import Origins
from api.auth.recent_viewers import CallersSeen
from api.documents.policy import DEFAULT_RULES, DocumentRules
from api.http.headers import ACCEPT_LANGUAGE, header, header_fields
from api.http.languages import preferred_language
from api.limits import DEFAULT_LIMITS, Limits
from api.schema.loaders import Loaders, package_loader
from engine.breadth_first.loaders import Loader
from models.access.anonymous_caller import Caller
from models.access.credentials import Recognised, recognise, still_signed_in
from models.access.viewer import Viewer
from models.errors import NotPermitted, Unauthenticated
from models.events.seat_feed import Feed
from models.limits.cost_budgets import Budget, Budgets
from models.permissions import Permission
from models.rules.payment_provider import PaymentProvider
from models.tables import Package
from models.text.languages import language_of


@dataclass(frozen=True)
class Services:
    """What the process provides: the live feed, the payment provider, its origins, and what it allows."""

    feed: Feed
    provider: PaymentProvider
    origins: Origins
    limits: Limits = DEFAULT_LIMITS
    documents: DocumentRules = DEFAULT_RULES
    get_queries: bool = False
    # Set once the process is to end.
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    @cached_property
    def budgets(self) -> Budgets:
        """What each session, API key, account and address has spent."""
        limits = self.limits
        return Budgets(limits.cost_per_minute, limits.account_cost_per_minute, limits.anonymous_cost_per_minute)

    @cached_property
    def callers_seen(self) -> CallersSeen:
        """Who called lately."""
        return CallersSeen()


@dataclass
class Context:
    """One operation's context. `response` carries cookies of a request; on a WebSocket there is none."""

    services: Services
    connection: HTTPConnection
    response: Response | None
    viewer: Viewer | None = None
    # Why there is no viewer, and at which versions the account was when there is one.
    refused: Unauthenticated | None = None
    # Where the viewer is who they were when they called before: by what they are remembered.
    recalled: SentSecret | None = None
    recognised: Recognised | None = None
    budget: Budget | None = None
    connection_params: dict[str, object] = field(default_factory=dict)
    _packages: Loader[UUID, Package] | None = None
    _loaders: dict[UUID, Loaders] = field(default_factory=dict)

    async def recognise(self, sent: SentSecret | None) -> None:
        """Find out who calls with a secret; where nobody does, keep why, for whatever needs a viewer."""
        if sent is None:
            return
        self.viewer = self.refused = self.recognised = None
        try:
            self.recognised = await recognise(sent.secret, sent.address)
            self.viewer = self.recognised.viewer
        except Unauthenticated as error:
            self.refused = error
            self.services.callers_seen.forget(sent)
        else:
            self.services.callers_seen.remember(sent, self.viewer)

    async def recall(self, sent: SentSecret | None, cost: int) -> None:
        """The same for what looks again by itself: who called a moment ago need not be found out now.

        Unless they will be told that it costs too much.
        """
        viewer = self.services.callers_seen.recall(sent) if sent else None
        if viewer is None or not self._has_room(viewer, cost):
            await self.recognise(sent)
        else:
            self.viewer, self.recalled = viewer, sent

    def _has_room(self, viewer: Viewer, cost: int) -> bool:
        budgets = self.services.budgets
        return budgets.has_room(budgets.of_viewer(viewer.budget_id, viewer.account_id), cost)

    async def look_again(self) -> None:
        """Have the viewer be who they are now, if anybody."""
        if self.recalled is None:
            await self._look_at_viewer()
            return
        await self.recognise(self.recalled)
        self.recalled = None
        if self.viewer is None and self.response is not None:
            # Nobody is told of the budget that their credential had.
            self.response.raw_headers.clear()

    async def _look_at_viewer(self) -> None:
        try:
            self.viewer = await still_signed_in(self.require_viewer())
        except Unauthenticated as error:
            self.viewer, self.refused = None, error

    async def fresh(self) -> "Context":
        """The same for another operation, with loaders that have read nothing yet; on a WebSocket, with the viewer
        as of now.

        A socket lives for hours and carries many operations: what one read must not answer the next, and a
        credential that has ended must not go on.
        """
        context = replace(self.afresh(), budget=None)
        if self.viewer is not None and self.connection.scope["type"] == "websocket":
            await context._look_at_viewer()  # noqa: SLF001 - another of the same class
        return context

    def afresh(self) -> "Context":
        """The same, with loaders that have read nothing yet."""
        return replace(self, _packages=None, _loaders={})

    def forget(self) -> None:
        """Have what was read be read again when it is asked for again."""
        self._packages, self._loaders = None, {}

    def cookie_response(self) -> Response | None:
        """The response to set the session cookie on; None on a WebSocket, and for a page of another site."""
        return None if self.services.origins.is_cross_site(self.connection) else self.response

    @property
    def packages(self) -> Loader[UUID, Package]:
        """The loader of packages."""
        if self._packages is None:
            self._packages = package_loader()
        return self._packages

    @cached_property
    def language(self) -> str:
        """The language of the reader: the preferred one, else that of the viewer's locale, else English."""
        asked = header_in(self.connection_params, ACCEPT_LANGUAGE.decode())
        given = asked or header(header_fields(self.connection.scope), ACCEPT_LANGUAGE)
        return preferred_language(given) or language_of(self.viewer.locale if self.viewer else "")

    def caller(self) -> Caller:
        """Who calls, whether signed in or not."""
        return caller_of(self.connection, self.services.limits)

    def require_viewer(self) -> Viewer:
        """The viewer. Raises Unauthenticated."""
        if self.viewer is None:
            raise self.refused or Unauthenticated()
        return self.viewer

    def require(self, account_id: UUID, permission: Permission) -> Viewer:
        """The viewer, who must have a permission in this very account. Raises Unauthenticated, NotPermitted."""
        viewer = self.require_viewer()
        if viewer.account_id != account_id:
            raise NotPermitted(permission)
        viewer.require(permission)
        return viewer

    def loaders(self, account_id: UUID) -> Loaders:
        """The loaders of an account. Rows hand in their own account's id, so a relation never leaves it."""
        known = self._loaders.get(account_id)
        if known is None:
            # Not by setdefault, which would make new ones for each row that asks.
            known = self._loaders[account_id] = Loaders(account_id)
        return known


Info = StrawberryInfo[Context, None]
