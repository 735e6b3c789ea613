"""The explorer's variables: filled in from each answer, so that the whole procedure is done without typing an id."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from e2e.conftest import Watched, running_demo, watching
from e2e.test_explorer import RUN, asks
from tests.conftest import ROOT

OPERATIONS = ROOT / "explorer" / "src" / "operations"
WHO, PACKAGES, SIGN_IN, BUY, USERS, ASSIGN, CHANGE = range(1, 8)
KEYS, PURCHASES = 10, 12


@pytest.fixture(scope="module")
async def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """The explorer of a demo of its own, whose administrator is signed in."""
    async with running_demo(tmp_path_factory.mktemp("filled")) as demo, watching(browser, demo.url) as watched:
        page = watched.page
        await page.goto(demo.sign_in_link)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="License table")).to_be_visible()
        await page.goto(f"{demo.url}/graphiql")
        yield watched


def told(page: Page) -> Locator:
    """What the bar says was filled in."""
    return page.get_by_role("banner").get_by_role("status").nth(2)


def variables(page: Page) -> Locator:
    """The Variables pane of the tab that is shown."""
    return page.locator(".graphiql-editor-tool .graphiql-editor").nth(0)


async def answer(page: Page, tab: int, step: str) -> Any:
    """Run a step of a tab, which stand in the order of their files; the data of what its one field answered."""
    chosen = page.get_by_role("tab").nth(tab - 1)
    # A tab that is chosen anew forgets what was typed the moment before.
    if await chosen.get_attribute("aria-selected") != "true":
        await chosen.click()
    several = len(re.findall(r"^(?:query|mutation) ", tab_text(tab), re.MULTILINE)) > 1
    async with page.expect_response(lambda each: asks(each, step)) as answered:
        await page.locator(f"{RUN}[aria-haspopup=menu]" if several else f"{RUN}:not([aria-haspopup])").click()
        if several:
            await page.get_by_role("menuitem", name=step, exact=True).click()
    result = await (await answered.value).json()
    assert "errors" not in result, result
    return next(iter(result["data"].values()))


def tab_text(tab: int) -> str:
    (path,) = OPERATIONS.glob(f"{tab:02}-*.graphql")
    return path.read_text()


async def stored(page: Page, text: str, key: str = "tabState") -> None:
    """Wait until this is in the browser's storage, from which a reload takes it."""
    while text not in await page.evaluate("(key) => localStorage.getItem(`graphiql:${key}`)", key):
        await page.wait_for_timeout(50)


async def filled_in(page: Page, *names: str) -> None:
    await expect(told(page)).to_have_text(f"Filled in: {', '.join(names)}")


async def test_the_whole_procedure_needs_no_id_to_be_typed(shown: Watched) -> None:
    page = shown.page
    packages = await answer(page, PACKAGES, "Packages")
    await filled_in(page, "packageId", "toPackageId")

    bought = await answer(page, BUY, "BuySeats1AddToCart")
    await filled_in(page, "cartVersion", "cartLineId")
    assert [line["package"]["code"] for line in bought["cart"]["lines"]] == [packages[0]["code"]]
    changed = await answer(page, BUY, "BuySeats2ChangeLine")
    assert changed["__typename"] == "CartChanged"
    validated = await answer(page, BUY, "BuySeats3Validate")
    await filled_in(page, "purchaseId", "idempotencyKey")
    paid = await answer(page, BUY, "BuySeats4Proceed")
    assert (paid["purchase"]["id"], paid["purchase"]["state"]) == (validated["purchase"]["id"], "COMPLETED")
    await filled_in(page, "cartVersion")

    account = await answer(page, USERS, "UsersAndLicenses")
    await filled_in(page, "userId", "toUserId", "licenseId")
    one, other = [user for user in account["users"]["nodes"] if user["license"] is None][:2]
    assigned = await answer(page, ASSIGN, "AssignALicense")
    assert (assigned["__typename"], assigned["license"]["user"]["email"]) == ("LicenseAssigned", one["email"])
    await filled_in(page, "licenseId")

    moved = await answer(page, CHANGE, "ChangeALicense")
    assert (moved["__typename"], moved["license"]["package"]["code"]) == ("LicenseChanged", packages[1]["code"])
    given = await answer(page, CHANGE, "TransferALicense")
    assert (given["__typename"], given["license"]["user"]["email"]) == ("LicenseTransferred", other["email"])
    assert (await answer(page, CHANGE, "SendAnActivationLink"))["__typename"] == "ActivationLinkSent"
    removed = await answer(page, CHANGE, "RemoveALicense")
    assert (removed["license"]["id"], removed["license"]["state"]) == (given["license"]["id"], "ENDED")

    made = await answer(page, KEYS, "ApiKeyCreate")
    for step in ("ApiKeyRotate", "ApiKeyRevoke"):
        assert (await answer(page, KEYS, step))["apiKey"]["id"] == made["apiKey"]["id"]
    role = await answer(page, USERS, "UsersChangeRole")
    assert role["user"] == {"email": one["email"], "role": "ADMINISTRATOR"}
    assert shown.errors == []


async def test_a_second_purchase_has_ids_and_a_key_of_its_own(shown: Watched) -> None:
    page = shown.page
    await answer(page, BUY, "BuySeats1AddToCart")
    first = await answer(page, BUY, "BuySeats3Validate")
    await stored(page, f"purchase {first['purchase']['number']}")
    assert (await answer(page, BUY, "BuySeats4Proceed"))["purchase"]["state"] == "COMPLETED"
    await answer(page, BUY, "BuySeats1AddToCart")
    second = await answer(page, BUY, "BuySeats3Validate")
    assert second["purchase"]["number"] != first["purchase"]["number"]
    await answer(page, BUY, "BuySeats4Cancel")
    # It is told by the list as well, which leaves paid and cancelled ones alone.
    third = await answer(page, BUY, "BuySeats3Validate")
    await answer(page, PURCHASES, "Purchases")
    assert (await answer(page, BUY, "BuySeats4Proceed"))["purchase"]["id"] == third["purchase"]["id"]


async def test_what_somebody_typed_stays_and_what_was_filled_in_is_renewed_after_a_reload(shown: Watched) -> None:
    page = shown.page
    await answer(page, ASSIGN, "AssignALicense")
    # The editor closes the brace by itself.
    typed = '{\n  // mine\n  "userId": "typed", "packageId": "",\n  "idempotencyKey": null\n'
    await variables(page).click()
    await page.keyboard.press("Control+a")
    await page.keyboard.insert_text(typed)
    await expect(variables(page)).to_contain_text("mine")
    await stored(page, "// mine")
    packages = await answer(page, PACKAGES, "Packages")
    account = await answer(page, USERS, "UsersAndLicenses")
    assert [user for user in account["users"]["nodes"] if user["license"] is None]
    await page.get_by_role("tab", name="AssignALicense").click()
    await expect(variables(page)).to_contain_text(f'"userId": "typed", "packageId": "{packages[0]["id"]}"')
    await expect(variables(page)).to_contain_text("// mine")

    added = await answer(page, BUY, "BuySeats1AddToCart")
    # GraphiQL keeps the tabs, and once more what is shown.
    for key, mark in {"tabState": '\\"', "variables": '"'}.items():
        await stored(page, f"{mark}cartVersion{mark}: {mark}{added['cart']['version']}{mark}", key)
    await page.reload()
    await expect(page.get_by_role("banner").get_by_role("status").first).to_contain_text("admin@example.com")
    await answer(page, BUY, "BuySeats1AddToCart")
    await filled_in(page, "cartVersion")
    assert (await answer(page, BUY, "BuySeats3Validate"))["__typename"] == "PurchaseValidated"


async def test_viewers_are_not_offered_their_own_id_or_session(shown: Watched) -> None:
    page = shown.page
    await answer(page, WHO, "WhoAmI")
    await expect(told(page)).to_be_hidden()
    sessions = (await answer(page, SIGN_IN, "SignIn3Sessions"))["sessions"]["nodes"]
    own = [each["id"] for each in sessions if each["current"]]
    others = [each["id"] for each in sessions if not each["current"]]
    assert (len(own), len(others)) == (1, 1)
    await expect(variables(page)).to_contain_text(f'"sessionId": "{others[0]}"')
