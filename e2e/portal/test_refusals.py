"""Refusals, each with a way to go on."""

from playwright.async_api import expect

from e2e.portal.conftest import Desk, OpenWindow
from e2e.portal.steps import accept_and_pay, assign, empty_cart, manage, put_in_cart, remove, row_of


async def test_the_last_seat_taken_in_another_window_offers_the_packages_that_have_one(
    administrator: OpenWindow,
) -> None:
    page = (await administrator("/users")).page
    other = (await administrator("/users")).page
    # Its counts are not updated, as in a window whose connection is lost.
    await page.context.route_web_socket("**/graphql", lambda _socket: None)
    await page.reload()
    await assign(other, "Gabriel Finances", "Advanced")
    dialog = await manage(page, "Indigo Design")
    await expect(dialog.get_by_role("radio", name="Advanced")).to_be_disabled()
    await dialog.get_by_role("button", name="Cancel").click()
    await remove(other, "Gabriel Finances")
    await page.reload()

    dialog = await manage(page, "Indigo Design")
    await dialog.locator("label").filter(has_text="Advanced").click()
    await assign(other, "Gabriel Finances", "Advanced")
    await dialog.get_by_role("button", name="Assign").click()
    await expect(dialog.get_by_role("status")).to_contain_text("The last Advanced license has just been assigned")
    await dialog.get_by_role("button", name="Eco: ").click()
    await expect(page.get_by_text("Eco was assigned to Indigo Design")).to_be_visible()
    await remove(page, "Indigo Design")
    await remove(other, "Gabriel Finances")


async def test_a_user_who_got_a_license_meanwhile_is_shown_with_it(administrator: OpenWindow) -> None:
    page = (await administrator("/users")).page
    other = (await administrator("/users")).page
    dialog = await manage(page, "Jules Production")
    await dialog.locator("label").filter(has_text="Advanced").click()
    await assign(other, "Jules Production", "Eco")
    await dialog.get_by_role("button", name="Assign").click()
    await expect(dialog.get_by_text("Jules Production already holds Eco.")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Change the package")).to_be_visible()


async def test_a_declined_card_can_be_followed_by_another(administrator: OpenWindow) -> None:
    page = (await administrator("/licenses")).page
    await empty_cart(page)
    await put_in_cart(page, "Eco", 1)
    await page.get_by_role("button", name="Validate my purchases").click()
    dialog = page.get_by_role("dialog")
    await accept_and_pay(page, "Visa: declined, insufficient funds")
    await expect(dialog.get_by_role("alert")).to_contain_text(
        "declined: there are insufficient funds. Nothing was charged"
    )
    await page.get_by_role("button", name="Test card").click()
    await page.get_by_role("option", name="Mastercard: is accepted").click()
    await dialog.get_by_role("button", name="Proceed to purchase").click()
    await expect(page.get_by_role("dialog", name="Payment confirmed")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Your cart is empty")).to_be_visible()


async def test_a_cart_that_was_changed_elsewhere_shows_what_changed_and_goes_on(administrator: OpenWindow) -> None:
    page = (await administrator("/licenses")).page
    await empty_cart(page)
    await put_in_cart(page, "Eco", 1)
    other = (await administrator("/licenses")).page
    await put_in_cart(other, "Pro", 3)
    await page.get_by_role("button", name="Validate my purchases").click()
    notice = page.get_by_role("status").filter(has_text="The cart was changed in another window")
    await expect(notice).to_contain_text("Pro: 3 added")
    await page.get_by_role("button", name="Go on with the cart as it is now").click()
    await expect(page.get_by_role("dialog").get_by_text("3 licenses")).to_be_visible()

    # Validated again elsewhere, this purchase is replaced.
    await other.get_by_role("button", name="Validate my purchases").click()
    if await other.get_by_role("button", name="Go on with").count():
        await other.get_by_role("button", name="Go on with").click()
    await expect(other.get_by_role("dialog")).to_be_visible()
    await accept_and_pay(page)
    await expect(page.get_by_text("This purchase was given up, or replaced")).to_be_visible()
    await page.get_by_role("button", name="Validate again").click()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Proceed to purchase")).to_be_disabled()
    await page.keyboard.press("Escape")
    await other.keyboard.press("Escape")
    await empty_cart(page)


async def test_a_domain_that_is_not_approved_shows_how_it_can_be(desk: Desk, administrator: OpenWindow) -> None:
    window = await administrator("/users", permissions=["clipboard-read", "clipboard-write"])
    page = window.page

    async def add() -> None:
        await page.get_by_role("button", name="Add a user").click()
        await page.get_by_label("First name").fill("Mika")
        await page.get_by_label("Last name").fill("Example")
        await page.get_by_label("E-mail address").fill("mika@example.net")
        await page.get_by_role("button", name="Add user").click()

    await add()
    await page.get_by_role("link", name="Add example.net").click()
    await expect(page).to_have_url(f"{desk.url}/domains?add=example.net")
    await expect(page.get_by_label("Domain", exact=True)).to_have_value("example.net")
    await page.get_by_role("button", name="Add domain").click()
    await expect(page.get_by_text("example.net was added. Publish its TXT record")).to_be_visible()
    await page.get_by_role("button", name="Copy Value").click()
    await expect(page.get_by_role("button", name="Copy Value")).to_have_text("Copied")
    record = await page.evaluate("navigator.clipboard.readText()")

    await page.get_by_role("link", name="User management").click()
    await add()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("The domain example.net is not approved yet.")).to_be_visible()
    await expect(dialog.get_by_text(record)).to_be_visible()
    await page.get_by_label("E-mail address").fill("mika@example.com")
    await page.get_by_role("button", name="Add user").click()
    await expect(page.get_by_text("Mika Example was added.")).to_be_visible()


async def test_an_address_that_is_taken_leads_to_its_user(administrator: OpenWindow) -> None:
    page = (await administrator("/users")).page
    await page.get_by_role("button", name="Add a user").click()
    await page.get_by_label("First name").fill("Lou")
    await page.get_by_label("Last name").fill("Again")
    await page.get_by_label("E-mail address").fill("lou@example.com")
    await page.get_by_role("button", name="Add user").click()
    await page.get_by_role("button", name="Find them").click()
    await expect(row_of(page, "Lou Marketing")).to_be_visible()
    await expect(page.get_by_text("1 person", exact=True)).to_be_visible()


async def test_the_last_administrator_stays_one(administrator: OpenWindow) -> None:
    page = (await administrator("/users?search=robin")).page
    await page.get_by_role("button", name="More for Robin Administration").click()
    await page.get_by_role("menuitem", name="Make standard user").click()
    question = page.get_by_role("alertdialog")
    await question.get_by_role("button", name="Make standard user").click()
    await expect(question.get_by_role("alert")).to_contain_text("An account keeps at least one administrator.")
    await question.get_by_role("button", name="Cancel").click()
    await expect(row_of(page, "Robin Administration").locator("td").nth(1)).to_have_text("Administrator")
