"""The command `usher`."""

import signal
import sys

import asyncpg
import typer
from rich.console import Console
from rich.markup import escape
from tortoise.exceptions import OperationalError

from models.errors import BusinessError
from usher.commands.account import account
from usher.commands.api_key import api_key
from usher.commands.catalogue import catalogue
from usher.commands.demo import demo
from usher.commands.domain import domain
from usher.commands.migrate import migrate
from usher.commands.relay import relay
from usher.commands.schema import schema
from usher.commands.serve import serve
from usher.commands.token import token
from usher.commands.verify import verify
from usher.settings import SettingsError

HELP = """The seat desk of a business account: license packages are bought, seats are given to people, counts move.

Start with `usher demo`. To run it for real, set USHER_SECRET_KEY and USHER_SMTP_URL, then `usher serve`.
Settings come from the environment and from `.env` in this folder; docs/operating.md lists them."""

cli = typer.Typer(help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
cli.command()(demo)
cli.command()(serve)
cli.command()(relay)
cli.command()(migrate)
cli.command()(verify)
cli.command()(schema)
cli.command()(catalogue)
cli.add_typer(account, name="account")
cli.add_typer(domain, name="domain")
cli.add_typer(api_key, name="api-key")
cli.add_typer(token, name="token")


def main() -> None:
    """Run the command; what is wrong with a setting, the database or a request is one line, not a trace."""
    # uvicorn raises the signal it was stopped by again; as an exit it lets the embedded PostgreSQL be stopped too.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        cli()
    except KeyboardInterrupt:
        sys.exit(130)
    except (SettingsError, BusinessError) as error:
        _fail(str(error))
    except OperationalError as error:
        _fail(f"The database does not fit this version; run `usher migrate`. {str(error).splitlines()[0]}")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _fail(f"The database cannot be used: {error}")


def _fail(text: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]usher:[/] {escape(text)}")
    sys.exit(2)
