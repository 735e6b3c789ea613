"""The bar of the explorer: who asks, what it cost, what is left. One browser, in this order."""

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
    """A demo of which not much can be asked in a minute."""
    async with running_demo(tmp_path_factory.mktemp("small"), MAX_COST_PER_MINUTE=str(MOST)) as demo:
        yield demo


@pytest.fixture(scope="module")
async def shown(browser: Browser, small: Demo) -> AsyncIterator[Watched]:
    async with watching(browser, small.url) as watched:
        yield watched


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    """What one step leaves to a later one."""
    return {}


def who(page: Page) -> Locator:
    return page.get_by_role("banner").get_by_role("status").nth(0)


def cost(page: Page) -> Locator:
    return page.get_by_role("banner").get_by_role("status").nth(1)


async def run(page: Page, tab: str, step: str | None = None) -> Response:
    """Run a tab, or one step of it, and return what the server answered."""
    chosen = page.get_by_role("tab", name=tab)
    # A tab that is chosen anew forgets what was typed the moment before.
    if await chosen.get_attribute("aria-selected") != "true":
        await chosen.click()
    async with page.expect_response(lambda each: asks(each, step or tab)) as answered:
        # Where a tab has several steps, the button opens a menu of them, a moment after the tab is there.
        await page.locator(f"{RUN}[aria-haspopup=menu]" if step else f"{RUN}:not([aria-haspopup])").click()
        if step:
            await page.get_by_role("menuitem", name=step, exact=True).click()
    return await answered.value


def asks(response: Response, name: str) -> bool:
    """Whether it answers this operation; the page leaves out a name that is not needed."""
    asked = json.loads(response.request.post_data or "{}")
    return name in asked.get("query", "") and asked.get("operationName") in {None, name}


async def paste(page: Page, secret: str) -> None:
    await page.get_by_role("button", name="Token or key", exact=True).click()
    await page.get_by_label("Access token or API key").fill(secret)
    await page.get_by_role("button", name="Use it").click()


async def told_cost(response: Response) -> str:
    headers = await response.all_headers()
    left = int(headers["ratelimit"].partition(";r=")[2].partition(";")[0])
    return f"Cost {int(headers['usher-cost']):,}; {left:,} of {MOST:,} left"


async def test_signed_out_it_says_how_to_sign_in_and_what_the_address_has_left(shown: Watched, small: Demo) -> None:
    page = shown.page
    await page.goto(f"{small.url}/graphiql")
    await expect(who(page)).to_have_text("Nobody is signed in. Sign in, or paste a token or key:")
    await expect(who(page).get_by_role("link", name="Sign in")).to_have_attribute("href", "/sign-in")
    await run(page, "Packages")
    await expect(cost(page)).to_have_text(re.compile(r"^Cost 20; [\d,]+ of 30,000 left"))


async def test_it_says_why_a_pasted_text_is_no_key(shown: Watched) -> None:
    page = shown.page
    await paste(page, "no key")
    await expect(who(page)).to_have_text("The access token or API key is not one that was given out here.")
    await page.get_by_role("button", name="Forget token or key").click()
    await expect(who(page)).to_contain_text("Nobody is signed in.")


async def test_signed_in_it_says_who_and_what_each_run_cost_and_left(shown: Watched, small: Demo) -> None:
    page = shown.page
    await page.goto(small.sign_in_link)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{small.url}/licenses")
    await page.goto(f"{small.url}/graphiql")
    await expect(who(page)).to_have_text("Robin Administration, admin@example.com, Example Company, ADMINISTRATOR")
    for tab in ("WhoAmI", "UsersAndLicenses"):
        response = await run(page, tab, tab if tab == "UsersAndLicenses" else None)
        await expect(cost(page)).to_have_text(await told_cost(response))


async def test_the_cost_told_above_is_the_one_that_the_rate_limit_answers(shown: Watched) -> None:
    page = shown.page
    limit = (await (await run(page, "WhatIsLeft")).json())["data"]["rateLimit"]
    await expect(cost(page)).to_have_text(f"Cost {limit['cost']}; {limit['remaining']:,} of {limit['limit']:,} left")


async def test_an_answer_with_an_etag_is_answered_with_304_when_it_is_put_into_headers(shown: Watched) -> None:
    page = shown.page
    response = await run(page, "PollTheSeats")
    while not json.loads(response.request.post_data or "{}").get("variables"):
        # The editor of the variables is there a moment after the tab, and they are part of what is asked.
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
        # What was typed counts a moment later, too.
        while (again := await run(page, "PollTheSeats")).status != 304:
            assert again.status == 200
    await expect(cost(page)).to_have_text(f"Not changed. {await told_cost(again)}")
    await expect(cost(page)).to_contain_text("Cost 1;")
    await expect(page.locator(ANSWER)).to_contain_text("Nothing has changed")


async def test_a_pasted_key_of_one_scope_asks_in_place_of_the_cookie(shown: Watched, kept: dict[str, str]) -> None:
    page = shown.page
    created = await (await run(page, "ApiKeys", "ApiKeyCreate")).json()
    kept["key"] = created["data"]["createApiKey"]["secret"]
    await paste(page, kept["key"])
    await expect(who(page)).to_have_text("API key The partner's poll, Example Company; may VIEW_INVENTORY")
    response = await run(page, "WhatIsLeft")
    limit = (await response.json())["data"]["rateLimit"]
    assert limit["remaining"] > MOST - 100, "a key has a budget of its own"
    await expect(cost(page)).to_have_text(await told_cost(response))
    refused = await (await run(page, "Purchases")).json()
    assert refused["errors"][0]["extensions"]["code"] == "NOT_PERMITTED"


async def test_a_pasted_key_follows_the_counts(shown: Watched) -> None:
    page = shown.page
    await page.get_by_role("tab", name="WatchTheCounts").click()
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(ANSWER)).to_contain_text('"snapshot": true')
    await expect(cost(page)).to_have_text("Charged once, as it begins")
    await page.get_by_role("button", name="Stop query").click()


async def test_a_pasted_key_is_stored_nowhere(shown: Watched, kept: dict[str, str]) -> None:
    page = shown.page
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "PollTheSeats" in stored
    assert kept["key"] not in stored
    await page.reload()
    await expect(who(page)).to_contain_text("Robin Administration")


async def test_signing_out_in_a_tab_is_told_above_at_once(shown: Watched) -> None:
    page = shown.page
    await run(page, "SignIn1Request", "SignIn5SignOut")
    await expect(who(page)).to_contain_text("Nobody is signed in.")


async def test_nothing_went_wrong_and_nobody_else_was_asked(shown: Watched) -> None:
    assert shown.errors == []
    assert shown.foreign == []


async def test_beyond_the_budget_it_says_when_to_come_back(shown: Watched, small: Demo, kept: dict[str, str]) -> None:
    page = shown.page
    await paste(page, kept["key"])
    await expect(who(page)).to_contain_text("API key")
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {kept['key']}"}) as http:
        for document in (DEAR, CHEAP):
            while (await http.post(f"{small.url}/graphql", json={"query": document})).status_code != 429:
                pass
    # Of what is dear enough, no minute that passes meanwhile brings back enough.
    await page.get_by_role("tab", name="Packages").click()
    await page.locator(".graphiql-query-editor .graphiql-editor").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(DEAR)
    response = await run(page, "Dear")
    seconds = (await response.all_headers())["retry-after"]
    assert response.status == 429
    await expect(cost(page)).to_contain_text(f"Too much was asked for. Come back in {seconds} s, at ")
    await expect(page.locator(ANSWER)).to_contain_text("RATE_LIMITED")
