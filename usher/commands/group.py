"""The commands put together: what there is, and how each is found."""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, cast

import typer
from typer.core import TyperGroup
from typer.main import get_command

HELP = """The seat desk of a business account: license packages are bought, seats are given to people, counts move.

Start with `usher demo`. To run it for real, set USHER_SECRET_KEY and USHER_SMTP_URL, then `usher serve`.
Settings come from the environment and from `.env` in this folder; docs/operating.md lists them."""

# Each is what has its name in the file of its name in usher/commands.
COMMANDS = [
    "demo",
    "serve",
    "relay",
    "migrate",
    "verify",
    "schema",
    "catalogue",
    "account",
    "domain",
    "api-key",
    "token",
]


class Commands(Mapping[str, Any]):
    """The commands by their names, each imported when it is called or told of: none needs the others."""

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        command = get_command(_typer(name))
        command.name = name
        return command


def _typer(name: str) -> typer.Typer:
    python_name = name.replace("-", "_")
    found = getattr(import_module(f"usher.commands.{python_name}"), python_name)
    if isinstance(found, typer.Typer):
        return found
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(found)
    return alone


class Group(TyperGroup):
    """Typer's group, of these commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = cast("MutableMapping[str, Any]", Commands())


cli = typer.Typer(cls=Group, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@cli.callback(help=HELP)
def _group() -> None:
    """The group itself."""
