"""Values that a caller could know: ids, cursors, addresses, tokens; some of them as of the moment of asking."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from api.schema.connections import encode_cursor
from api.schema.ids import encode_id
from models.database.connection import fetch
from models.database.ids import new_id
from models.tables import License, User
from tests.support.activation import activation_token
from tests.support.company import Company, sign_in_token
from tests.support.history import History
from tests.support.refusals import other_spellings, wrong_ids

# Stands for a value that is looked up when the document is sent: else hardly anything would succeed.
LIVE = "LIVE-"
# The inputs that such an id can be for, and its type.
ID_OF = {
    "packageId": "Package",
    "userId": "User",
    "toUserId": "User",
    "licenseId": "License",
    "purchaseId": "Purchase",
    "cartLineId": "CartLine",
    "apiKeyId": "ApiKey",
}
TABLES = {
    "Account": "accounts",
    "User": "users",
    "License": "licenses",
    "Purchase": "purchases",
    "Domain": "domains",
    "Package": "packages",
    "CartLine": "cart_lines",
    "ApiKey": "api_keys",
    "Session": "sessions",
    "SeatEvent": "events",
}
# The code of no package is refused, and a list of some has one too easily.
CODES = ["ECO", "ADVANCED", "PRO", "eco", "Pro", "pro", "advanced", "Eco", "ADVANCED", "NONE"]


@dataclass
class Known:
    """The values at the beginning."""

    company: Company
    ids: dict[str, list[str]]
    every_id: list[str]
    wrong_ids: list[str]
    texts: dict[str, list[str]]
    users: list[User] = field(default_factory=list)

    async def live(self, name: str) -> str:
        """The value of this name as of now; the id of nothing where there is none."""
        if name in TOKENS:
            return await self._token(name)
        type_name, query = QUERIES[name]
        rows = await fetch(query, self.company.viewer.user_id, self.company.account_id)
        found: Any = rows[0]["found"] if rows else new_id()
        return encode_id(type_name, found) if type_name else str(found)

    async def _token(self, name: str) -> str:
        if name == "signIn":
            return await sign_in_token(self.company.users[1])
        license = await License.filter(account_id=self.company.account_id, ended_at=None).order_by("-id").first()
        return await activation_token(license) if license else "nothing to activate"


# $1 is the administrator, $2 the account. The newest of each: what came last is what is worked on next.
_OWN = "$1::uuid IS NOT NULL AND account_id = $2"
_UNLICENSED = (
    f"SELECT id AS found FROM users WHERE {_OWN} AND id NOT IN"
    " (SELECT user_id FROM licenses WHERE ended_at IS NULL) ORDER BY id DESC LIMIT 1"
)
_TO_PAY = (
    f"SELECT id AS found FROM purchases WHERE {_OWN} ORDER BY state = 'AWAITING_ACCEPTANCE' DESC, id DESC LIMIT 1"
)
QUERIES = {
    "cartVersion": ("", "SELECT version AS found FROM carts WHERE user_id = $1 AND account_id = $2"),
    "cartLineId": ("CartLine", "SELECT id AS found FROM cart_lines WHERE user_id = $1 AND account_id = $2 LIMIT 1"),
    "purchaseId": ("Purchase", _TO_PAY),
    "userId": ("User", _UNLICENSED),
    "toUserId": ("User", _UNLICENSED),
    "licenseId": (
        "License",
        f"SELECT id AS found FROM licenses WHERE {_OWN} AND ended_at IS NULL ORDER BY id DESC LIMIT 1",
    ),
    "apiKeyId": (
        "ApiKey",
        f"SELECT id AS found FROM api_keys WHERE {_OWN} ORDER BY revoked_at IS NULL DESC, id DESC LIMIT 1",
    ),
}
TOKENS = ["activation", "signIn"]
LISTS = [f"Account.{name}" for name in ("users", "licenses", "purchases", "sessions", "apiKeys")] + [
    "Viewer.sessions"
]
LIVE_NAMES = [*QUERIES, *TOKENS]


async def known_of(history: History) -> Known:
    """The values of both accounts that a curious caller could know after some time."""
    ids: dict[str, list[str]] = {}
    keys: list[UUID] = []
    for type_name, table in TABLES.items():
        rows = await fetch(f"SELECT id FROM {table} ORDER BY id")
        ids[type_name] = [encode_id(type_name, row["id"]) for row in rows]
        keys += [row["id"] for row in rows]
    pools = await fetch("SELECT account_id, package_id FROM seat_pools ORDER BY id")
    ids["SeatPool"] = [encode_id("SeatPool", f"{row['account_id']}/{row['package_id']}") for row in pools]
    ids["Cart"] = [encode_id("Cart", row["user_id"]) for row in await fetch("SELECT user_id FROM carts ORDER BY 1")]
    every_id = [each for some in ids.values() for each in some]
    cursors = [encode_cursor(name, key) for name in LISTS for key in keys[::20]]
    company = history.company
    return Known(
        company=company,
        ids=ids,
        every_id=every_id,
        wrong_ids=[*wrong_ids("User"), *other_spellings("Purchase", keys[-1]), *cursors[:3]],
        texts=_texts(company, cursors),
    )


def _texts(company: Company, cursors: list[str]) -> dict[str, list[str]]:
    new = [f"new{number}@{company.domain}" for number in range(40)]
    names = ["Zoë", "李", "O'Neil", "عمر", "Anna-Lena", "न\u200dी", "a" * 100, "b" * 101]
    return {
        "email": [
            *new,
            "ann@example.com",
            "ADMIN@example.com",
            "x@sub.example.com",
            "new@[127.0.0.1]",
            "@",
            "ß@ß.de",
        ],
        "companyName": [*names, "c" * 200],
        "firstName": names,
        "lastName": names,
        "locale": ["en", "fr-CA", "zh-Hant-TW", "ar", "en_US", "xx-YY", "e", "x-private"],
        "domain": ["example.com", "example.org", "bücher.example", "xn--bcher-kva.example", "a..b", "-", "1.2.3.4"],
        "after": [*cursors, "0", "3", "10", "999999999999999999"],
        "before": cursors,
        "cartVersion": [f"{LIVE}cartVersion"] * 6 + ["0", "1", "-1", "01"],
        "ActivateLicenseInput.token": [f"{LIVE}activation", f"{LIVE}signIn", "A" * 43],
        "CompleteSignInInput.token": [f"{LIVE}signIn", f"{LIVE}activation", "A" * 43],
        "paymentMethod": ["pm_card_visa", "pm_card_chargeDeclined", "pm_card_threeDSecureRequired", "pm_card"],
        "idempotencyKey": [*(f"key {number}" for number in range(60)), "k" * 255, "k" * 256, "é"],
        "packageCode": CODES,
        "packageCodes": CODES,
        "CreateApiKeyInput.name": names,
        "allowedNetworks": [
            "192.0.2.0/24",
            "2001:db8::/32",
            "::1",
            "::ffff:192.0.2.0/120",
            "10.0.0.1/8",
            "0.0.0.0/0",
        ],
        "search": ["ann", "EXAMPLE", "@", "%", "\\", "İ"],
    }
