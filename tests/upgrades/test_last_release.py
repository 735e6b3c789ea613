"""From the last release to this version while people work: nobody meets an error, and nothing is lost."""

from pathlib import Path

import pytest

from tests.soak.accounts import open_accounts
from tests.soak.checks import CHECKS, NOT_IN_LOGS, followers_saw_everything, logs_are_calm
from tests.soak.draining import drain
from tests.soak.soak import all_heard
from tests.support.installation import UsherProcess
from tests.support.last_release import install
from tests.support.migrating import NAMES
from tests.upgrades.rollout import Rollout, following, rollout, working


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the last release is installed."""
    return install(tmp_path_factory.mktemp("released"))


async def test_an_upgrade_under_load(tmp_path: Path, packages: Path) -> None:
    async with rollout(tmp_path, packages) as site:
        (old,) = site.servers
        accounts = await open_accounts(site, site.ledger, 2)
        async with following(site, accounts) as followers:
            async with working(site, accounts):
                # The last release has migrated.
                assert await applied(site) == sorted(path.stem for path in packages.glob("models/migrations/0*.py"))
                await replace_last_release(site, old)
            # Nobody was refused, or asked to come again.
            assert set(site.ledger.experience.outcomes) == {"answered"}
            assert sum(site.ledger.retried.values()) == 0
            left = await drain(site)
            await all_heard(site, followers)
        wrong = [*site.ledger.wrong, *site.ledger.experience.wrong, *left]
        for check in CHECKS:
            wrong += [found async for found in check(site, site.ledger)]
        wrong += [found async for found in followers_saw_everything(site, followers)]
        await site.stop()
        wrong += [found async for found in logs_are_calm(site, site.ledger)]
        assert site.released is not None
        for process in site.released.processes:
            wrong += NOT_IN_LOGS.findall(process.printed)
        assert wrong == []


async def replace_last_release(site: Rollout, old: UsherProcess) -> None:
    """Migrate beside the last release, have this version take its place, and go back for a while."""
    await site.some_calls()
    code, printed = await site.installation.run("migrate")
    assert (code, printed.splitlines()[-1]) == (0, "The database is up to date.")
    assert await applied(site) == NAMES
    await site.some_calls()
    site.servers.append(await site.installation.serve())
    await site.some_calls()
    await site.leave(old)
    await site.some_calls()
    # Back again, and forth.
    assert site.released is not None
    again = await site.released.serve()
    site.servers.append(again)
    await site.some_calls()
    await site.leave(again)
    await site.some_calls()


async def applied(site: Rollout) -> list[str]:
    """The migrations that the database has on record."""
    return [row["name"] for row in await site.cluster.fetch("SELECT name FROM tortoise_migrations ORDER BY name")]
