"""The announcements to screen readers in both languages: each count under its own name."""

from playwright.async_api import Locator, Page, expect

from e2e.portal.conftest import Desk, OpenWindow
from e2e.portal.steps import assign, buy, open_account, put_in_cart, remove, row_of

ENGLISH, FRENCH = "en-CA", "fr-CA"


def announced(page: Page) -> Locator:
    """The region that announces results."""
    return page.locator("[data-live-announcer][role=status]")


async def expect_names(page: Page, package: str, *names: str) -> None:
    """Expect the accessible names of the links and buttons in a row of the license table, and of its meter."""
    row = row_of(page, package)
    expected = [row.get_by_role("link"), row.get_by_role("button").nth(0), row.get_by_role("button").nth(1)]
    for element, name in zip([*expected, row.get_by_role("meter")], names, strict=True):
        await expect(element).to_have_accessible_name(name)


async def test_each_count_is_announced_by_its_name_when_it_changes(desk: Desk, anonymous: OpenWindow) -> None:
    acting = await open_account(desk, anonymous, "announced@example.edu")
    state = await acting.context.storage_state()
    english = (await anonymous("/licenses", storage_state=state, locale=ENGLISH)).page
    french = (await anonymous("/licenses", storage_state=state, locale=FRENCH)).page
    await expect(english.get_by_text("Live", exact=True)).to_be_visible()
    await expect(french.get_by_text("En direct", exact=True)).to_be_visible()
    await expect(announced(english)).to_have_text("")

    await buy(acting, "Pro", 3)
    await expect(announced(english)).to_have_text("Pro: 3 available, 0 assigned, 0 activated.")
    await expect(announced(french)).to_have_text("Pro\u00a0: 3 disponibles, 0 attribuée, 0 activée.")

    await acting.get_by_role("link", name="User management", exact=True).click()
    await assign(acting, "Pat Opening", "Pro")
    await expect(announced(english)).to_have_text("Pro: 2 available, 1 assigned, 0 activated.")
    await expect(announced(french)).to_have_text("Pro\u00a0: 2 disponibles, 1 attribuée, 0 activée.")
    await expect_names(
        english,
        "Pro",
        "Pro: 2 available. Assign them in user management.",
        "Pro: 1 assigned. Show who holds them.",
        "Pro: 0 activated. Show by whom.",
        "1 of 3 assigned",
    )
    await expect_names(
        french,
        "Pro",
        "Pro\u00a0: 2 disponibles. Les attribuer dans la gestion des utilisateurs.",
        "Pro\u00a0: 1 attribuée. Voir qui les détient.",
        "Pro\u00a0: 0 activée. Voir par qui.",
        "1 sur 3 attribuées",
    )

    await acting.goto(await desk.mails.link_for("announced@example.edu", "license has been assigned"))
    await acting.get_by_role("button", name="Activate my license").click()
    await expect(announced(english)).to_have_text("Pro: 2 available, 1 assigned, 1 activated.")
    await expect(announced(french)).to_have_text("Pro\u00a0: 2 disponibles, 1 attribuée, 1 activée.")

    await acting.goto(f"{desk.url}/users")
    await remove(acting, "Pat Opening")
    await expect(announced(english)).to_have_text("Pro: 3 available, 0 assigned, 0 activated.")
    await expect(announced(french)).to_have_text("Pro\u00a0: 3 disponibles, 0 attribuée, 0 activée.")


async def test_each_change_of_the_cart_is_announced_with_its_total(desk: Desk, anonymous: OpenWindow) -> None:
    page = await open_account(desk, anonymous, "cart@example.edu")
    await put_in_cart(page, "Advanced", 3)
    await expect(announced(page)).to_have_text("3 Advanced licenses added to the cart. Total: $447.00.")
    await put_in_cart(page, "Eco", 1)
    await expect(announced(page)).to_have_text("1 Eco license added to the cart. Total: $507.00.")
    await page.get_by_role("button", name="Français").click()
    # The card above has a field of the same name, and the two are not translated at the same moment.
    line = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Retirer Avancé du panier"))
    field = line.get_by_role("textbox", name="Quantité de Avancé")
    await field.fill("2")
    await field.press("Enter")
    await expect(announced(page)).to_have_text("Avancé\u00a0: 2. Total\u00a0: 358,00\u00a0$.")
    await page.get_by_role("button", name="Retirer Éco du panier").click()
    await expect(announced(page)).to_have_text("Éco retiré du panier. Total\u00a0: 298,00\u00a0$.")
