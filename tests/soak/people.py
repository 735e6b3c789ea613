"""Users: added, given another role, looked at; and the counts that partners poll."""

from uuid import uuid4

from tests.soak.administrator import Administrator, key

MOST_PEOPLE = 90
USERS = "{ account { users(first: 100) { totalCount nodes { id license { id } } } } }"
LICENSES = "{ account { licenses(first: 50) { totalCount nodes { id state package { code } user { email } } } } }"
PURCHASES = "{ account { purchases(first: 20) { totalCount nodes { id state total { amount } } } } }"
INVENTORY = "{ account { seatInventory { version pools { purchased assigned activated available } } } }"


async def add_user(admin: Administrator) -> None:
    """Add somebody of the approved domain."""
    if len(admin.account.people) >= MOST_PEOPLE:
        return
    answer = await admin.mutate(
        "addUser",
        "... on UserAdded { user { id } }",
        email=f"{uuid4().hex}@{admin.account.domain}",
        firstName="Some",
        lastName="Body",
        locale=admin.random.choice(["en", "fr-CA"]),
    )
    if answer["__typename"] == "UserAdded":
        admin.ledger.users.add(key(answer["user"]["id"]))
        admin.account.people.setdefault(answer["user"]["id"], None)


async def change_role(admin: Administrator) -> None:
    """Give somebody another role; the first administrator, who works here, is not among them."""
    if admin.account.people:
        user = admin.random.choice(list(admin.account.people))
        await admin.mutate("changeUserRole", userId=user, role=admin.random.choice(["STANDARD", "ADMINISTRATOR"]))


async def request_sign_in(admin: Administrator) -> None:
    """Have a sign-in link mailed to the administrator, whose session this one will not be."""
    await admin.mutate("requestSignIn", email=f"admin@{admin.account.domain}")


async def read_users(admin: Administrator) -> None:
    """Look at the users, and remember who holds which license."""
    users = (await admin.read("users", USERS))["users"]["nodes"]
    me, *others = sorted(users, key=lambda user: user["id"] != admin.account.business.users[0])
    admin.ledger.expect(me["id"] == admin.account.business.users[0], "the administrator is not among the users")
    admin.account.people = {user["id"]: user["license"] and user["license"]["id"] for user in others}


async def read_licenses(admin: Administrator) -> None:
    """Look at the licenses."""
    await admin.read("licenses", LICENSES)


async def read_purchases(admin: Administrator) -> None:
    """Look at the purchases."""
    await admin.read("purchases", PURCHASES)


async def poll(admin: Administrator) -> None:
    """Ask for the counts, as a partner does: they are never oversold, and never go back in time."""
    inventory = (await admin.read("seatInventory", INVENTORY))["seatInventory"]
    for pool in inventory["pools"]:
        right = (
            0 <= pool["activated"] <= pool["assigned"] == pool["purchased"] - pool["available"] <= pool["purchased"]
        )
        admin.ledger.expect(right, f"oversold: {inventory}")
    version = int(inventory["version"])
    admin.ledger.expect(version >= admin.version, f"version {version} came after {admin.version}")
    admin.version = version
