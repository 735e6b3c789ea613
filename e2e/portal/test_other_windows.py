"""A cart and its purchase in several windows: a paid cart is gone from all, and a pending payment is shown in all."""

import asyncio

from playwright.async_api import Page, Route, expect

from e2e.portal.conftest import Desk, OpenWindow
from e2e.portal.steps import accept_and_pay, buy, expect_counts, open_account, put_in_cart

BANK = "Visa: the bank asks first, accepted after a few seconds"


async def second_window(page: Page) -> Page:
    """Another window of the same browser."""
    other = await page.context.new_page()
    await other.goto(page.url)
    return other


async def validate(page: Page) -> None:
    await page.get_by_role("button", name="Validate my purchases").click()
    await expect(page.get_by_role("dialog", name="Confirm your purchase")).to_be_visible()


async def test_a_paid_cart_is_gone_here_and_in_every_other_window(desk: Desk, anonymous: OpenWindow) -> None:
    page = await open_account(desk, anonymous, "windows@example.edu")
    other = await second_window(page)
    elsewhere = (await anonymous("/licenses", storage_state=await page.context.storage_state())).page
    # A filled cart is shown in the other windows, at once in those of this browser.
    await put_in_cart(page, "Eco", 2)
    await expect(other.get_by_role("button", name="Remove Eco from the cart")).to_be_visible()
    await elsewhere.reload()
    await expect(elsewhere.get_by_role("button", name="Remove Eco from the cart")).to_be_visible()
    await expect(elsewhere.get_by_text("Live", exact=True)).to_be_visible()

    await validate(page)
    await accept_and_pay(page)
    await expect(page.get_by_role("dialog", name="Payment confirmed")).to_be_visible()
    for window in (page, other, elsewhere):
        await expect(window.get_by_text("Your cart is empty")).to_be_visible()
        await expect(window.get_by_text("Validate my purchases")).to_have_count(0)


async def test_a_quantity_that_is_being_typed_stays_when_the_cart_changes_in_another_window(
    desk: Desk, anonymous: OpenWindow
) -> None:
    page = await open_account(desk, anonymous, "typing@example.edu")
    other = await second_window(page)
    await put_in_cart(page, "Pro", 3)
    line = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Remove Pro from the cart"))
    field = line.get_by_role("textbox", name="Quantity of Pro")
    await field.fill("2")
    await put_in_cart(other, "Eco", 1)
    await expect(page.get_by_role("button", name="Remove Eco from the cart")).to_be_visible()
    await expect(field).to_have_value("2")
    await field.press("Enter")
    await expect(other.get_by_role("textbox", name="Quantity of Pro").last).to_have_value("2")


async def test_a_pending_payment_is_shown_and_its_cart_cannot_be_validated_meanwhile(
    desk: Desk, anonymous: OpenWindow
) -> None:
    page = await open_account(desk, anonymous, "waiting@example.edu")
    other = await second_window(page)
    await put_in_cart(page, "Pro", 1)
    await validate(page)
    await accept_and_pay(page, BANK)
    await expect(page.get_by_role("dialog", name="The bank is confirming the payment")).to_be_visible()
    await expect(other.get_by_role("status").filter(has_text="The bank is confirming the payment of")).to_be_visible()
    await expect(other.get_by_role("button", name="Validate my purchases")).to_be_disabled()
    await expect(page.get_by_role("dialog", name="Payment confirmed")).to_be_visible(timeout=30_000)
    await page.keyboard.press("Escape")
    for window in (page, other):
        await expect(window.get_by_text("Your cart is empty")).to_be_visible()
        await expect(window.get_by_text("The bank is confirming the payment of")).to_have_count(0)

    # After its dialog is closed, the window shows the same. A window in the background closes no dialog.
    await page.bring_to_front()
    await put_in_cart(page, "Eco", 1)
    await validate(page)
    await accept_and_pay(page, BANK)
    await expect(page.get_by_role("dialog", name="The bank is confirming the payment")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("status").filter(has_text="The bank is confirming the payment of")).to_be_visible()
    await expect(page.get_by_role("button", name="Validate my purchases")).to_be_disabled()


async def test_a_replaced_purchase_is_shown(desk: Desk, anonymous: OpenWindow) -> None:
    page = await open_account(desk, anonymous, "replaced@example.edu")
    await put_in_cart(page, "Eco", 1)
    await validate(page)
    await expect(page.get_by_text("is replaced by this one")).to_have_count(0)
    await page.keyboard.press("Escape")
    await validate(page)
    notice = page.get_by_role("dialog").get_by_role("status").filter(has_text="is replaced by this one")
    await expect(notice).to_contain_text("validated before, is replaced by this one. Nothing was charged for it.")


async def test_every_request_names_the_chosen_language(desk: Desk, anonymous: OpenWindow) -> None:
    page = await open_account(desk, anonymous, "language@example.edu")

    async def sent_language() -> str:
        async with page.expect_request("**/graphql") as request:
            await page.reload()
        return (await (await request.value).all_headers())["accept-language"]

    assert await sent_language() == "en"
    await page.get_by_role("button", name="Français").click()
    assert await sent_language() == "fr-CA"


async def test_the_names_of_packages_follow_the_language_at_once(desk: Desk, anonymous: OpenWindow) -> None:
    page = await open_account(desk, anonymous, "names@example.edu")
    # Another browser, which goes on in English.
    buying = (await anonymous("/licenses", storage_state=await page.context.storage_state())).page
    await buy(page, "Advanced", 2)
    await expect_counts(page, "Advanced", 2, 0, 0, 2)
    await page.get_by_role("button", name="Français").click()
    await expect_counts(page, "Avancé", 2, 0, 0, 2)
    await expect(page.get_by_role("article", name="Avancé")).to_be_visible()
    # Counts that are pushed from now on have the new names, too.
    await buy(buying, "Advanced", 1)
    await expect_counts(page, "Avancé", 3, 0, 0, 3)
    await expect(page.get_by_text("Advanced")).to_have_count(0)


async def test_a_cart_that_was_read_before_it_was_filled_does_not_empty_it_again(
    desk: Desk, anonymous: OpenWindow
) -> None:
    page = await open_account(desk, anonymous, "late@example.edu")
    read, filled = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        if (route.request.post_data_json or {}).get("operationName") != "Cart" or read.is_set():
            await route.continue_()
            return
        response = await route.fetch()
        read.set()
        await filled.wait()
        await route.fulfill(response=response)

    await page.route("**/graphql", late)
    await page.get_by_role("button", name="Français").click()
    await page.get_by_role("button", name="English").click()
    await read.wait()
    await page.get_by_role("button", name="Add Eco").click()
    await expect(page.get_by_role("status").filter(has_text="1 Eco license added to the cart")).to_be_attached()
    filled.set()
    await expect(page.get_by_role("button", name="Remove Eco from the cart")).to_be_visible()
