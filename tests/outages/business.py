"""An account with people and seats, made in a process of its own: the test's own pool is on another database."""

import asyncio
import json
from pathlib import Path

from api.schema.ids import encode_id
from models.database.connection import connect, disconnect
from models.tables import Role
from tests.support.business import Business
from tests.support.company import make_company
from tests.support.processes import call
from tests.support.running import usher_environment


async def make_business(url: str, folder: Path, domain: str, *, people: int, seats: int) -> Business:
    """Make an account with so many users, none of them licensed, and so many seats of PRO."""
    done = await call(_make_business, url, domain, people, seats, folder=folder, env=usher_environment())
    assert done.code == 0, done.err
    return Business(**json.loads(done.out.splitlines()[-1]))


def _make_business(url: str, domain: str, people: int, seats: int) -> None:
    print(json.dumps(asyncio.run(_make(url, domain, people, seats))))  # noqa: T201 - the answer of the process


async def _make(url: str, domain: str, people: int, seats: int) -> dict[str, object]:
    await connect(url)
    try:
        company = await make_company(domain)
        users = [await company.add_user(f"Person{n}", role=Role.STANDARD) for n in range(people)]
        await company.buy(PRO=seats)
        return {
            "account_id": str(company.account_id),
            "token": await company.access_token(),
            "users": [encode_id("User", user.id) for user in users],
            "packages": {code: encode_id("Package", package.id) for code, package in company.packages.items()},
        }
    finally:
        await disconnect()
