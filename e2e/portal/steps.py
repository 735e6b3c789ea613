"""The steps of the portal's users."""

import re

from playwright.async_api import Locator, Page, expect

from e2e.portal.conftest import Desk, OpenWindow

COUNTS = ("Available", "Assigned", "Activated", "Purchased")


async def counts(page: Page, package: str) -> tuple[int, ...]:
    """Available, assigned, activated and purchased, as the license table shows them."""
    cells = row_of(page, package).locator("td")
    await expect(cells).to_have_count(len(COUNTS))
    return tuple(int(text) for text in await cells.all_inner_texts())


async def expect_counts(page: Page, package: str, *expected: int) -> None:
    """Wait until the license table shows these counts."""
    cells = row_of(page, package).locator("td")
    await expect(cells).to_have_count(len(expected))
    for cell, count in zip(await cells.all(), expected, strict=True):
        await expect(cell).to_have_text(str(count))


def row_of(page: Page, name: str) -> Locator:
    """The row of a table with this text in its header cell."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader").filter(has_text=name))


async def empty_cart(page: Page) -> None:
    """Remove all lines of the cart."""
    await expect(page.get_by_role("heading", name="Your cart")).to_be_visible()
    await expect(
        page.get_by_text("Your cart is empty").or_(page.get_by_text("Validate my purchases"))
    ).to_be_visible()
    buttons = page.get_by_role("button", name="from the cart")
    while left := await buttons.count():
        await buttons.first.click()
        await expect(buttons).to_have_count(left - 1)


async def put_in_cart(page: Page, package: str, quantity: int) -> None:
    """Choose a package and a quantity, and add them."""
    field = page.get_by_role("article", name=package).get_by_role("textbox")
    await field.fill(str(quantity))
    await page.get_by_role("button", name=f"Add {package}").click()
    await expect(page.get_by_role("button", name=f"Remove {package} from the cart")).to_be_visible()


async def accept_and_pay(page: Page, card: str = "Visa: is accepted") -> None:
    """In the open pop-up: choose the card, tick the box, proceed."""
    dialog = page.get_by_role("dialog")
    await choose(page, dialog, "Test card", card)
    await dialog.locator("label").filter(has_text="I accept").click()
    await dialog.get_by_role("button", name="Proceed to purchase").click()


async def choose(page: Page, within: Locator | Page, label: str, option: str) -> None:
    """Select an option of a select."""
    await within.get_by_role("button", name=re.compile(f"{label}$")).click()
    await page.get_by_role("option", name=option, exact=True).click()


async def manage(page: Page, name: str) -> Locator:
    """Search for a user by name, and open "Manage license"; returns the dialog."""
    await page.get_by_role("searchbox").fill(name)
    await expect(page.get_by_text("1 person", exact=True)).to_be_visible()
    await page.get_by_role("button", name=f"Manage license of {name}").click()
    return page.get_by_role("dialog")


async def assign(page: Page, name: str, package: str) -> None:
    """Assign a license to a user."""
    dialog = await manage(page, name)
    await dialog.locator("label").filter(has_text=package).click()
    await dialog.get_by_role("button", name="Assign").click()
    await expect(page.get_by_text(f"{package} was assigned to {name}")).to_be_visible()


async def remove(page: Page, name: str) -> None:
    """Remove the license of a user, and confirm it."""
    dialog = await manage(page, name)
    await dialog.get_by_role("button", name="Remove the license").click()
    await dialog.get_by_role("button", name="Remove the license of").click()
    await expect(page.get_by_text(f"The license of {name} was removed")).to_be_visible()


async def open_account(desk: Desk, anonymous: OpenWindow, address: str) -> Page:
    """Open an account and follow the mailed link: the license page of Pat Opening, who has bought nothing yet."""
    page = (await anonymous("/open-account")).page
    for label, value in {
        "Name of the business": "Business of Pat",
        "First name": "Pat",
        "Last name": "Opening",
        "E-mail address": address,
    }.items():
        await page.get_by_label(label).fill(value)
    await page.get_by_role("button", name="Open the account").click()
    await expect(page.get_by_role("heading", name="The account is open")).to_be_visible()
    await page.goto(await desk.mails.link_for(address, "is open"))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="License table")).to_be_visible()
    return page


async def buy(page: Page, package: str, quantity: int) -> None:
    """From the cart to the payment, on the license page; the pop-up is closed again."""
    await put_in_cart(page, package, quantity)
    await page.get_by_role("button", name="Validate my purchases").click()
    await accept_and_pay(page)
    await expect(page.get_by_role("dialog", name="Payment confirmed")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
