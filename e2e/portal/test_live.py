"""A server that goes away and comes back, and one that runs trusted documents alone."""

from pathlib import Path

from playwright.async_api import Browser, expect

from e2e.conftest import Demo, running_demo
from e2e.portal.conftest import windows
from e2e.portal.steps import assign, counts, expect_counts
from tests.support.running import free_port


async def test_counts_catch_up_after_a_restart_also_with_trusted_documents_alone(
    browser: Browser, tmp_path: Path
) -> None:
    settings = {"PORT": str(free_port()), "ONLY_TRUSTED_DOCUMENTS": "true"}
    url = f"http://127.0.0.1:{settings['PORT']}"
    # Browsers log an error for each failed request, and there are some while the server is away.
    async with windows(browser, url, None, may_fail=True) as open_window:
        async with running_demo(tmp_path, **settings) as demo:
            page = await signed_in(open_window, demo)
            before = await counts(page, "Eco")
            await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        await expect(page.get_by_text("Reconnecting")).to_be_visible()
        await page.get_by_role("button", name="Add Eco").click()
        await expect(page.get_by_role("alert")).to_contain_text("Usher cannot be reached")

        async with running_demo(tmp_path, **settings) as demo:
            other = await signed_in(open_window, demo)
            await other.get_by_role("link", name="User management", exact=True).click()
            await assign(other, "Kim Research", "Eco")
            await expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=20_000)
            await expect_counts(page, "Eco", before[0] - 1, before[1] + 1, before[2], before[3])
            await page.get_by_role("button", name="Try again").click()
            await expect(page.get_by_role("button", name="Validate my purchases")).to_be_visible()


async def signed_in(open_window, demo: Demo):
    """The page of a window of its own, signed in by the printed link."""
    page = (await open_window(demo.sign_in_link.removeprefix(demo.url))).page
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="License table")).to_be_visible()
    return page
