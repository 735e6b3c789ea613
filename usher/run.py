"""Running the command that was asked for."""

import gc
import signal
import sys

import asyncpg
from tortoise.exceptions import OperationalError

from models.database.connecting import DatabaseNotReady
from models.errors import BusinessError
from usher.settings import SettingsError


def run() -> None:
    """Run it; what is wrong with a setting, the database or a request is one line, not a trace."""
    # uvicorn raises the signal it was stopped by again; as an exit it lets the embedded PostgreSQL be stopped too.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(130)
    except (SettingsError, BusinessError, DatabaseNotReady) as error:
        _fail(str(error))
    except OperationalError as error:
        reason = str(error).splitlines()[0]
        if isinstance(error.__cause__, asyncpg.InsufficientPrivilegeError):
            _fail(f"The database cannot be used: {reason}")
        _fail(f"The database does not fit this version; run `usher migrate`. {reason}")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        _fail(f"The database cannot be used: {error}")


def _run() -> None:
    # Options are read by way of Pydantic, which takes a tenth of a start and of a server's memory. Here are none.
    if sys.argv[1:] == ["serve"]:
        from usher.server.start import start  # noqa: PLC0415 - no other command needs it

        start()
    else:
        from usher.commands.group import cli  # noqa: PLC0415 - as above

        gc.enable()
        cli()


def _fail(text: str) -> None:
    from rich.console import Console  # noqa: PLC0415 - nothing else of a server needs it
    from rich.markup import escape  # noqa: PLC0415

    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]usher:[/] {escape(text)}")
    sys.exit(2)
