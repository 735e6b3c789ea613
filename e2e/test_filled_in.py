"""The explorer's variables, filled in from each result: the whole procedure needs no id to be typed."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from e2e.conftest import Watched, running_demo, watching
from e2e.test_explorer import RUN, answers
from tests.conftest import ROOT

OPERATIONS = ROOT / "explorer" / "src" / "operations"
WHO_AM_I, PACKAGES, SIGN_IN, BUY, USERS, ASSIGN, CHANGE = range(1, 8)
KEYS, PURCHASES = 10, 12


@pytest.fixture(scope="module")
async def explorer(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """The explorer of a demo of its own, whose administrator is signed in."""
    async with running_demo(tmp_path_factory.mktemp("filled")) as demo, watching(browser, demo.url) as watched:
        page = watched.page
        await page.goto(demo.sign_in_link)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="License table")).to_be_visible()
        await page.goto(f"{demo.url}/graphiql")
        yield watched


def filled_in_status(page: Page) -> Locator:
    """The variables that the bar says were filled in."""
    return page.get_by_role("banner").get_by_role("status").nth(2)


def variables(page: Page) -> Locator:
    """The Variables pane of the tab that is shown."""
    return page.locator(".graphiql-editor-tool .graphiql-editor").nth(0)


async def run_step(page: Page, tab: int, step: str) -> Any:
    """Run a step of a tab, by the number of its file; returns the data of its one field."""
    chosen = page.get_by_role("tab").nth(tab - 1)
    # A click on the active tab would discard the text typed just before.
    if await chosen.get_attribute("aria-selected") != "true":
        await chosen.click()
    several = len(re.findall(r"^(?:query|mutation) ", tab_text(tab), re.MULTILINE)) > 1
    async with page.expect_response(lambda each: answers(each, step)) as response:
        await page.locator(f"{RUN}[aria-haspopup=menu]" if several else f"{RUN}:not([aria-haspopup])").click()
        if several:
            await page.get_by_role("menuitem", name=step, exact=True).click()
    result = await (await response.value).json()
    assert "errors" not in result, result
    return next(iter(result["data"].values()))


def tab_text(tab: int) -> str:
    (path,) = OPERATIONS.glob(f"{tab:02}-*.graphql")
    return path.read_text()


async def stored(page: Page, text: str, key: str = "tabState") -> None:
    """Wait until a text is in the browser's storage, from which a reload restores the tabs."""
    while text not in await page.evaluate("(key) => localStorage.getItem(`graphiql:${key}`)", key):
        await page.wait_for_timeout(50)


async def filled_in(page: Page, *names: str) -> None:
    await expect(filled_in_status(page)).to_have_text(f"Filled in: {', '.join(names)}")


async def test_the_whole_procedure_needs_no_id_to_be_typed(explorer: Watched) -> None:
    page = explorer.page
    packages = await run_step(page, PACKAGES, "Packages")
    await filled_in(page, "packageId", "toPackageId")

    bought = await run_step(page, BUY, "BuySeats1AddToCart")
    await filled_in(page, "cartVersion", "cartLineId")
    assert [line["package"]["code"] for line in bought["cart"]["lines"]] == [packages[0]["code"]]
    changed = await run_step(page, BUY, "BuySeats2ChangeLine")
    assert changed["__typename"] == "CartChanged"
    validated = await run_step(page, BUY, "BuySeats3Validate")
    await filled_in(page, "purchaseId", "idempotencyKey")
    paid = await run_step(page, BUY, "BuySeats4Proceed")
    assert (paid["purchase"]["id"], paid["purchase"]["state"]) == (validated["purchase"]["id"], "COMPLETED")
    await filled_in(page, "cartVersion")

    account = await run_step(page, USERS, "UsersAndLicenses")
    await filled_in(page, "userId", "toUserId", "licenseId")
    one, other = [user for user in account["users"]["nodes"] if user["license"] is None][:2]
    assigned = await run_step(page, ASSIGN, "AssignALicense")
    assert (assigned["__typename"], assigned["license"]["user"]["email"]) == ("LicenseAssigned", one["email"])
    await filled_in(page, "licenseId")

    moved = await run_step(page, CHANGE, "ChangeALicense")
    assert (moved["__typename"], moved["license"]["package"]["code"]) == ("LicenseChanged", packages[1]["code"])
    given = await run_step(page, CHANGE, "TransferALicense")
    assert (given["__typename"], given["license"]["user"]["email"]) == ("LicenseTransferred", other["email"])
    assert (await run_step(page, CHANGE, "SendAnActivationLink"))["__typename"] == "ActivationLinkSent"
    removed = await run_step(page, CHANGE, "RemoveALicense")
    assert (removed["license"]["id"], removed["license"]["state"]) == (given["license"]["id"], "ENDED")

    made = await run_step(page, KEYS, "ApiKeyCreate")
    for step in ("ApiKeyRotate", "ApiKeyRevoke"):
        assert (await run_step(page, KEYS, step))["apiKey"]["id"] == made["apiKey"]["id"]
    role = await run_step(page, USERS, "UsersChangeRole")
    assert role["user"] == {"email": one["email"], "role": "ADMINISTRATOR"}
    assert explorer.errors == []


async def test_a_second_purchase_has_ids_and_a_key_of_its_own(explorer: Watched) -> None:
    page = explorer.page
    await run_step(page, BUY, "BuySeats1AddToCart")
    first = await run_step(page, BUY, "BuySeats3Validate")
    await stored(page, f"purchase {first['purchase']['number']}")
    assert (await run_step(page, BUY, "BuySeats4Proceed"))["purchase"]["state"] == "COMPLETED"
    await run_step(page, BUY, "BuySeats1AddToCart")
    second = await run_step(page, BUY, "BuySeats3Validate")
    assert second["purchase"]["number"] != first["purchase"]["number"]
    await run_step(page, BUY, "BuySeats4Cancel")
    # The list of purchases fills it in, too, and passes over those that are paid or cancelled.
    third = await run_step(page, BUY, "BuySeats3Validate")
    await run_step(page, PURCHASES, "Purchases")
    assert (await run_step(page, BUY, "BuySeats4Proceed"))["purchase"]["id"] == third["purchase"]["id"]


async def test_typed_values_stay_and_filled_in_values_are_replaced_after_a_reload(explorer: Watched) -> None:
    page = explorer.page
    await run_step(page, ASSIGN, "AssignALicense")
    # The editor closes the brace by itself.
    typed = '{\n  // mine\n  "userId": "typed", "packageId": "",\n  "idempotencyKey": null\n'
    await variables(page).click()
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(typed)
    await expect(variables(page)).to_contain_text("mine")
    await stored(page, "// mine")
    packages = await run_step(page, PACKAGES, "Packages")
    account = await run_step(page, USERS, "UsersAndLicenses")
    assert [user for user in account["users"]["nodes"] if user["license"] is None]
    await page.get_by_role("tab", name="AssignALicense").click()
    await expect(variables(page)).to_contain_text(f'"userId": "typed", "packageId": "{packages[0]["id"]}"')
    await expect(variables(page)).to_contain_text("// mine")

    added = await run_step(page, BUY, "BuySeats1AddToCart")
    # GraphiQL stores the tabs, and the active one a second time.
    for key, mark in {"tabState": '\\"', "variables": '"'}.items():
        await stored(page, f"{mark}cartVersion{mark}: {mark}{added['cart']['version']}{mark}", key)
    await page.reload()
    await expect(page.get_by_role("banner").get_by_role("status").first).to_contain_text("admin@example.com")
    await run_step(page, BUY, "BuySeats1AddToCart")
    await filled_in(page, "cartVersion")
    assert (await run_step(page, BUY, "BuySeats3Validate"))["__typename"] == "PurchaseValidated"


async def test_viewers_are_not_offered_their_own_id_or_session(explorer: Watched) -> None:
    page = explorer.page
    await run_step(page, WHO_AM_I, "WhoAmI")
    await expect(filled_in_status(page)).to_be_hidden()
    sessions = (await run_step(page, SIGN_IN, "SignIn3Sessions"))["sessions"]["nodes"]
    own = [each["id"] for each in sessions if each["current"]]
    others = [each["id"] for each in sessions if not each["current"]]
    assert (len(own), len(others)) == (1, 1)
    await expect(variables(page)).to_contain_text(f'"sessionId": "{others[0]}"')
