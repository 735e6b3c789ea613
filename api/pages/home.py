"""The home page, and leaving."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from api.callers import exact_address_of
from api.context import Services
from api.cookies import clear_session_cookie, session_cookie
from api.pages.answers import see_other, show
from api.pages.forms import refuse_cross_site
from models.credentials import recognise
from models.errors import Unauthenticated
from models.operations.sign_out import sign_out
from models.reads.accounts import account_by_id
from models.reads.users import users_by_id
from models.viewer import Viewer


@dataclass(frozen=True)
class HomeLink:
    """A place the home page leads to."""

    title: str
    description: str
    href: str


@dataclass(frozen=True)
class HomePage:
    """What Usher is, who is signed in, and where to go."""

    services: Services
    links: list[HomeLink]

    async def show(self, request: Request) -> Response:
        """GET /"""
        viewer = await self._viewer(request)
        signed_in = await _person(viewer) if viewer else None
        return show(request, "home", links=self.links, signed_in=signed_in)

    async def sign_out(self, request: Request) -> Response:
        """POST /sign-out"""
        refuse_cross_site(request)
        if viewer := await self._viewer(request):
            await sign_out(viewer)
        response = see_other(request, "/")
        clear_session_cookie(response, secure=self.services.secure_cookies)
        return response

    async def _viewer(self, request: Request) -> Viewer | None:
        secret = session_cookie(request, secure=self.services.secure_cookies)
        if secret is None:
            return None
        try:
            viewer = (await recognise(secret, exact_address_of(request))).viewer
        except Unauthenticated:
            return None
        # A key in place of a session is nobody's sign-in: who made it is not here.
        return viewer if viewer.api_key_id is None else None


async def _person(viewer: Viewer) -> dict[str, str]:
    users = await users_by_id(viewer.account_id, [viewer.buyer_id])
    account = await account_by_id(viewer.account_id)
    user = users[viewer.buyer_id]
    return {"name": user.full_name, "email": user.email, "account": account.name}
