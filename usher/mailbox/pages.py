"""The mailbox in a browser. A mail's HTML is nobody's we trust: it is shown where it can run and load nothing."""

from datetime import datetime, timedelta
from email.message import EmailMessage

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from models.database.clock import now
from usher.mailbox.mail import header, html_for_frame, html_part, text_part
from usher.mailbox.page import PRIVATE_HEADERS, asset_routes, page
from usher.mailbox.server import Mailbox

REFRESH_SECONDS = 5
SANDBOX = "allow-popups allow-top-navigation-by-user-activation"
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none';"
    f" frame-ancestors 'self'; sandbox {SANDBOX}"
)
SHOWN_HEADERS = ("From", "To", "Date")


def mailbox_routes(mailbox: Mailbox) -> list[Route]:
    """The list, and one mail in three ways: as its reader sees it, as plain text, and as it was sent."""
    pages = _Pages(mailbox)
    return [
        *asset_routes(),
        Route("/mailbox", pages.list_mails),
        Route("/mailbox/{id}", pages.show_mail),
        Route("/mailbox/{id}/html", pages.html),
        Route("/mailbox/{id}/text", pages.show_text),
        Route("/mailbox/{id}/source", pages.show_source),
    ]


class _Pages:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def list_mails(self, _request: Request) -> Response:
        moment = now()
        mails = [(mail, _age(mail.received_at, moment)) for mail in self._mailbox.messages()]
        return page("mailbox", mails=mails, refresh_seconds=REFRESH_SECONDS)

    async def show_mail(self, request: Request) -> Response:
        message = self._read(request)
        if message is None:
            return self._missing()
        part = "text" if html_part(message) is None else "html"
        return self._show(request, message, part, text_part(message))

    async def show_text(self, request: Request) -> Response:
        message = self._read(request)
        if message is None:
            return self._missing()
        return self._show(request, message, "text", text_part(message))

    async def show_source(self, request: Request) -> Response:
        message, source = self._read(request), self._mailbox.source(request.path_params["id"])
        if message is None or source is None:
            return self._missing()
        return self._show(request, message, "source", source.decode("utf-8", "replace"))

    async def html(self, request: Request) -> Response:
        """The HTML part alone, for the frame; its headers hold even when it is opened by itself."""
        message = self._read(request)
        html = html_part(message) if message is not None else None
        if html is None:
            return self._missing()
        headers = PRIVATE_HEADERS | {"Content-Security-Policy": MAIL_POLICY, "X-DNS-Prefetch-Control": "off"}
        return HTMLResponse(html_for_frame(html).encode("utf-8", "replace"), headers=headers)

    def _read(self, request: Request) -> EmailMessage | None:
        return self._mailbox.read(request.path_params["id"])

    def _show(self, request: Request, message: EmailMessage, part: str, text: str | None) -> Response:
        return page(
            "mail",
            address=f"/mailbox/{request.path_params['id']}",
            subject=header(message, "Subject"),
            headers=[(name, header(message, name)) for name in SHOWN_HEADERS],
            part=part,
            has_html=html_part(message) is not None,
            text=text,
            sandbox=SANDBOX,
        )

    def _missing(self) -> Response:
        message = {
            "heading": "There is no such mail",
            "paragraphs": ["It may have been deleted, or the address is not complete."],
            "action": "Show all mails",
        }
        return page("message", status=404, message=message, href="/mailbox")


def _age(at: datetime, moment: datetime) -> str:
    passed = moment - at
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} min ago"
    if passed < timedelta(days=1):
        return f"{passed // timedelta(hours=1)} h ago"
    return f"{at:%Y-%m-%d}"
