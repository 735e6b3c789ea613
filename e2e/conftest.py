"""The demo as a user starts it, and a real browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.support.running import free_port, running_usher

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]


@dataclass
class Demo:
    """A running demo: where it is, and the link it printed."""

    url: str
    sign_in_link: str


@dataclass
class Watched:
    """A page, with its errors and its requests to other hosts, which must stay empty."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo, on a port and data of its own."""
    async with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@asynccontextmanager
async def running_demo(folder: Path, **settings: str) -> AsyncIterator[Demo]:
    """The demo with its data in this folder, while the block runs."""
    settings = {"PORT": str(free_port()), "DATA_FOLDER": str(folder / "data")} | settings
    async with running_usher("demo", ready="The link signs in once", folder=folder, **settings) as printed:
        link = next(word for word in printed.split() if "/sign-in?token=" in word)
        yield Demo(f"http://127.0.0.1:{settings['PORT']}", link)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def watched(browser: Browser, demo: Demo) -> AsyncIterator[Watched]:
    """A page that records each error of the console and each request to another host."""
    async with watching(browser, demo.url) as watched:
        yield watched


@asynccontextmanager
async def watching(browser: Browser, url: str) -> AsyncIterator[Watched]:
    """Such a page, for the server at this address, while the block runs."""
    context = await browser.new_context(viewport={"width": 1400, "height": 900})
    await context.grant_permissions([])
    watched = Watched(await context.new_page())
    watched.page.on("console", lambda message: message.type == "error" and watched.errors.append(message.text))
    watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
    watched.page.on(
        "request",
        lambda request: (
            request.url.startswith(("http", "ws"))
            and not request.url.startswith((url, url.replace("http", "ws")))
            and watched.foreign.append(request.url)
        ),
    )
    yield watched
    await context.close()
