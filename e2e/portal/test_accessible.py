"""Accessibility: by axe-core, by keyboard alone, on a phone, in French, in light and in dark."""

from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from e2e.portal.conftest import PHONE, WIDE, Desk, OpenWindow
from e2e.portal.steps import empty_cart, put_in_cart

PAGES = ["/licenses", "/purchases", "/users", "/domains", "/sessions", "/profile"]
OPEN_PAGES = ["/sign-in", "/open-account", "/activate", "/activate?token=" + "x" * 43]
SERIOUS = {"serious", "critical"}


async def serious_violations(page: Page, axe: str) -> list[str]:
    """The serious violations that axe-core finds on a page, once its animations have ended."""
    await page.evaluate("() => Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)))")
    await page.evaluate(axe + "; null")
    found: dict[str, Any] = await page.evaluate("axe.run()")
    return [
        f"{each['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for each in found["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


async def is_not_wider_than_the_window(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= await page.evaluate("window.innerWidth")


@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", PHONE)], ids=["light", "dark phone"])
async def test_axe_finds_no_serious_violation_on_any_page_or_in_any_dialog(
    desk: Desk, administrator: OpenWindow, anonymous: OpenWindow, axe: str, scheme: str, size: dict[str, int]
) -> None:
    # Without motion no colour is measured in a transition.
    look = {"color_scheme": scheme, "viewport": size, "reduced_motion": "reduce"}
    opened = (await anonymous("/sign-in", **look)).page
    for path in OPEN_PAGES:
        await opened.goto(desk.url + path)
        await expect(opened.get_by_role("heading", level=1)).to_be_visible()
        assert await serious_violations(opened, axe) == [], path
        await is_not_wider_than_the_window(opened)

    page = (await administrator("/licenses", **look)).page
    home = page.url.removesuffix("/licenses")
    for path in PAGES:
        await page.goto(home + path)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.locator(".skeleton")).to_have_count(0)
        assert await serious_violations(page, axe) == [], path
        await is_not_wider_than_the_window(page)

    async def dialog_is_fine(role: Literal["dialog", "alertdialog"] = "dialog") -> None:
        await expect(page.get_by_role(role)).to_be_visible()
        assert await serious_violations(page, axe) == []
        await is_not_wider_than_the_window(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role(role)).to_have_count(0)

    await page.goto(home + "/licenses")
    await empty_cart(page)
    await put_in_cart(page, "Eco", 1)
    await page.get_by_role("button", name="Validate my purchases").click()
    await dialog_is_fine()
    await page.get_by_role("button", name="Show who holds them").first.click()
    await dialog_is_fine()
    await empty_cart(page)
    await page.goto(home + "/users")
    await page.get_by_role("button", name="Add a user").click()
    await dialog_is_fine()
    await page.get_by_role("button", name="Manage license of Robin").click()
    await dialog_is_fine()
    await page.get_by_role("button", name="Manage license of Bobbie").click()
    await dialog_is_fine()
    await page.get_by_role("button", name="More for Bobbie").click()
    await page.get_by_role("menuitem", name="Make administrator").click()
    await dialog_is_fine("alertdialog")
    if size is PHONE:
        await page.get_by_role("button", name="Menu").click()
        await dialog_is_fine()


async def test_buying_and_assigning_need_no_mouse(administrator: OpenWindow) -> None:
    page = (await administrator("/licenses")).page
    await empty_cart(page)

    async def tab_to(name: str) -> None:
        """Press Tab until this has the focus."""
        for _ in range(60):
            await page.keyboard.press("Tab")
            if name in await page.evaluate(FOCUSED):
                return
        raise AssertionError(f"no Tab leads to {name}")

    await page.locator("h1").focus()
    await tab_to("Quantity of Eco")
    await page.keyboard.press("ArrowUp")
    await tab_to("Add Eco")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="2 Eco licenses added to the cart")).to_be_attached()
    await tab_to("Validate my purchases")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await tab_to("Test card")
    await page.keyboard.press("Space")
    await expect(page.get_by_role("listbox")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await tab_to("I accept")
    await page.keyboard.press("Space")
    await tab_to("Proceed to purchase")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Payment confirmed")).to_be_visible()
    await tab_to("Assign licenses")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", name="User management")).to_be_focused()
    await tab_to("Search by name")
    await page.keyboard.type("Bobbie")
    await tab_to("Show")
    await page.keyboard.press("Space")
    await expect(page.get_by_role("listbox")).to_be_visible()
    await page.keyboard.press("Home")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("1 person", exact=True)).to_be_visible()
    await tab_to("Manage license of Bobbie")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await tab_to("Change the package")
    await page.keyboard.press("Enter")
    await tab_to("Advanced")
    await page.keyboard.press("Space")
    await page.keyboard.press("ArrowDown")
    await tab_to("Change")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Bobbie Purchasing now holds Pro")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    # Focus is back where it was.
    await expect(page.get_by_role("button", name="Manage license of Bobbie")).to_be_focused()


# The accessible name of the focused element, roughly.
FOCUSED = """() => {
    const element = document.activeElement;
    const ids = (element.getAttribute("aria-labelledby") ?? "").split(" ");
    const labels = ids.map((id) => document.getElementById(id));
    const named = [element, ...labels, ...(element.labels ?? [])].filter(Boolean);
    return named.map((each) => each.getAttribute("aria-label") ?? each.textContent).join(" ");
}"""


async def test_it_is_in_french_by_the_browsers_language_or_by_choice(
    anonymous: OpenWindow, administrator: OpenWindow
) -> None:
    french = (await anonymous("/sign-in", locale="fr-CA")).page
    await expect(french.get_by_role("heading", name="Connexion à Usher")).to_be_visible()
    assert await french.evaluate("document.documentElement.lang") == "fr-CA"

    page = (await administrator("/licenses")).page
    await page.get_by_role("button", name="Français").click()
    await expect(page.get_by_role("heading", name="Gestion des licences et achats")).to_be_visible()
    await expect(page.get_by_text("149,00\u00a0$").first).to_be_visible()
    assert await page.title() == "Gestion des licences et achats · Usher"
    await page.reload()
    await expect(page.get_by_role("heading", name="Tableau des licences")).to_be_visible()
    await page.get_by_role("link", name="Gestion des utilisateurs").first.click()
    await page.get_by_role("button", name="Gérer la licence\u00a0: Camille Juridique").click()
    await expect(page.get_by_role("dialog").get_by_text("En attente d’activation")).to_be_visible()


async def test_repeated_announcements_of_a_quantity_fit_the_content_security_policy(
    administrator: OpenWindow,
) -> None:
    # react-aria removes its earlier announcement when the value changes again.
    page = (await administrator("/licenses")).page
    field = page.get_by_role("article", name="Pro").get_by_role("textbox")
    for quantity in ("3", "12", "7"):
        await field.fill(quantity)
    await page.keyboard.press("ArrowUp")
    await expect(field).to_have_value("8")
