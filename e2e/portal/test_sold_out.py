"""Packages without an available seat: disabled in the list of packages, with a link to buy more."""

from playwright.async_api import Locator, Page, expect

from e2e.portal.conftest import Desk, OpenWindow
from e2e.portal.steps import assign, buy, manage, open_account, remove


async def expect_choices(dialog: Locator, **available: int) -> None:
    """Expect each package with its count; one without a seat is disabled, and has a link to buy more."""
    await expect(dialog.get_by_role("radio")).to_have_count(len(available))
    for package, count in available.items():
        choice = dialog.get_by_role("radio", name=package)
        await expect(choice).to_have_accessible_name(f"{package} {count} available")
        await (expect(choice).to_be_enabled() if count else expect(choice).to_be_disabled())
        await expect(dialog.get_by_role("link", name=f"Buy {package} licenses")).to_have_count(0 if count else 1)


async def open_manage(page: Page) -> Locator:
    await page.get_by_role("button", name="Manage license of Pat Opening").click()
    return page.get_by_role("dialog")


async def test_a_package_without_seats_is_disabled_and_links_to_the_licenses_page(
    desk: Desk, anonymous: OpenWindow
) -> None:
    buying = await open_account(desk, anonymous, "sold-out@example.edu")
    page = await buying.context.new_page()
    await page.goto(f"{desk.url}/users")
    dialog = await open_manage(page)
    await expect_choices(dialog, Eco=0, Advanced=0, Pro=0)
    await expect(dialog.get_by_role("status")).to_contain_text("No package has a license left to assign.")
    await expect(dialog.get_by_role("button", name="Assign")).to_be_disabled()
    await dialog.locator("label").filter(has_text="Pro").click(force=True)
    await expect(dialog.get_by_role("radio", name="Pro")).not_to_be_checked()

    # After a purchase in another window, it can be chosen at once.
    await buy(buying, "Advanced", 1)
    await expect_choices(dialog, Eco=0, Advanced=1, Pro=0)
    await expect(dialog.get_by_text("No package has a license left")).to_have_count(0)
    await dialog.locator("label").filter(has_text="Advanced").click()
    await dialog.get_by_role("button", name="Assign").click()
    await expect(page.get_by_text("Advanced was assigned to Pat Opening")).to_be_visible()

    dialog = await open_manage(page)
    await dialog.get_by_role("button", name="Change the package").click()
    await expect_choices(dialog, Eco=0, Pro=0)
    await expect(dialog.get_by_role("button", name="Change", exact=True)).to_be_disabled()
    # By keyboard: Tab skips disabled packages, but not their links.
    await expect(dialog.get_by_role("button", name="Back")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(dialog.get_by_role("link", name="Buy Pro licenses")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{desk.url}/licenses")
    await expect(page.get_by_role("heading", name="License management and purchases")).to_be_focused()


async def test_a_selected_package_is_disabled_when_its_last_seat_is_taken(
    desk: Desk, administrator: OpenWindow
) -> None:
    page = (await administrator("/users")).page
    other = (await administrator("/users")).page
    dialog = await manage(page, "Indigo Design")
    await dialog.locator("label").filter(has_text="Advanced").click()
    await expect(dialog.get_by_role("button", name="Assign")).to_be_enabled()
    await assign(other, "Gabriel Finances", "Advanced")
    await expect(dialog.get_by_role("radio", name="Advanced")).to_be_disabled()
    await expect(dialog.get_by_role("button", name="Assign")).to_be_disabled()
    await dialog.locator("label").filter(has_text="Eco").click()
    await expect(dialog.get_by_role("button", name="Assign")).to_be_enabled()
    await dialog.get_by_role("button", name="Cancel").click()
    await remove(other, "Gabriel Finances")
