"""The bar of the explorer: the viewer, the cost and the remaining budget. One browser, in this order."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import httpx2
import pytest
from playwright.async_api import Browser, Locator, Page, Response, expect

from e2e.conftest import Demo, Watched, running_demo, watching

ANSWER = ".graphiql-response"
RUN = 'button[aria-label^="Execute query"]'
MOST = 60_000
RENAMED = " ".join(f"a{number}: package {{ code }}" for number in range(40))
DEAR = f"query Dear {{ account {{ licenses(first: 100) {{ nodes {{ {RENAMED} }} }} }} }}"
CHEAP = "{ account { licenses(first: 100) { nodes { state } } } }"


@pytest.fixture(scope="module")
async def small(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """A demo with a small budget."""
    async with running_demo(tmp_path_factory.mktemp("small"), MAX_COST_PER_MINUTE=str(MOST)) as demo:
        yield demo


@pytest.fixture(scope="module")
async def explorer(browser: Browser, small: Demo) -> AsyncIterator[Watched]:
    async with watching(browser, small.url) as watched:
        yield watched


@pytest.fixture(scope="module")
def state() -> dict[str, str]:
    """Values that one test leaves to a later one."""
    return {}


def viewer_status(page: Page) -> Locator:
    return page.get_by_role("banner").get_by_role("status").nth(0)


def cost_status(page: Page) -> Locator:
    return page.get_by_role("banner").get_by_role("status").nth(1)


async def run(page: Page, tab: str, step: str | None = None) -> Response:
    """Run a tab, or one step of it, and return the response."""
    chosen = page.get_by_role("tab", name=tab)
    # A click on the active tab would discard the text typed just before.
    if await chosen.get_attribute("aria-selected") != "true":
        await chosen.click()
    async with page.expect_response(lambda each: answers(each, step or tab)) as response:
        # If a tab has several steps, the button opens a menu of them, shortly after the tab is shown.
        await page.locator(f"{RUN}[aria-haspopup=menu]" if step else f"{RUN}:not([aria-haspopup])").click()
        if step:
            await page.get_by_role("menuitem", name=step, exact=True).click()
    return await response.value


def answers(response: Response, name: str) -> bool:
    """Whether it is the response to this operation; the page leaves out a name that is not needed."""
    body = json.loads(response.request.post_data or "{}")
    return name in body.get("query", "") and body.get("operationName") in {None, name}


async def paste(page: Page, secret: str) -> None:
    await page.get_by_role("button", name="Token or key", exact=True).click()
    await page.get_by_label("Access token or API key").fill(secret)
    await page.get_by_role("button", name="Use it").click()


async def cost_in_headers(response: Response) -> str:
    headers = await response.all_headers()
    left = int(headers["ratelimit"].partition(";r=")[2].partition(";")[0])
    return f"Cost {int(headers['usher-cost']):,}; {left:,} of {MOST:,} left"


async def test_signed_out_it_links_to_the_sign_in_and_shows_the_budget_of_the_address(
    explorer: Watched, small: Demo
) -> None:
    page = explorer.page
    await page.goto(f"{small.url}/graphiql")
    await expect(viewer_status(page)).to_have_text("Nobody is signed in. Sign in, or paste a token or key:")
    await expect(viewer_status(page).get_by_role("link", name="Sign in")).to_have_attribute("href", "/sign-in")
    await run(page, "Packages")
    await expect(cost_status(page)).to_have_text(re.compile(r"^Cost 20; [\d,]+ of 30,000 left"))


async def test_it_shows_why_a_pasted_text_is_no_key(explorer: Watched) -> None:
    page = explorer.page
    await paste(page, "no key")
    await expect(viewer_status(page)).to_have_text("The access token or API key is not one that was given out here.")
    await page.get_by_role("button", name="Forget token or key").click()
    await expect(viewer_status(page)).to_contain_text("Nobody is signed in.")


async def test_signed_in_it_shows_the_viewer_and_the_cost_of_each_run(explorer: Watched, small: Demo) -> None:
    page = explorer.page
    await page.goto(small.sign_in_link)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{small.url}/licenses")
    await page.goto(f"{small.url}/graphiql")
    await expect(viewer_status(page)).to_have_text(
        "Robin Administration, admin@example.com, Example Company, ADMINISTRATOR"
    )
    for tab in ("WhoAmI", "UsersAndLicenses"):
        response = await run(page, tab, tab if tab == "UsersAndLicenses" else None)
        await expect(cost_status(page)).to_have_text(await cost_in_headers(response))


async def test_the_cost_in_the_bar_is_that_of_the_rate_limit_field(explorer: Watched) -> None:
    page = explorer.page
    limit = (await (await run(page, "WhatIsLeft")).json())["data"]["rateLimit"]
    await expect(cost_status(page)).to_have_text(
        f"Cost {limit['cost']}; {limit['remaining']:,} of {limit['limit']:,} left"
    )


async def test_an_etag_that_is_put_into_headers_is_answered_with_304(explorer: Watched) -> None:
    page = explorer.page
    response = await run(page, "PollTheSeats")
    while not json.loads(response.request.post_data or "{}").get("variables"):
        # The variables, which are part of the request, are loaded shortly after the tab is shown.
        response = await run(page, "PollTheSeats")
    await page.get_by_role("button", name="ETag").click()
    header = await page.locator("#etag code").inner_text()
    assert json.loads(header) == {"If-None-Match": (await response.all_headers())["etag"]}
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Headers").click()
    editor = page.locator(".graphiql-editor-tool .graphiql-editor").nth(1)
    await editor.click()
    await page.keyboard.insert_text(header)
    await expect(editor.locator(".view-lines")).to_contain_text("If-None-Match")
    async with asyncio.timeout(20):
        # The typed headers take effect with a delay, too.
        while (again := await run(page, "PollTheSeats")).status != 304:
            assert again.status == 200
    await expect(cost_status(page)).to_have_text(f"Not changed. {await cost_in_headers(again)}")
    await expect(cost_status(page)).to_contain_text("Cost 1;")
    await expect(page.locator(ANSWER)).to_contain_text("Nothing has changed")


async def test_a_pasted_key_of_one_scope_is_sent_in_place_of_the_cookie(
    explorer: Watched, state: dict[str, str]
) -> None:
    page = explorer.page
    created = await (await run(page, "ApiKeys", "ApiKeyCreate")).json()
    state["key"] = created["data"]["createApiKey"]["secret"]
    await paste(page, state["key"])
    await expect(viewer_status(page)).to_have_text("API key The partner's poll, Example Company; may VIEW_INVENTORY")
    response = await run(page, "WhatIsLeft")
    limit = (await response.json())["data"]["rateLimit"]
    assert limit["remaining"] > MOST - 100, "a key has a budget of its own"
    await expect(cost_status(page)).to_have_text(await cost_in_headers(response))
    refused = await (await run(page, "Purchases")).json()
    assert refused["errors"][0]["extensions"]["code"] == "NOT_PERMITTED"


async def test_a_pasted_key_subscribes_to_the_counts(explorer: Watched) -> None:
    page = explorer.page
    await page.get_by_role("tab", name="WatchTheCounts").click()
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(ANSWER)).to_contain_text('"snapshot": true')
    await expect(cost_status(page)).to_have_text("Charged once, as it begins")
    await page.get_by_role("button", name="Stop query").click()


async def test_a_pasted_key_is_stored_nowhere(explorer: Watched, state: dict[str, str]) -> None:
    page = explorer.page
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "PollTheSeats" in stored
    assert state["key"] not in stored
    await page.reload()
    await expect(viewer_status(page)).to_contain_text("Robin Administration")


async def test_signing_out_in_a_tab_is_shown_in_the_bar_at_once(explorer: Watched) -> None:
    page = explorer.page
    await run(page, "SignIn1Request", "SignIn5SignOut")
    await expect(viewer_status(page)).to_contain_text("Nobody is signed in.")


async def test_there_were_no_errors_and_no_requests_to_other_hosts(explorer: Watched) -> None:
    assert explorer.errors == []
    assert explorer.foreign == []


async def test_beyond_the_budget_it_shows_when_to_retry(
    explorer: Watched, small: Demo, state: dict[str, str]
) -> None:
    page = explorer.page
    await paste(page, state["key"])
    await expect(viewer_status(page)).to_contain_text("API key")
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {state['key']}"}) as http:
        for document in (DEAR, CHEAP):
            while (await http.post(f"{small.url}/graphql", json={"query": document})).status_code != 429:
                pass
    # The budget that comes back meanwhile is not enough for this document.
    await page.get_by_role("tab", name="Packages").click()
    await page.locator(".graphiql-query-editor .graphiql-editor").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(DEAR)
    response = await run(page, "Dear")
    seconds = (await response.all_headers())["retry-after"]
    assert response.status == 429
    await expect(cost_status(page)).to_contain_text(f"Too much was asked for. Come back in {seconds} s, at ")
    await expect(page.locator(ANSWER)).to_contain_text("RATE_LIMITED")
