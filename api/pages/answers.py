"""What a handler answers with: a page in the visitor's language, or the way to another page."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.pages.forms import Refused, mark_as_own_page
from api.pages.language import SPOKEN, chosen_language, language_of, texts
from api.pages.templates import PRIVATE_HEADERS, Templates

Handler = Callable[[Request], Awaitable[Response]]

_templates = Templates()


def endpoint(handler: Handler, *, secure_cookies: bool) -> Handler:
    """A handler whose refusals become pages, and whose pages may post forms."""

    async def answer(request: Request) -> Response:
        try:
            response = await handler(request)
        except Refused as refused:
            response = show_message(request, "refused", refused.why, status=refused.status, href=_link(request, "/"))
        mark_as_own_page(request, response, secure=secure_cookies)
        return response

    return answer


def show(request: Request, template: str, *, status: int = 200, **facts: Any) -> Response:
    """A page in the visitor's language."""
    return _templates.page(
        template,
        language=language_of(request),
        status=status,
        link=partial(_link, request),
        switch=_switch(request) if request.method in {"GET", "HEAD"} else None,
        **facts,
    )


def show_message(request: Request, *path: str, status: int = 200, href: str | None = None) -> Response:
    """A page that only says something: the sentences under `path`, and a button that leads to `href`."""
    message = texts(language_of(request))
    for name in path:
        message = message[name]
    return show(request, "message", status=status, message=message, href=href)


def see_other(request: Request, path: str) -> Response:
    """Have the browser get another page."""
    return RedirectResponse(_link(request, path), 303, PRIVATE_HEADERS)


def _link(request: Request, path: str) -> str:
    """A page of ours, in the language the visitor chose."""
    chosen = chosen_language(request)
    return f"{path}?lang={chosen.partition('-')[0]}" if chosen else path


def _switch(request: Request) -> str:
    """This page in the other language."""
    current = language_of(request)
    other = next(name for name, language in SPOKEN.items() if language != current)
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*kept, ('lang', other)])}"
