"""Asking for a sign-in link, and following one."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from api.callers import caller_of, client_of
from api.context import Services
from api.cookies import set_session_cookie
from api.pages.answers import see_other, show
from api.pages.forms import Refused, read_form, well_formed_token
from models.errors import InvalidInput, RateLimited, TokenInvalid
from models.operations.complete_sign_in import complete_sign_in
from models.operations.request_sign_in import SIGN_IN_LINK_LIFETIME, request_sign_in
from models.tables import SessionKind

MINUTES = int(SIGN_IN_LINK_LIFETIME.total_seconds() // 60)


@dataclass(frozen=True)
class SignInPages:
    """Passwordless sign-in. Getting a page never uses a token up: programs that check mails follow links."""

    services: Services

    async def show(self, request: Request) -> Response:
        """GET /sign-in: with a token the button that uses it, without one the form that asks for one."""
        if "token" not in request.query_params:
            return _form(request, "ask")
        token = well_formed_token(request.query_params["token"])
        return show(request, "follow_link", purpose="sign_in", action="/sign-in", token=token)

    async def ask(self, request: Request) -> Response:
        """POST /sign-in/request: the same answer whether or not the address is a user's."""
        email = (await read_form(request)).get("email", "").strip()
        try:
            await request_sign_in(email=email, caller=caller_of(request, self.services.limits))
        except RateLimited as error:
            raise Refused(429, "too_often") from error
        except InvalidInput:
            return _form(request, "ask", status=422, email=email, bad=True)
        return show(request, "sign_in_asked", email=email, minutes=MINUTES)

    async def back_to_form(self, request: Request) -> Response:
        """GET /sign-in/request: where a reload of the answer, typed by hand, leads."""
        return see_other(request, "/sign-in")

    async def complete(self, request: Request) -> Response:
        """POST /sign-in"""
        token = well_formed_token((await read_form(request)).get("token"))
        try:
            signed_in = await complete_sign_in(token=token, kind=SessionKind.COOKIE, client=client_of(request))
        except TokenInvalid:
            return _form(request, "dead_link", status=410)
        response = see_other(request, "/")
        set_session_cookie(response, signed_in, secure=self.services.secure_cookies)
        return response


def _form(request: Request, why: str, *, status: int = 200, email: str = "", bad: bool = False) -> Response:
    return show(request, "sign_in", status=status, why=why, email=email, bad=bad, minutes=MINUTES)
