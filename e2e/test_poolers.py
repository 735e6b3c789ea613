"""Usher behind Debian's PgBouncer: the whole procedure in both of its modes, and the errors of a wrong setup."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import orjson
import pytest

from models.database.connecting import CannotConnect, connect_to_database
from models.database.database_url import DatabaseUrl
from tests.conftest import INSTALL_URL, METRICS_TOKEN, PUBLIC_URL, SECRET_KEY
from tests.outages.business import make_business
from tests.outages.load import CLIENTS, assert_log_is_calm, assert_nothing_is_lost, under_load
from tests.support.business import Business
from tests.support.client import Client
from tests.support.cluster import Cluster
from tests.support.installation import Installation, UsherProcess
from tests.support.limits_shown import LIMITS_SHOWN
from tests.support.pgbouncer import Mode, PgBouncer
from tests.support.seats_feed import SEATS, next_update
from tests.support.smtp import MailServer
from tests.support.waiting import until, until_told

ASSIGN = "mutation ($input: AssignLicenseInput!) { assignLicense(input: $input) { __typename } }"
VERSION = "{ account { version } }"
ADMIN = "admin@example.com"
# In session mode each connection of a process keeps one of the server: processes x (their pool + 1) must be there.
SESSIONS = 40


@dataclass
class Pooled:
    """An installation without processes yet: its database behind PgBouncer, and a mail server."""

    cluster: Cluster
    pooler: PgBouncer
    installation: Installation
    mail: MailServer

    async def migrate(self) -> str:
        """Run `usher migrate`; returns its output, and fails unless it succeeded."""
        code, printed = await self.installation.run("migrate")
        assert code == 0, printed
        return printed

    async def prints(self, *arguments: str) -> str:
        """Run another command; returns the last line that it printed."""
        code, printed = await self.installation.run(*arguments)
        assert code == 0, printed
        return printed.splitlines()[-1]


@asynccontextmanager
async def pooled(mode: Mode, folder: Path, *, without: tuple[str, ...] = ()) -> AsyncIterator[Pooled]:
    """Set such an installation up as the documentation says, but for the settings in `without`."""
    pool = SESSIONS if mode == "session" else 4
    async with Cluster() as cluster, PgBouncer(cluster, mode, pool) as pooler, MailServer() as mail:
        none_kept = "" if mode == "session" or "statement_cache_size" in without else "&statement_cache_size=0"
        settings = {
            "DATABASE_URL": f"{pooler.url}{none_kept}",
            "DATABASE_DIRECT_URL": cluster.url,
            "DATABASE_POOL": "10" if mode == "session" else "20",
            "SECRET_KEY": SECRET_KEY,
            "SMTP_URL": f"smtp://127.0.0.1:{mail.port}?starttls=never",
            "PUBLIC_URL": PUBLIC_URL,
            "INSTALL_URL": INSTALL_URL,
            "METRICS_TOKEN": METRICS_TOKEN,
        }
        settings = {name: value for name, value in settings.items() if name not in without}
        async with Installation(folder, settings) as installation:
            yield Pooled(cluster, pooler, installation, mail)


@pytest.mark.parametrize("mode", ["session", "transaction"])
async def test_the_whole_procedure(mode: Mode, tmp_path: Path) -> None:
    async with pooled(mode, tmp_path) as setup:
        await setup.migrate()
        assert "applied" not in await setup.migrate()
        await assert_limits_are_in_force(setup)
        serving = await setup.installation.serve("--relay")
        other = await setup.installation.serve("--no-relay")
        for server in (serving, other):
            await until_told(lambda server=server: _receives_notifications(server, 1))
        token, user = await open_account(setup, serving)
        await run_procedure(setup, token, user, serving=serving, other=other)
        await setup.installation.verify()
        for server in (serving, other):
            assert_log_is_calm(server)
            assert "neighbours." not in server.printed
            await server.stop()


@pytest.mark.parametrize("mode", ["session", "transaction"])
async def test_more_clients_than_connections_get_correct_results(mode: Mode, tmp_path: Path) -> None:
    async with pooled(mode, tmp_path) as setup:
        await setup.migrate()
        company = await make_company(setup, tmp_path)
        server = await setup.installation.serve("--no-relay")
        assert setup.pooler.pool < CLIENTS
        async with under_load(server, company) as load:
            await load.more_rounds(2 * CLIENTS)
        assert load.experience.outcomes["unavailable"] == 0
        await server.stop()
        assert_log_is_calm(server)
        await assert_nothing_is_lost(load, setup.cluster, tmp_path)


@pytest.mark.parametrize("mode", ["session", "transaction"])
async def test_processes_reconnect_after_the_pooler_was_killed(mode: Mode, tmp_path: Path) -> None:
    async with pooled(mode, tmp_path) as setup:
        await setup.migrate()
        company = await make_company(setup, tmp_path)
        server = await setup.installation.serve("--no-relay")
        async with under_load(server, company) as load:
            await load.more_rounds(CLIENTS)
            await setup.pooler.kill()
            await load.experience.more("unavailable", 1)
            await setup.pooler.start()
            await load.more_rounds(CLIENTS)
        await server.stop()
        assert_log_is_calm(server)
        await assert_nothing_is_lost(load, setup.cluster, tmp_path)


async def test_processes_connect_to_the_pooler_of_a_promoted_standby(tmp_path: Path) -> None:
    async with pooled("transaction", tmp_path) as setup, Cluster(follows=setup.cluster) as standby:
        await setup.cluster.replicate()
        async with PgBouncer(standby) as other:
            clusters = f"postgres://postgres@/usher?host={setup.cluster.folder},{standby.folder}"
            poolers = f"postgres://postgres@/usher?host={setup.pooler.folder},{other.folder}&port=6432"
            settings = setup.installation.settings
            settings |= {"DATABASE_URL": f"{poolers}&statement_cache_size=0", "DATABASE_DIRECT_URL": clusters}
            await setup.migrate()
            company = await make_company(setup, tmp_path)
            server = await setup.installation.serve("--no-relay")
            async with under_load(server, company) as load:
                # By now the pooler of the standby has authenticated it as one.
                await load.more_rounds(CLIENTS)
                with pytest.raises(CannotConnect):
                    await connect_to_database(DatabaseUrl.parse(f"{other.url}&target_session_attrs=primary"))
                await setup.cluster.kill()
                await standby.take_over()
                await load.more_rounds(CLIENTS)
            await server.stop()
            assert_log_is_calm(server)
            await assert_nothing_is_lost(load, standby, tmp_path)


@pytest.mark.parametrize("command", ["serve", "relay"])
async def test_a_pooler_that_keeps_no_statements_stops_the_start(command: str, tmp_path: Path) -> None:
    async with pooled("transaction", tmp_path, without=("statement_cache_size",)) as setup:
        await setup.migrate()
        code, printed = await setup.installation.run(command)
        assert code == 2
        assert "Add statement_cache_size=0 to USHER_DATABASE_URL" in printed
        assert "Traceback" not in printed


async def test_lost_prepared_statements_are_logged_once_and_answered_with_unavailable(tmp_path: Path) -> None:
    async with pooled("session", tmp_path) as setup:
        await setup.migrate()
        company = await make_company(setup, tmp_path)
        server = await setup.installation.serve("--no-relay")
        setup.pooler.use("transaction", pool=2)
        async with Client(server.url, company.token) as client:
            # Each is a statement of its own, prepared in one transaction and executed in the next.
            reads = [
                f"{{ account {{ users {{ nodes {{ {' '.join(fields)} }} }} }} }}"
                for number in range(1, 5)
                for fields in combinations(["id", "email", "firstName", "lastName", "role", "locale"], number)
            ]

            async def is_logged() -> bool:
                answers = await asyncio.gather(*[client.post(read) for read in reads])
                codes = {error["extensions"]["code"] for answer in answers for error in answer.get("errors", [])}
                assert codes <= {"UNAVAILABLE"}
                return "database.prepared_statements_lost" in server.printed

            await until_told(is_logged)
            await is_logged()
        assert logged(server, "database.prepared_statements_lost") == [
            {"level": "error", "see": "statement_cache_size=0 in USHER_DATABASE_URL"}
        ]
        assert "internal_error" not in server.printed
        assert "Traceback" not in server.printed
        setup.pooler.use("session", pool=SESSIONS)


async def test_without_a_direct_url_processes_log_that_they_receive_no_notifications(tmp_path: Path) -> None:
    async with pooled("transaction", tmp_path) as setup:
        await setup.migrate()
        del setup.installation.settings["DATABASE_DIRECT_URL"]
        company = await make_company(setup, tmp_path)
        server = await setup.installation.serve("--no-relay")
        other = await setup.installation.serve("--no-relay")
        await until(lambda: bool(logged(server, "neighbours.deaf")))
        assert logged(server, "neighbours.deaf") == [{"level": "warning", "see": "USHER_DATABASE_DIRECT_URL"}]
        assert await _receives_notifications(server, 0)
        # They poll every second.
        async with Client(server.url, company.token) as client, client.live() as live:
            await live.subscribe(SEATS)
            await next_update(live)
            async with Client(other.url, company.token) as admin:
                given = {"userId": company.users[0], "packageId": company.packages["PRO"]}
                assert (await admin.mutate("assignLicense", "", **given))["__typename"] == "LicenseAssigned"
            assert (await next_update(live))[2] == {"PRO": (CLIENTS, 1, 0)}


@pytest.mark.parametrize("mode", ["session", "transaction"])
async def test_migrations_through_a_pooler_are_refused(mode: Mode, tmp_path: Path) -> None:
    async with pooled(mode, tmp_path, without=("DATABASE_DIRECT_URL",)) as setup:
        code, printed = await setup.installation.run("migrate")
        assert code == 2
        assert "Set USHER_DATABASE_DIRECT_URL" in printed
        assert await setup.cluster.fetch("SELECT FROM pg_tables WHERE schemaname = 'public'") == []


async def test_connections_that_the_pooler_had_before_the_limits_stop_the_start(tmp_path: Path) -> None:
    async with pooled("transaction", tmp_path) as setup:
        await setup.migrate()
        await setup.cluster.execute("ALTER ROLE CURRENT_USER IN DATABASE usher RESET ALL")
        await setup.pooler.kill()
        await setup.pooler.start()
        for advice in ("Run `usher migrate`", "RECONNECT"):
            code, printed = await setup.installation.run("serve")
            assert code == 2
            assert advice in printed
            await setup.migrate()
        await setup.pooler.kill()
        await setup.pooler.start()
        server = await setup.installation.serve("--no-relay")
        await server.stop()


async def assert_limits_are_in_force(setup: Pooled) -> None:
    """Each connection of the pooler has the limits of the role, without asking for them."""
    connection = await asyncpg.connect(setup.pooler.url, statement_cache_size=0)
    shown = {name: await connection.fetchval("SELECT current_setting($1)", name) for name in LIMITS_SHOWN}
    await connection.close()
    assert shown == LIMITS_SHOWN


async def open_account(setup: Pooled, server: UsherProcess) -> tuple[str, str]:
    """Open an account with an approved domain, sign in by mail; returns the access token and a user to license."""
    async with Client(server.url) as anonymous:
        await anonymous.mutate(
            "openAccount", "", companyName="Example", email=ADMIN, firstName="Ada", lastName="Admin"
        )
        link = await mailed_token(setup.mail, ADMIN, "sign-in")
        signed_in = await anonymous.mutate(
            "completeSignIn", "... on SignedIn { accessToken }", token=link, session="BEARER"
        )
        token = signed_in["accessToken"]
        admin = anonymous.signed_in(token)
        await admin.mutate("addDomain", "", name="example.com")
        await setup.prints("domain", "approve", "--yes", "example.com")
        added = await admin.mutate(
            "addUser", "... on UserAdded { user { id } }", email="person@example.com", firstName="Per", lastName="Son"
        )
    return token, added["user"]["id"]


async def run_procedure(setup: Pooled, token: str, user: str, *, serving: UsherProcess, other: UsherProcess) -> None:
    """Buy, assign and activate through one process, with a subscription through another one."""
    async with Client(other.url, token) as admin, Client(serving.url, token).live() as live:
        await live.subscribe(SEATS)
        assert (await next_update(live))[1]
        packages = {each["code"]: each["id"] for each in (await admin.run("{ packages { id code } }"))["packages"]}
        assert await buy(admin, packages["PRO"], 3) == "COMPLETED"
        assert (await next_update(live))[1:] == (False, {"PRO": (3, 0, 0)})
        assigned = await admin.mutate(
            "assignLicense", "... on LicenseAssigned { license { id } }", userId=user, packageId=packages["PRO"]
        )
        assert (await next_update(live))[1:] == (False, {"PRO": (3, 1, 0)})
        link = await mailed_token(setup.mail, "person@example.com", "activate")
        active = await admin.mutate("activateLicense", "... on LicenseActivated { license { id } }", token=link)
        assert active["license"] == assigned["license"]
        assert (await next_update(live))[1:] == (False, {"PRO": (3, 1, 1)})


async def buy(admin: Client, package: str, quantity: int) -> str:
    """Buy seats by way of the cart; returns the state of the purchase."""
    cart = await admin.mutate(
        "addToCart", "... on CartChanged { cart { version } }", packageId=package, quantity=quantity
    )
    validated = await admin.mutate(
        "validatePurchase", "... on PurchaseValidated { purchase { id } }", cartVersion=cart["cart"]["version"]
    )
    done = await admin.mutate(
        "proceedToPurchase",
        "... on PurchaseProceeded { purchase { state } }",
        purchaseId=validated["purchase"]["id"],
        acceptLicenses=True,
        paymentMethod="pm_card_visa",
        idempotencyKey="once",
    )
    return done["purchase"]["state"]


async def mailed_token(mail: MailServer, to: str, path: str) -> str:
    """The token of a mailed link, once the mail has come."""
    link = re.compile(rf"{PUBLIC_URL}/{path}\?token=([\w-]+)")

    def find() -> str | None:
        texts = (one.message.get_body(("plain",)) for one in mail.taken if one.to == to)
        found = [link.search(text.get_content()) for text in texts if text is not None]
        return next((each[1] for each in found if each), None)

    await until(lambda: find() is not None)
    return find() or ""


async def make_company(setup: Pooled, folder: Path) -> Business:
    """An account with a user and a seat for each client, made through the pooler."""
    url = setup.installation.settings["DATABASE_URL"]
    return await make_business(url, folder, "company.example.com", people=CLIENTS, seats=CLIENTS)


def logged(server: UsherProcess, event: str) -> list[dict[str, Any]]:
    """The log's lines of an event, without their time."""
    lines = [orjson.loads(line) for line in server.printed.splitlines() if line.startswith("{")]
    found = [line for line in lines if line.get("event") == event]
    return [{name: line[name] for name in line.keys() & {"level", "see"}} for line in found]


async def _receives_notifications(server: UsherProcess, value: int) -> bool:
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {METRICS_TOKEN}"}) as http:
        text = (await http.get(f"{server.url}/metrics")).text
    return f"\nusher_neighbours_hear {float(value)}\n" in text
