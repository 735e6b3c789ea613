"""A demo of the portal's own, and browser windows that record errors."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, expect

from e2e.conftest import running_demo
from e2e.portal.mails import Mails

WIDE = {"width": 1360, "height": 900}
PHONE = {"width": 360, "height": 740}


@dataclass
class Desk:
    """The running demo, and the mails that it sent."""

    url: str
    sign_in_link: str
    mails: Mails


@dataclass
class Window:
    """A window of a browser of its own, with its problems, which must stay empty."""

    page: Page
    context: BrowserContext
    problems: list[str] = field(default_factory=list)

    def watch(self, page: Page, url: str) -> None:
        """Record each console error, policy violations among them, and each request to another host."""
        page.on(
            "console", lambda message: message.type in {"error", "warning"} and self.problems.append(message.text)
        )
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self._check_request(request, url))

    def _check_request(self, request: Request, url: str) -> None:
        if not request.url.startswith((url, url.replace("http", "ws"))):
            self.problems.append(request.url)
        if "token=" in (request.headers.get("referer") or ""):
            self.problems.append(f"a token was sent to {request.url}")


OpenWindow = Callable[..., Awaitable[Window]]


@pytest.fixture(scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """The demo, on a port and data of its own."""
    folder = tmp_path_factory.mktemp("portal")
    async with running_demo(folder) as demo:
        yield Desk(demo.url, demo.sign_in_link, Mails(folder / "data" / "mailbox"))


@pytest.fixture(scope="session")
async def session(browser: Browser, desk: Desk) -> dict[str, Any]:
    """The cookies of the administrator, who has followed the printed link."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(desk.sign_in_link)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{desk.url}/licenses")
    state = await context.storage_state()
    await context.close()
    return dict(state)


@pytest.fixture
async def anonymous(browser: Browser, desk: Desk) -> AsyncIterator[OpenWindow]:
    """Opens windows of browsers without a session; fails the test if any has a problem."""
    async with windows(browser, desk.url, None) as opened:
        yield opened


@pytest.fixture
async def administrator(browser: Browser, desk: Desk, session: dict[str, Any]) -> AsyncIterator[OpenWindow]:
    """Opens windows of browsers with the administrator's session; fails the test if any has a problem."""
    async with windows(browser, desk.url, session) as opened:
        yield opened


class windows:  # noqa: N801 - it reads as the function it is
    """Windows that are closed, and checked for problems, at the end."""

    def __init__(self, browser: Browser, url: str, state: dict[str, Any] | None, *, may_fail: bool = False) -> None:
        self._browser, self._url, self._state, self._may_fail = browser, url, state, may_fail
        self._opened: list[Window] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> OpenWindow:
        return self._open

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()
        problems = [problem for window in self._opened for problem in window.problems]
        assert self._may_fail or problems == []

    async def _open(self, path: str = "/", **options: Any) -> Window:
        options = {"viewport": WIDE, "storage_state": self._state, "locale": "en-CA", **options}
        context = await self._browser.new_context(**options)
        self._stack.push_async_callback(context.close)
        window = Window(await context.new_page(), context)
        window.watch(window.page, self._url)
        self._opened.append(window)
        await window.page.goto(self._url + path)
        return window


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return (Path(__file__).parent.parent / "clients" / "node_modules" / "axe-core" / "axe.min.js").read_text()
