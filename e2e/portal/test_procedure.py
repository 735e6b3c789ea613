"""The customer's procedure from the purchase to the activation, with a second window that shows each count live."""

from playwright.async_api import expect

from e2e.portal.conftest import Desk, OpenWindow
from e2e.portal.steps import (
    accept_and_pay,
    assign,
    choose,
    counts,
    empty_cart,
    expect_counts,
    manage,
    put_in_cart,
    row_of,
)


async def test_the_whole_procedure_with_a_second_window(
    desk: Desk, administrator: OpenWindow, anonymous: OpenWindow
) -> None:
    watching = (await administrator("/licenses")).page
    page = (await administrator("/licenses")).page
    await expect(watching.get_by_text("Live", exact=True)).to_be_visible()
    available, assigned, activated, purchased = await counts(watching, "Pro")

    await empty_cart(page)
    await put_in_cart(page, "Pro", 2)
    await page.get_by_role("button", name="Validate my purchases").click()
    dialog = page.get_by_role("dialog", name="Confirm your purchase")
    await expect(dialog.get_by_text("2 licenses")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Proceed to purchase")).to_be_disabled()
    await accept_and_pay(page)
    await expect(page.get_by_role("dialog", name="Payment confirmed")).to_be_visible()
    await expect_counts(watching, "Pro", available + 2, assigned, activated, purchased + 2)

    await page.get_by_role("link", name="Assign licenses").click()
    await expect(page).to_have_url(f"{desk.url}/users?show=without")
    await choose(page, page, "Show", "Everybody")
    await assign(page, "Kim Research", "Pro")
    await expect_counts(watching, "Pro", available + 1, assigned + 1, activated, purchased + 2)

    # The mail is read in the demo's mailbox, and its link followed without a session.
    mailbox = (await anonymous("/mailbox")).page
    await mailbox.get_by_role("link", name="A license has been assigned to you: Pro").first.click()
    await mailbox.frame_locator("iframe").get_by_role("link", name="Activate my license").first.click()
    await expect(mailbox).to_have_url(f"{desk.url}/activate")
    await mailbox.get_by_role("button", name="Activate my license").click()
    await expect(mailbox.get_by_role("heading", name="Your license is active")).to_be_focused()
    await expect(mailbox.get_by_role("link", name="Open the installation page")).to_have_attribute("href", desk.url)
    await expect_counts(watching, "Pro", available + 1, assigned + 1, activated + 1, purchased + 2)
    # The list of the first window is refetched, too.
    await expect(row_of(page, "Kim Research").get_by_text("Activated")).to_be_visible()

    await watching.get_by_role("button", name="activated. Show by whom").last.click()
    await expect(watching.get_by_role("dialog").get_by_text("kim@example.com")).to_be_visible()
    await watching.keyboard.press("Escape")


async def test_a_license_is_changed_transferred_and_removed(desk: Desk, administrator: OpenWindow) -> None:
    page = (await administrator("/users")).page
    watching = (await administrator("/licenses")).page
    eco, advanced = await counts(watching, "Eco"), await counts(watching, "Advanced")

    dialog = await manage(page, "Alex Accounting")
    await dialog.get_by_role("button", name="Change the package").click()
    await dialog.locator("label").filter(has_text="Advanced").click()
    await dialog.get_by_role("button", name="Change", exact=True).click()
    await expect(page.get_by_text("Alex Accounting now holds Advanced.")).to_be_visible()
    await expect_counts(watching, "Eco", eco[0] + 1, eco[1] - 1, eco[2], eco[3])
    await expect_counts(watching, "Advanced", advanced[0] - 1, advanced[1] + 1, advanced[2], advanced[3])

    dialog = await manage(page, "Alex Accounting")
    await dialog.get_by_role("button", name="Transfer to somebody else").click()
    await dialog.get_by_role("combobox").fill("camille")
    await expect(page.get_by_text("Nobody without a license matches.")).to_be_visible()
    await dialog.get_by_role("combobox").fill("harp")
    await page.get_by_role("option", name="Harper Legal").click()
    await dialog.get_by_role("button", name="Transfer", exact=True).click()
    await expect(page.get_by_text("Advanced was transferred from Alex Accounting to Harper Legal.")).to_be_visible()
    await expect(row_of(page, "Alex Accounting").get_by_text("No license")).to_be_visible()

    dialog = await manage(page, "Harper Legal")
    await dialog.get_by_role("button", name="Send activation link").click()
    await expect(page.get_by_text("A new activation link was sent to harper@example.com.")).to_be_visible()
    assert "/activate?token=" in await desk.mails.link_for("harper@example.com", "Your new activation link")

    dialog = await manage(page, "Harper Legal")
    await dialog.get_by_role("button", name="Remove the license").click()
    await expect(dialog.get_by_role("button", name="Back")).to_be_focused()
    await dialog.get_by_role("button", name="Remove the license of Harper Legal").click()
    await expect(page.get_by_text("The license of Harper Legal was removed")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect_counts(watching, "Advanced", *advanced)


async def test_a_payment_that_the_bank_confirms_later_is_polled(administrator: OpenWindow) -> None:
    page = (await administrator("/licenses")).page
    await empty_cart(page)
    await put_in_cart(page, "Eco", 1)
    await page.get_by_role("button", name="Validate my purchases").click()
    await accept_and_pay(page, "Visa: the bank asks first, accepted after a few seconds")
    await expect(page.get_by_role("dialog", name="The bank is confirming the payment")).to_be_visible()
    await expect(page.get_by_role("dialog", name="Payment confirmed")).to_be_visible(timeout=20_000)
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="Past purchases").click()
    await expect(page.get_by_role("row").nth(1).get_by_text("Paid")).to_be_visible()


async def test_a_standard_user_sees_their_own_license_and_sessions_alone(desk: Desk, anonymous: OpenWindow) -> None:
    window = await anonymous("/sign-in")
    page = window.page
    await page.get_by_label("E-mail address").fill("camille@example.com")
    await page.get_by_role("button", name="Send me a link").click()
    await page.goto(await desk.mails.link_for("camille@example.com", "Votre lien de connexion"))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{desk.url}/profile")
    await expect(page.get_by_text("Waiting for activation")).to_be_visible()
    assert await page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts() == [
        "My license",
        "Sessions",
    ]
    for path in ("/licenses", "/users", "/purchases", "/domains"):
        await page.goto(desk.url + path)
        await expect(page).to_have_url(f"{desk.url}/profile")
    await page.goto(f"{desk.url}/sessions")
    await expect(page.get_by_text("This window")).to_be_visible()
