"""Changing a role: it needs a confirmation that explains the consequences."""

from playwright.async_api import Locator, Page, expect

from e2e.portal.conftest import Desk, OpenWindow
from e2e.portal.steps import row_of
from e2e.portal.test_announced import FRENCH

MORE = "More for Kim Research"


async def choose_role(page: Page, choice: str) -> Locator:
    """Choose an item of the menu by keyboard; returns the confirmation dialog."""
    await page.get_by_role("button", name=MORE).focus()
    await page.keyboard.press("Enter")
    item = page.get_by_role("menuitem", name=choice)
    await item.focus()
    await page.keyboard.press("Enter")
    return page.get_by_role("alertdialog")


async def test_a_change_of_role_needs_a_confirmation_that_explains_it(administrator: OpenWindow) -> None:
    page = (await administrator("/users?search=kim")).page
    role = row_of(page, "Kim Research").locator("td").nth(1)
    dialog = await choose_role(page, "Make administrator")
    await expect(dialog).to_have_accessible_name("Make Kim Research an administrator?")
    await expect(dialog).to_have_accessible_description(
        "Kim Research can then do everything in the account Example Company that you can: buy licenses in its name,"
        " assign and remove them, add users, name other administrators, and manage domains, sessions and API keys."
        " The license of Kim Research stays as it is."
    )
    # A second press of Enter does nothing.
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    await expect(page.get_by_role("button", name=MORE)).to_be_focused()
    await page.reload()
    await expect(role).to_have_text("Standard user")

    dialog = await choose_role(page, "Make administrator")
    await page.keyboard.press("Tab")
    await expect(dialog.get_by_role("button", name="Make administrator")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Kim Research: Administrator.")).to_be_visible()
    await expect(role).to_have_text("Administrator")
    await expect(page.get_by_role("button", name=MORE)).to_be_focused()

    dialog = await choose_role(page, "Make standard user")
    await expect(dialog).to_have_accessible_name("Make Kim Research a standard user?")
    await expect(dialog).to_have_accessible_description(
        "Kim Research can then no longer buy licenses or manage users, licenses and domains of the account Example"
        " Company, and sees nothing but their own license and sessions. That license, and the API keys that they"
        " made, stay as they are."
    )
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("alertdialog")).to_have_count(0)
    await expect(role).to_have_text("Administrator")
    dialog = await choose_role(page, "Make standard user")
    await dialog.get_by_role("button", name="Make standard user").click()
    await expect(role).to_have_text("Standard user")


async def test_the_confirmation_is_in_french(administrator: OpenWindow) -> None:
    page = (await administrator("/users?search=kim", locale=FRENCH)).page
    await page.get_by_role("button", name="Autres actions\u00a0: Kim Research").click()
    await page.get_by_role("menuitem", name="Nommer administrateur").click()
    dialog = page.get_by_role("alertdialog", name="Nommer Kim Research administrateur?")
    await expect(dialog).to_have_accessible_description(
        "Kim Research pourra tout faire dans le compte Example Company, comme vous\u00a0: acheter des"
        " licences en son nom, les attribuer et les retirer, ajouter des utilisateurs, nommer d’autres"
        " administrateurs et gérer les domaines, les sessions et les clés d’API."
        " La licence de Kim Research ne change pas."
    )
    await dialog.get_by_role("button", name="Annuler").click()
    await expect(page.get_by_role("alertdialog")).to_have_count(0)


async def test_the_confirmation_explains_a_change_of_the_viewers_own_role(
    desk: Desk, administrator: OpenWindow, anonymous: OpenWindow
) -> None:
    page = (await administrator("/users?search=kim")).page
    dialog = await choose_role(page, "Make administrator")
    await dialog.get_by_role("button", name="Make administrator").click()
    await expect(page.get_by_text("Kim Research: Administrator.")).to_be_visible()

    own = (await anonymous("/sign-in")).page
    await own.get_by_label("E-mail address").fill("kim@example.com")
    await own.get_by_role("button", name="Send me a link").click()
    await own.goto(await desk.mails.link_for("kim@example.com", "Your sign-in link"))
    await own.get_by_role("button", name="Sign in").click()
    await own.get_by_role("link", name="User management", exact=True).click()
    await own.get_by_role("searchbox").fill("kim")
    dialog = await choose_role(own, "Make standard user")
    await expect(dialog).to_contain_text("This is you. You leave these pages at once, and only another administrator")
    await dialog.get_by_role("button", name="Make standard user").click()
    await expect(own).to_have_url(f"{desk.url}/profile")
    await expect(own.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(
        ["My license", "Sessions"]
    )
