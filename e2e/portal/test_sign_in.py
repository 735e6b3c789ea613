"""Signing in by a mailed link, losing the session, and coming back."""

from playwright.async_api import expect

from e2e.portal.conftest import Desk, OpenWindow

ADMINISTRATOR = "admin@example.com"
SIGN_IN = "Your sign-in link"


async def request_link(window, address: str) -> None:
    await window.page.get_by_label("E-mail address").fill(address)
    await window.page.get_by_role("button", name="Send me a link").click()
    await expect(window.page.get_by_role("heading", name="Check your e-mail")).to_be_focused()


async def test_a_mailed_link_signs_in_by_its_button_and_leads_back(desk: Desk, anonymous: OpenWindow) -> None:
    window = await anonymous("/users?show=without")
    await expect(window.page).to_have_url(f"{desk.url}/sign-in")
    await expect(window.page.get_by_text("Sign in to open that page.")).to_be_visible()
    await request_link(window, ADMINISTRATOR)
    link = await desk.mails.link_for(ADMINISTRATOR, SIGN_IN)

    # A mail scanner opens the link too, which does not use its token.
    other = await window.context.new_page()
    window.watch(other, desk.url)
    for _ in range(2):
        await other.goto(link)
        await expect(other.get_by_role("button", name="Sign in")).to_be_visible()
        assert other.url == f"{desk.url}/sign-in"
    await other.get_by_role("button", name="Sign in").click()
    await expect(other).to_have_url(f"{desk.url}/users?show=without")
    # The waiting window navigates by itself.
    await expect(window.page.get_by_role("navigation", name="Main")).to_be_visible()


async def test_a_used_or_cut_link_is_explained(desk: Desk, anonymous: OpenWindow, session: dict) -> None:
    used = await anonymous(desk.sign_in_link.removeprefix(desk.url))
    await used.page.get_by_role("button", name="Sign in").click()
    await expect(used.page.get_by_role("heading", name="This link no longer works")).to_be_focused()
    await expect(used.page.get_by_label("E-mail address")).to_be_visible()
    for path in ("/sign-in?token=x", "/activate?token=a%20b", "/activate"):
        cut = await anonymous(path)
        await expect(cut.page.get_by_role("heading", name="This link is incomplete")).to_be_visible()
        assert "token" not in cut.page.url
    invalid = await anonymous("/activate?token=" + "x" * 43)
    await invalid.page.get_by_role("button", name="Activate my license").click()
    await expect(invalid.page.get_by_role("heading", name="This link no longer works")).to_be_focused()


async def test_a_malformed_address_is_shown_beside_the_field(anonymous: OpenWindow) -> None:
    window = await anonymous("/sign-in")
    await window.page.get_by_label("E-mail address").fill("nobody@nowhere")
    await window.page.get_by_role("button", name="Send me a link").click()
    await expect(window.page.get_by_label("E-mail address")).to_have_attribute("aria-invalid", "true")
    await expect(window.page.get_by_text("Enter an e-mail address, such as")).to_be_visible()


async def test_a_session_ended_elsewhere_leads_to_the_sign_in_page_and_back(
    desk: Desk, anonymous: OpenWindow, administrator: OpenWindow
) -> None:
    window = await anonymous("/sign-in")
    await request_link(window, ADMINISTRATOR)
    await window.page.goto(await desk.mails.link_for(ADMINISTRATOR, SIGN_IN))
    await window.page.get_by_role("button", name="Sign in").click()
    await expect(window.page).to_have_url(f"{desk.url}/licenses")
    await window.page.get_by_role("link", name="Domains").click()
    await expect(window.page.get_by_role("heading", name="Domains", exact=True)).to_be_focused()

    other = await administrator("/sessions")
    await expect(other.page.get_by_text("This window")).to_have_count(1)
    await other.page.get_by_role("button", name="End the session of").last.click()
    await expect(other.page.get_by_text("The session has ended")).to_be_visible()

    await window.page.get_by_role("link", name="User management").click()
    await expect(window.page).to_have_url(f"{desk.url}/sign-in")
    await expect(window.page.get_by_text("Your session has ended. Sign in again")).to_be_visible()
    await request_link(window, ADMINISTRATOR)
    await window.page.goto(await desk.mails.link_for(ADMINISTRATOR, SIGN_IN))
    await window.page.get_by_role("button", name="Sign in").click()
    await expect(window.page).to_have_url(f"{desk.url}/users")

    second = await window.context.new_page()
    await second.goto(f"{desk.url}/profile")
    await expect(second.get_by_role("heading", name="My license")).to_be_visible()
    await window.page.get_by_role("button", name="Sign out").click()
    await expect(window.page.get_by_text("You are signed out.")).to_be_visible()
    await expect(second.get_by_text("You signed out in another window.")).to_be_visible()


async def test_an_account_is_opened_and_its_link_mailed(desk: Desk, anonymous: OpenWindow) -> None:
    window = await anonymous("/open-account")
    for label, value in {
        "Name of the business": "Second Example",
        "First name": "Sam",
        "Last name": "Second",
        "E-mail address": "sam@example.org",
    }.items():
        await window.page.get_by_label(label).fill(value)
    await window.page.get_by_role("button", name="Open the account").click()
    await expect(window.page.get_by_role("heading", name="The account is open")).to_be_focused()
    await window.page.goto(await desk.mails.link_for("sam@example.org", "is open"))
    await window.page.get_by_role("button", name="Sign in").click()
    await expect(window.page.get_by_text("Second Example")).to_be_visible()
