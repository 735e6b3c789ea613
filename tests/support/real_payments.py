"""A provider that says it moves money, for what is looked at where payments are real."""

from pathlib import Path

from payments import PROVIDERS
from payments.sandbox import SandboxProvider
from tests.support.processes import start_usher
from tests.support.running import usher_environment


class RealProvider(SandboxProvider):
    """The sandbox, under a name of its own."""

    name = "real"
    moves_money = True


def take_money() -> None:
    """Have this process know the provider."""
    PROVIDERS["real"] = RealProvider


async def verify_with(provider: str, database_url: str, folder: Path) -> str:
    """Run `usher verify` where payments are this provider's; returns what it printed. Fails unless all is right."""
    env = usher_environment(DATABASE_URL=database_url, PAYMENTS=provider)
    log = folder / "verify.log"
    log.unlink(missing_ok=True)
    code = await start_usher("verify", folder=folder, env=env, log=log, prepare=take_money).wait()
    assert code == 0, log.read_text()
    return log.read_text()
