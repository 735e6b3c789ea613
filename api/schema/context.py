"""The context of resolvers: the viewer, the loaders of the operation, and the services of the process."""

import asyncio
from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID

from starlette.requests import HTTPConnection
from strawberry.types import Info as StrawberryInfo

from api.auth.client_address import anonymous_caller
from api.auth.credentials import Credential, header_in
from api.auth.csrf import Origins
from api.auth.recent_viewers import RecentViewers
from api.documents.policy import DEFAULT_RULES, DocumentRules
from api.http.headers import ACCEPT_LANGUAGE, header, header_fields
from api.http.languages import preferred_language
from api.http.responses import ResponseHead
from api.limits import DEFAULT_LIMITS, Limits
from api.schema.loaders import Loaders, package_loader
from engine.breadth_first.loaders import Loader
from models.access.anonymous_caller import AnonymousCaller
from models.access.credentials import Authenticated, authenticate, reauthenticate
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
    """The services and settings of the process."""

    feed: Feed
    provider: PaymentProvider
    origins: Origins
    limits: Limits = DEFAULT_LIMITS
    documents: DocumentRules = DEFAULT_RULES
    get_queries: bool = False
    # Set when the process shuts down.
    shutdown: asyncio.Event = field(default_factory=asyncio.Event)

    @cached_property
    def budgets(self) -> Budgets:
        """The budgets of sessions, API keys, accounts and addresses."""
        limits = self.limits
        return Budgets(limits.cost_per_minute, limits.account_cost_per_minute, limits.anonymous_cost_per_minute)

    @cached_property
    def recent_viewers(self) -> RecentViewers:
        """The recently authenticated viewers."""
        return RecentViewers()


@dataclass
class Context:
    """One operation's context: its services, its viewer and its loaders.

    `response` collects the header fields of an HTTP response; on a WebSocket there is none. `refused` is the reason
    why there is no viewer. `recent_credential` is set while the viewer is one of `RecentViewers`.
    """

    services: Services
    connection: HTTPConnection
    response: ResponseHead | None
    viewer: Viewer | None = None
    refused: Unauthenticated | None = None
    recent_credential: Credential | None = None
    # The account's and the catalogue's versions when the viewer was authenticated.
    authenticated: Authenticated | None = None
    budget: Budget | None = None
    connection_params: dict[str, object] = field(default_factory=dict)
    _packages: Loader[UUID, Package] | None = None
    _loaders: dict[UUID, Loaders] = field(default_factory=dict)

    async def authenticate(self, credential: Credential | None) -> None:
        """Set the viewer of a credential; if it is refused, `require_viewer` raises the reason."""
        if credential is None:
            return
        self.viewer = self.refused = self.authenticated = None
        try:
            self.authenticated = await authenticate(credential.secret, credential.address)
            self.viewer = self.authenticated.viewer
        except Unauthenticated as error:
            self.refused = error
            self.services.recent_viewers.forget(credential)
        else:
            self.services.recent_viewers.remember(credential, self.viewer)

    async def reuse_recent_viewer(self, credential: Credential | None, cost: int) -> None:
        """Set a recently authenticated viewer, unless the budget has no room for the cost; else authenticate."""
        viewer = self.services.recent_viewers.find(credential) if credential else None
        if viewer is None or not self._has_room(viewer, cost):
            await self.authenticate(credential)
        else:
            self.viewer, self.recent_credential = viewer, credential

    def _has_room(self, viewer: Viewer, cost: int) -> bool:
        budgets = self.services.budgets
        return budgets.has_room(budgets.of_viewer(viewer.budget_id, viewer.account_id), cost)

    async def revalidate(self) -> None:
        """Authenticate the credential again; it may have no viewer any more."""
        if self.recent_credential is None:
            await self._reauthenticate()
            return
        await self.authenticate(self.recent_credential)
        self.recent_credential = None
        if self.viewer is None and self.response is not None:
            # The response to a refused credential shows no budget.
            self.response.raw_headers.clear()

    async def _reauthenticate(self) -> None:
        try:
            self.viewer = await reauthenticate(self.require_viewer())
        except Unauthenticated as error:
            self.viewer, self.refused = None, error

    async def for_next_operation(self) -> "Context":
        """The context of another operation, with empty loaders; on a WebSocket the credential is authenticated again.

        A socket carries many operations for hours: none may use the loaders of another, or an ended credential.
        """
        context = replace(self, budget=None, _packages=None, _loaders={})
        if self.viewer is not None and self.connection.scope["type"] == "websocket":
            await context._reauthenticate()  # noqa: SLF001 - another instance of this class
        return context

    def clear_loaders(self) -> None:
        """Replace the loaders by empty ones."""
        self._packages, self._loaders = None, {}

    def cookie_response(self) -> ResponseHead | None:
        """The response on which the session cookie is set; None on a WebSocket, and for a cross-site request."""
        return None if self.services.origins.is_cross_site(self.connection) else self.response

    @property
    def packages(self) -> Loader[UUID, Package]:
        """The loader of packages."""
        if self._packages is None:
            self._packages = package_loader()
        return self._packages

    @cached_property
    def language(self) -> str:
        """The preferred language, else that of the viewer's locale, else English."""
        parameter = header_in(self.connection_params, ACCEPT_LANGUAGE.decode())
        accept_language = parameter or header(header_fields(self.connection.scope["headers"]), ACCEPT_LANGUAGE)
        return preferred_language(accept_language) or language_of(self.viewer.locale if self.viewer else "")

    def caller(self) -> AnonymousCaller:
        """The client's networks, by which anonymous calls are limited."""
        return anonymous_caller(self.connection, self.services.limits)

    def require_viewer(self) -> Viewer:
        """The viewer. Raises Unauthenticated."""
        if self.viewer is None:
            raise self.refused or Unauthenticated()
        return self.viewer

    def require(self, account_id: UUID, permission: Permission) -> Viewer:
        """The viewer, if it has a permission in this account. Raises Unauthenticated, NotPermitted."""
        viewer = self.require_viewer()
        if viewer.account_id != account_id:
            raise NotPermitted(permission)
        viewer.require(permission)
        return viewer

    def loaders(self, account_id: UUID) -> Loaders:
        """The loaders of an account. Resolvers pass the account id of their row, so relations stay in its account."""
        loaders = self._loaders.get(account_id)
        if loaders is None:
            # setdefault would make new loaders for each row.
            loaders = self._loaders[account_id] = Loaders(account_id)
        return loaders


Info = StrawberryInfo[Context, None]
