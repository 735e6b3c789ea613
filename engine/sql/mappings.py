"""How GraphQL types mirror rows: said once, beside each type, and used by every plan.

Names of columns, never SQL: `engine/sql/sources.py` and `engine/sql/statement.py` write it, and hold every table to
the viewer's account.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.permissions import Permission
from models.reads.conditions import Condition

# In place of a column: the viewer's account.
ACCOUNT = "$account"


@dataclass(frozen=True)
class Column:
    """A field that shows a column, or what a function makes of several. `pool.assigned` is one of a joined table.

    Of no column, it shows the moment.
    """

    columns: tuple[str, ...]
    show: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Translated:
    """A field that shows a column of text, in the reader's language where the column `translations` has it."""

    column: str


@dataclass(frozen=True)
class Embedded:
    """A field that shows an object made of the same row: of a mirror, or of fields given here.

    The field's arguments say what the list named `arguments_of` shows.
    """

    type_name: str
    fields: "Mapping[str, Field] | None" = None
    arguments_of: str | None = None
    requires: Permission | None = None


@dataclass(frozen=True)
class Join:
    """A table beside the row's own, at most one row of it: `on` are its columns, and those here that they equal.

    `live` names columns of it that must be null. `shared` tables belong to no account.
    """

    table: str
    on: Mapping[str, str]
    live: tuple[str, ...] = ()
    shared: bool = False


@dataclass(frozen=True)
class ToOne:
    """A field that shows the row that a join finds. Without `nullable` it is known to be there."""

    type_name: str
    join: Join
    nullable: bool = False


@dataclass(frozen=True)
class Listed:
    """A field that shows many rows: in an order of their columns, all of them, or as a connection a page of them.

    `wanted` makes conditions of the field's arguments; it may raise what the field itself would be refused with.
    """

    type_name: str
    order: tuple[str, ...] = ("id",)
    always: Condition | None = None
    wanted: Callable[[dict[str, Any]], Iterable[Condition]] | None = None
    connection: bool = False
    requires: Permission | None = None


Field = Column | Translated | Embedded | ToOne | Listed


@dataclass(frozen=True)
class Mirror:
    """A GraphQL type and the table whose rows it shows. `shared` tables belong to no account."""

    type_name: str
    table: str
    fields: Mapping[str, Field]
    joins: Mapping[str, Join] = field(default_factory=dict)
    shared: bool = False


class Mirrors(dict[str, Mirror]):
    """Every mirror there is, by the name of its type."""

    def add(self, mirror: Mirror) -> None:
        """Know a mirror."""
        self[mirror.type_name] = mirror


MIRRORS = Mirrors()


def columns(*names: str) -> dict[str, Field]:
    """Fields that each show the column of their own name, in GraphQL's spelling."""
    return {_camel(name): Column((name,)) for name in names}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)
