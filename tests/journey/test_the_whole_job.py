"""The whole job as its users do it: real processes, HTTP, WebSocket and SMTP, from sign-in to activation."""

import asyncio
import email
import email.policy
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.support.client import Client
from tests.support.running import free_port, run_usher, running_usher

INVENTORY = "{ account { version seatInventory { pools { package { code } purchased assigned activated } } } }"
LIVE = "subscription { seatCountsChanged { snapshot pools { package { code } purchased assigned activated } } }"
MAIL_WITHIN = 15.0

Counts = dict[str, tuple[int, int, int]]


async def test_the_whole_job(tmp_path: Path) -> None:
    port = str(free_port())
    demo = {"PORT": port, "DATA_FOLDER": str(tmp_path / "data")}
    # A database that the settings name is not the demo's to touch: this one would not even answer.
    elsewhere = demo | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/elsewhere"}
    async with running_usher("demo", ready="The link signs in once", folder=tmp_path, **elsewhere) as printed:
        token = _token_of(printed)
        mails = Mails(tmp_path / "data" / "mailbox")
        async with Client(f"http://127.0.0.1:{port}") as nobody:
            await _do_the_job(nobody, token, mails)
            await _is_shown_under_its_own_names_alone(nobody, port)
        exit_code, table = await run_usher("verify", folder=tmp_path, **demo)
        assert exit_code == 0, table
        assert "invariants hold" in table
    assert not (tmp_path / "data" / "postgres" / "postmaster.pid").exists(), "PostgreSQL was left running"


async def _do_the_job(nobody: Client, token: str, mails: "Mails") -> None:
    admin = await _sign_in_by_printed_link(nobody, token)
    before = _counts((await admin.run(INVENTORY))["account"]["seatInventory"]["pools"])
    assert before == {"ECO": (5, 2, 0), "ADVANCED": (4, 3, 0), "PRO": (2, 1, 0)}
    async with admin.live() as dashboard:
        await dashboard.subscribe(LIVE)
        first = (await dashboard.next())["seatCountsChanged"]
        assert (first["snapshot"], _counts(first["pools"])) == (True, before)

        await _buy(admin, mails)
        assert await _moved(dashboard) == {"PRO": (5, 1, 0)}

        user = await _find_user(admin, "lou")
        license_id = await _assign(admin, user["id"])
        assert await _moved(dashboard) == {"PRO": (5, 2, 0)}

        await _activate_by_mail(nobody, mails, license_id)
        assert await _moved(dashboard) == {"PRO": (5, 2, 1)}
    after = _counts((await admin.run(INVENTORY))["account"]["seatInventory"]["pools"])
    assert after == before | {"PRO": (5, 2, 1)}


async def _is_shown_under_its_own_names_alone(nobody: Client, port: str) -> None:
    for host, status in ((f"localhost:{port}", 200), (f"evil.example:{port}", 421)):
        assert (await nobody.http.get("/mailbox", headers={"host": host})).status_code == status
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://evil.example:{port}/graphql", host="127.0.0.1", port=int(port)):
            pass
    assert refused.value.response.status_code == 403


async def _sign_in_by_printed_link(nobody: Client, token: str) -> Client:
    signed_in = await nobody.mutate(
        "completeSignIn",
        "... on SignedIn { accessToken viewer { user { email } permissions } }",
        token=token,
        session="BEARER",
    )
    assert signed_in["viewer"]["user"] == {"email": "admin@example.com"}
    again = await nobody.mutate("completeSignIn", "", token=token, session="BEARER")
    assert again["code"] == "TOKEN_INVALID"
    return nobody.signed_in(signed_in["accessToken"])


async def _buy(admin: Client, mails: "Mails") -> None:
    packages = {p["code"]: p["id"] for p in (await admin.run("{ packages { id code } }"))["packages"]}
    cart = (
        await admin.mutate(
            "addToCart",
            "... on CartChanged { cart { version lines { quantity } total { amount currency } } }",
            packageId=packages["PRO"],
            quantity=3,
        )
    )["cart"]
    assert (cart["lines"], cart["total"]) == ([{"quantity": 3}], {"amount": "747.00", "currency": "CAD"})
    purchase = (
        await admin.mutate(
            "validatePurchase",
            "... on PurchaseValidated { purchase { id number state total { amount } lines { quantity } } }",
            cartVersion=cart["version"],
        )
    )["purchase"]
    assert (purchase["state"], purchase["total"]) == ("AWAITING_ACCEPTANCE", {"amount": "747.00"})
    done = await admin.mutate(
        "proceedToPurchase",
        "... on PurchaseProceeded { purchase { state } seatInventory { pools { package { code } purchased } } }",
        purchaseId=purchase["id"],
        acceptLicenses=True,
        paymentMethod="pm_card_visa",
        idempotencyKey="the whole job",
    )
    assert done["purchase"] == {"state": "COMPLETED"}
    receipt = await mails.find(lambda mail: purchase["number"] in mail["Subject"])
    assert receipt["To"] == "Robin Administration <admin@example.com>"
    assert "$747.00" in _text(receipt)


async def _find_user(admin: Client, search: str) -> dict[str, Any]:
    query = "query ($s: String) { account { users(filter: {search: $s}) { nodes { id email license { id } } } } }"
    [user] = (await admin.run(query, s=search))["account"]["users"]["nodes"]
    assert (user["email"], user["license"]) == ("lou@example.com", None)
    return user


async def _assign(admin: Client, user_id: str) -> str:
    packages = {p["code"]: p["id"] for p in (await admin.run("{ packages { id code } }"))["packages"]}
    assigned = await admin.mutate(
        "assignLicense",
        "... on LicenseAssigned { license { id state } pools { available } }",
        userId=user_id,
        packageId=packages["PRO"],
    )
    assert (assigned["license"]["state"], assigned["pools"]) == ("ASSIGNED", [{"available": 3}])
    return assigned["license"]["id"]


async def _activate_by_mail(nobody: Client, mails: "Mails", license_id: str) -> None:
    notice = await mails.find(lambda mail: "lou@example.com" in mail["To"])
    activated = await nobody.mutate(
        "activateLicense", "... on LicenseActivated { license { id state } }", token=_token_of(_text(notice))
    )
    assert activated["license"] == {"id": license_id, "state": "ACTIVE"}


async def _moved(dashboard: Any) -> Counts:
    change = (await dashboard.next())["seatCountsChanged"]
    assert change["snapshot"] is False
    return _counts(change["pools"])


def _counts(pools: list[dict[str, Any]]) -> Counts:
    return {p["package"]["code"]: (p["purchased"], p["assigned"], p["activated"]) for p in pools}


def _token_of(text: str) -> str:
    found = re.search(r"\?token=([\w-]+)", text)
    assert found, text
    return found[1]


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return part.get_content()


class Mails:
    """The mails that the demo's mail server has received, as files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def find(self, wanted: Callable[[EmailMessage], bool]) -> EmailMessage:
        """The first mail that fits, waiting until it has come."""

        async def look() -> EmailMessage:
            while True:
                for mail in map(_read, self._folder.glob("*.eml")):
                    if wanted(mail):
                        return mail
                await asyncio.sleep(0.05)

        return await asyncio.wait_for(look(), MAIL_WITHIN)


def _read(file: Path) -> EmailMessage:
    return email.message_from_bytes(file.read_bytes(), policy=email.policy.default)  # pyright: ignore[reportReturnType]
