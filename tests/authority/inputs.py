"""Valid inputs for every mutation and ids for every type, aimed at somebody's belongings.

A line of matrix.md that says how a mutation is tried finds its maker here by the same words.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from api.schema.ids import encode_id
from models.permissions import Permission
from models.tables import Cart, Role
from tests.authority.world import Belongings
from tests.support.company import sign_in_token
from tests.support.licensing import activation_token, id_of

# Makes the input from the caller's belongings and the target's; None for a mutation without an input.
# A caller without belongings acts as the target.
Maker = Callable[[Belongings, Belongings], Awaitable[dict[str, Any] | None]]

MADE_UP = "x" * 43
INPUTS: dict[str, Maker] = {}

# A mailed link shows to whoever follows it what it is about.
BY_LINK = {"completeSignIn the token of a sign-in link", "activateLicense the token of an activation link"}

IDS: dict[str, Callable[[Belongings], str]] = {
    "Account": lambda of: encode_id("Account", of.account_id),
    "ApiKey": lambda of: encode_id("ApiKey", of.api_key.id),
    "Cart": lambda of: encode_id("Cart", of.user.id),
    "CartLine": lambda of: encode_id("CartLine", of.cart_line.id),
    "Domain": lambda of: encode_id("Domain", of.domain.id),
    "License": lambda of: encode_id("License", of.license.id),
    "Package": lambda of: encode_id("Package", of.package.id),
    "Purchase": lambda of: encode_id("Purchase", of.purchase.id),
    "SeatPool": lambda of: encode_id("SeatPool", f"{of.account_id}/{of.package.id}"),
    "SeatEvent": lambda of: encode_id("SeatEvent", of.seat_event.id),
    "Session": lambda of: encode_id("Session", of.session.id),
    "User": lambda of: encode_id("User", of.user.id),
}

# The arguments of subscriptions.
ARGUMENTS: dict[str, dict[str, str | None]] = {
    "seatCountsChanged from now on": {"after": None},
    "seatCountsChanged from an old version on": {"after": "1"},
}


def tried(how: str) -> Callable[[Maker], Maker]:
    """Name the mutation, and how it is tried."""

    def keep(maker: Maker) -> Maker:
        INPUTS[how] = maker
        return maker

    return keep


@tried("openAccount a new address")
async def open_account(_own: Belongings, _at: Belongings) -> dict[str, Any]:
    return _new_account("new@example.net")


@tried("openAccount the address of a user")
async def open_account_again(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return _new_account(at.user.email)


@tried("requestSignIn the address of a user")
async def request_sign_in(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"email": at.user.email}


@tried("completeSignIn the token of a sign-in link")
async def complete_sign_in(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"token": await sign_in_token(at.user), "session": "BEARER"}


@tried("completeSignIn the token of an activation link")
async def complete_sign_in_by_activation(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"token": await activation_token(at.license), "session": "BEARER"}


@tried("completeSignIn a made-up token")
async def complete_sign_in_by_guess(_own: Belongings, _at: Belongings) -> dict[str, Any]:
    return {"token": MADE_UP, "session": "BEARER"}


@tried("signOut")
async def sign_out(_own: Belongings, _at: Belongings) -> None:
    return None


@tried("revokeSession a session")
async def revoke_session(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"sessionId": IDS["Session"](at)}


@tried("addToCart a package")
async def add_to_cart(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"packageId": id_of(at.package), "quantity": 1}


@tried("changeCartLine a line")
async def change_cart_line(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"cartLineId": IDS["CartLine"](at), "quantity": at.cart_line.quantity + 1}


@tried("changeCartLine a line, to none")
async def empty_cart_line(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"cartLineId": IDS["CartLine"](at), "quantity": 0}


@tried("removeFromCart a line")
async def remove_from_cart(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"cartLineId": IDS["CartLine"](at)}


@tried("validatePurchase the version of one's own cart")
async def validate_purchase(own: Belongings, _at: Belongings) -> dict[str, Any]:
    return {"cartVersion": str((await Cart.get(id=own.cart.id)).version)}


@tried("preparePurchase a package")
async def prepare_purchase(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"lines": [{"packageId": id_of(at.package), "quantity": 1}]}


@tried("proceedToPurchase a purchase that waits")
async def proceed_to_purchase(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {
        "purchaseId": IDS["Purchase"](at),
        "acceptLicenses": True,
        "paymentMethod": "pm_card_visa",
        "idempotencyKey": "a wish of today",
    }


@tried("cancelPurchase a purchase that waits")
async def cancel_purchase(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"purchaseId": IDS["Purchase"](at)}


@tried("addUser an address of its domain")
async def add_user(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return _new_user(f"new@{at.domain.name}")


@tried("addUser the address of a user")
async def add_user_again(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return _new_user(at.user.email)


@tried("changeUserRole a user, to the other role")
async def change_user_role(_own: Belongings, at: Belongings) -> dict[str, Any]:
    other = Role.STANDARD if at.user.role is Role.ADMINISTRATOR else Role.ADMINISTRATOR
    return {"userId": id_of(at.user), "role": other.value}


@tried("addDomain a new name")
async def add_domain(_own: Belongings, _at: Belongings) -> dict[str, Any]:
    return {"name": "new.example.net"}


@tried("addDomain the name of its domain")
async def add_domain_again(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"name": at.domain.name}


@tried("createApiKey a new one")
async def create_api_key(_own: Belongings, _at: Belongings) -> dict[str, Any]:
    return {"name": "Newcomer", "scopes": ["VIEW_INVENTORY"]}


@tried("createApiKey one that may do everything")
async def create_full_api_key(_own: Belongings, _at: Belongings) -> dict[str, Any]:
    return {"name": "Newcomer", "scopes": [permission.value for permission in Permission]}


@tried("rotateApiKey a key that works")
async def rotate_api_key(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"apiKeyId": IDS["ApiKey"](at)}


@tried("rotateApiKey a key that was revoked")
async def rotate_revoked_api_key(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"apiKeyId": encode_id("ApiKey", at.revoked_api_key.id)}


@tried("revokeApiKey a key that works")
async def revoke_api_key(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"apiKeyId": IDS["ApiKey"](at)}


@tried("revokeApiKey a key that was revoked")
async def revoke_revoked_api_key(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"apiKeyId": encode_id("ApiKey", at.revoked_api_key.id)}


@tried("assignLicense a user who holds none")
async def assign_license(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"userId": id_of(at.newcomer), "packageId": id_of(at.package), "idempotencyKey": "a wish of today"}


@tried("assignLicense a user who holds one")
async def assign_license_again(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"userId": id_of(at.user), "packageId": id_of(at.package)}


@tried("removeLicense a license")
async def remove_license(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"licenseId": id_of(at.license)}


@tried("changeLicense a license")
async def change_license(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"licenseId": id_of(at.license), "packageId": id_of(at.other_package)}


@tried("transferLicense a license, to a user")
async def transfer_license(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"licenseId": id_of(at.license), "toUserId": id_of(at.newcomer)}


@tried("transferLicense one's own license, to a user")
async def transfer_license_away(own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"licenseId": id_of(own.license), "toUserId": id_of(at.newcomer)}


@tried("transferLicense a license, to a user of one's own account")
async def transfer_license_in(own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"licenseId": id_of(at.license), "toUserId": id_of(own.newcomer)}


@tried("sendActivationLink a license")
async def send_activation_link(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"licenseId": id_of(at.license)}


@tried("activateLicense the token of an activation link")
async def activate_license(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"token": await activation_token(at.license)}


@tried("activateLicense the token of a sign-in link")
async def activate_license_by_sign_in(_own: Belongings, at: Belongings) -> dict[str, Any]:
    return {"token": await sign_in_token(at.user)}


@tried("activateLicense a made-up token")
async def activate_license_by_guess(_own: Belongings, _at: Belongings) -> dict[str, Any]:
    return {"token": MADE_UP}


def _new_account(email: str) -> dict[str, Any]:
    return {"companyName": "Newcomer", "email": email, "firstName": "Nia", "lastName": "New"}


def _new_user(email: str) -> dict[str, Any]:
    return {"email": email, "firstName": "Nia", "lastName": "New", "role": "ADMINISTRATOR"}
