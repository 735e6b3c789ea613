"""Giving seats, moving them, taking them back."""

from uuid import uuid4

from tests.soak.administrator import LICENSE, Administrator, key


async def assign(admin: Administrator) -> None:
    """Give somebody without a license a seat; every other time under an idempotency key."""
    user = admin.account.somebody(admin.random, licensed=False)
    if user is None:
        return
    values = {"userId": user, "packageId": admin.choose_package()}
    if admin.random.random() < 0.5:
        values["idempotencyKey"] = str(uuid4())
    answer = await admin.mutate("assignLicense", f"... on LicenseAssigned {{ {LICENSE} }}", **values)
    if answer["__typename"] == "LicenseAssigned":
        admin.keep_license(answer["license"])
        admin.account.people[user] = answer["license"]["id"]


async def change(admin: Administrator) -> None:
    """Move somebody to another package, or to the same."""
    if (found := _holder(admin)) is None:
        return
    user, license = found
    answer = await admin.mutate(
        "changeLicense",
        f"... on LicenseChanged {{ {LICENSE} }}",
        licenseId=license,
        packageId=admin.choose_package(),
    )
    if answer["__typename"] == "LicenseChanged":
        if admin.keep_license(answer["license"]) != key(license):
            admin.ledger.ended.add(key(license))
        admin.account.people[user] = answer["license"]["id"]


async def transfer(admin: Administrator) -> None:
    """Hand a seat from one to another."""
    found, other = _holder(admin), admin.account.somebody(admin.random, licensed=False)
    if found is None or other is None:
        return
    user, license = found
    answer = await admin.mutate(
        "transferLicense",
        f"... on LicenseTransferred {{ {LICENSE} ended {{ id }} }}",
        licenseId=license,
        toUserId=other,
    )
    if answer["__typename"] == "LicenseTransferred":
        admin.keep_license(answer["license"])
        admin.ledger.ended.add(key(answer["ended"]["id"]))
        admin.account.people |= {user: None, other: answer["license"]["id"]}


async def remove(admin: Administrator) -> None:
    """Take a seat back."""
    if (found := _holder(admin)) is None:
        return
    user, license = found
    answer = await admin.mutate("removeLicense", "... on LicenseRemoved { license { id } }", licenseId=license)
    if answer["__typename"] == "LicenseRemoved":
        admin.ledger.ended.add(key(answer["license"]["id"]))
        admin.account.people[user] = None


async def send_link(admin: Administrator) -> None:
    """Have a fresh activation link mailed."""
    if (found := _holder(admin)) is not None:
        await admin.mutate("sendActivationLink", licenseId=found[1])


def _holder(admin: Administrator) -> tuple[str, str] | None:
    user = admin.account.somebody(admin.random, licensed=True)
    license = admin.account.people[user] if user else None
    return (user, license) if user and license else None
