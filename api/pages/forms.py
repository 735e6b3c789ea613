"""Reading a posted form, and refusing what did not come from one of our pages."""

import re
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import read_body

LARGEST = 10_000
FORM = "application/x-www-form-urlencoded"
OWN_PAGE_COOKIE = "usher_page"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")


class Refused(Exception):
    """A request that no page of ours sends. `why` names its sentences in the texts."""

    def __init__(self, status: int, why: str) -> None:
        self.status = status
        self.why = why
        super().__init__(why)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form of ours. Raises Refused."""
    refuse_cross_site(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refused(415, "not_a_form")
    try:
        body = await read_body(request, LARGEST)
    except HTTPException as error:
        raise Refused(error.status_code, "too_large" if error.status_code == 413 else "unreadable") from error
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError as error:
        raise Refused(400, "unreadable") from error


def refuse_cross_site(request: Request) -> None:
    """Raise Refused when another site's page sent the form."""
    if _is_cross_site(request):
        raise Refused(403, "cross_site")


def well_formed_token(value: str | None) -> str:
    """A token that could be one of ours. Raises Refused: mail programs cut long links."""
    if value is None or not _TOKEN.fullmatch(value):
        raise Refused(400, "incomplete_link")
    return value


def mark_as_own_page(request: Request, response: Response, *, secure: bool) -> None:
    """Give the browser the cookie that it sends back only with what our own pages ask for.

    With `Referrer-Policy: no-referrer` browsers post forms with `Origin: null`, and over plain HTTP they send no
    Sec-Fetch-Site: there, nothing but a SameSite=Strict cookie tells our forms from those of other sites.
    """
    if OWN_PAGE_COOKIE not in request.cookies:
        response.set_cookie(OWN_PAGE_COOKIE, "1", httponly=True, secure=secure, samesite="strict")


def _is_cross_site(request: Request) -> bool:
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin == "null":
        return OWN_PAGE_COOKIE not in request.cookies
    return origin is not None and origin.partition("://")[2].lower() != request.headers.get("host", "").lower()
