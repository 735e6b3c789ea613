"""A new user's first steps: sign in, query, subscribe, read the mail, activate. One browser, in this order."""

from typing import Any

from playwright.async_api import Page, expect

from e2e.conftest import Demo, Watched

ANSWER = ".graphiql-response"


async def test_the_printed_link_signs_in_by_a_button(watched: Watched, demo: Demo) -> None:
    page = watched.page
    await page.goto(demo.sign_in_link)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{demo.url}/licenses")
    await expect(page.get_by_text("admin@example.com")).to_be_visible()


async def test_the_explorer_shows_the_viewer_and_runs_queries(watched: Watched, demo: Demo) -> None:
    page = watched.page
    await page.goto(f"{demo.url}/graphiql")
    await expect(page.get_by_role("status").first).to_contain_text("admin@example.com")
    await _open_tab(page, "Packages")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(ANSWER)).to_contain_text('"ADVANCED"')
    await _open_tab(page, "WhoAmI")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(ANSWER)).to_contain_text("Example Company")


async def test_the_explorer_shows_the_descriptions_of_the_schema(watched: Watched) -> None:
    page = watched.page
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await page.get_by_role("link", name="Mutation", exact=True).click()
    await expect(page.get_by_text("Gives one free seat of a package to a user").first).to_be_visible()


async def test_a_live_subscription_receives_an_assignment(watched: Watched) -> None:
    page = watched.page
    await _open_tab(page, "WatchTheCounts")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(ANSWER)).to_contain_text('"snapshot": true')
    await _assign_pro_to(page, "lou@example.com")
    await expect(page.locator(ANSWER)).to_contain_text('"snapshot": false')


async def test_the_mail_is_in_the_mailbox_and_its_link_activates(watched: Watched, demo: Demo) -> None:
    page = watched.page
    await page.goto(f"{demo.url}/mailbox")
    await page.get_by_role("link", name="Pro").filter(has_text="license").first.click()
    mail = page.frame_locator("iframe")
    await mail.get_by_role("link", name="Activate").first.click()
    await page.get_by_role("button", name="Activate my license").click()
    await expect(page.get_by_role("heading")).to_contain_text("active")


async def test_there_were_no_errors_and_no_requests_to_other_hosts(watched: Watched) -> None:
    assert watched.errors == []
    assert watched.foreign == []


async def _open_tab(page: Page, name: str) -> None:
    await page.get_by_role("tab", name=name).click()


async def _assign_pro_to(page: Page, email: str) -> None:
    """Assign from the page itself, with the session cookie, which a script cannot read."""
    found = await _fetch(
        page,
        f'{{ packages {{ id code }} account {{ users(filter: {{search: "{email}"}}) {{ nodes {{ id }} }} }} }}',
    )
    package = next(each["id"] for each in found["packages"] if each["code"] == "PRO")
    user = found["account"]["users"]["nodes"][0]["id"]
    done = await _fetch(
        page,
        f'mutation {{ assignLicense(input: {{userId: "{user}", packageId: "{package}"}}) {{ __typename }} }}',
    )
    assert done["assignLicense"] == {"__typename": "LicenseAssigned"}


async def _fetch(page: Page, query: str) -> dict[str, Any]:
    answer = await page.evaluate(
        """async (query) => (await fetch("/graphql", {
            method: "POST",
            headers: {"content-type": "application/json"},
            body: JSON.stringify({query}),
        })).json()""",
        query,
    )
    assert "errors" not in answer, answer
    return answer["data"]
