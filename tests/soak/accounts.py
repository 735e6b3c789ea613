"""Opening the accounts, through the doors that everybody uses."""

import asyncio

from tests.soak.administrator import Account
from tests.soak.ledger import Ledger
from tests.soak.site import Site
from tests.support.business import Business
from tests.support.client import Client

PEOPLE = 12


async def open_accounts(site: Site, ledger: Ledger, count: int) -> list[Account]:
    """Open so many accounts, each with an approved domain and a few people."""
    return [await _open(site, ledger, f"company{number}.example.com") for number in range(count)]


async def _open(site: Site, ledger: Ledger, domain: str) -> Account:
    email = f"admin@{domain}"
    async with Client(site.servers[0].url) as nobody:
        opened = await nobody.mutate(
            "openAccount",
            "... on AccountOpened { account { id } }",
            companyName=f"Company of {domain.partition('.')[0]}",
            email=email,
            firstName="Ada",
            lastName="Admin",
        )
        token = (await site.command("token", "bearer", email)).strip()
        ledger.secrets.add(token)
        client = nobody.signed_in(token)
        await client.mutate("addDomain", "", name=domain)
        await site.command("domain", "approve", "--yes", domain)
        added = await asyncio.gather(*[_add_user(client, f"person{number}@{domain}") for number in range(PEOPLE)])
        shown = await client.run("{ viewer { user { id } } packages { id code } }")
    packages = {package["code"]: package["id"] for package in shown["packages"]}
    users = [shown["viewer"]["user"]["id"], *added]
    return Account(Business(opened["account"]["id"], token, users, packages), domain, dict.fromkeys(added))


async def _add_user(client: Client, email: str) -> str:
    answer = await client.mutate(
        "addUser", "... on UserAdded { user { id } }", email=email, firstName="Per", lastName="Son"
    )
    return answer["user"]["id"]
