"""How GraphQL types show rows: said once, beside each type, and used by every plan.

Names of columns, never SQL: `engine/sql/sources.py` and `engine/sql/statement.py` write it, and hold every table to
the viewer's account.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.sql.paging import Paging
from models.permissions import Permission
from models.reads.conditions import Condition

# In place of a column: the viewer's account. `viewer.credential_id` is one of the credential's row, on any type.
ACCOUNT = "$account"
# In place of a table: the row of the credential, of which there is one.
VIEWER = "viewer"


@dataclass(frozen=True)
class Column:
    """A field that shows a column, or the result of a function of columns; `pool.assigned` is of a joined table.

    Without columns it shows the current time. Columns of `json` are parsed first.
    """

    columns: tuple[str, ...]
    show: Callable[..., Any] | None = None
    json: bool = False


@dataclass(frozen=True)
class Computed:
    """A field that shows an SQL expression of `models/` on a row `{row}` of an account `{account}`."""

    sql: str
    show: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Translated:
    """A field that shows a column of text, in the viewer's language if the column `translations` has it."""

    column: str


@dataclass(frozen=True)
class Embedded:
    """A field that shows an object made of the same row: by its type's mapping, or by fields given here.

    The field's arguments are of the list named `arguments_of` in it. `make` makes the object of a row.
    """

    fields: "Mapping[str, Field] | None" = None
    arguments_of: str | None = None
    make: Callable[[Any], Any] | None = None
    requires: Permission | None = None


@dataclass(frozen=True)
class Join:
    """A table beside the row's own, at most one row of it: `on` are its columns, and those here that they equal.

    `live` names columns of it that must be null. Of several rows the `newest` is taken. `shared` tables belong to no
    account.
    """

    table: str
    on: Mapping[str, str]
    live: tuple[str, ...] = ()
    newest: bool = False
    shared: bool = False


@dataclass(frozen=True)
class ToOne:
    """A field that shows the row that a join finds. If it cannot be null, the row is known to be there."""

    join: Join


@dataclass(frozen=True)
class ToMany:
    """A field that shows many rows in an order of their columns: all of them, or as a connection a page of them.

    `of` is a column of the rows, and the one here that it equals. `wanted` makes conditions of the field's arguments;
    it may raise what the field itself would be refused with. `paging` is that of ids where it is not given; the first
    column of the order is that of the cursors. `edge_requires` is SQL that holds of the row that a page stands
    beside, or the whole list is refused.
    """

    order: tuple[str, ...] = ("id",)
    newest_first: bool = False
    of: tuple[str, str] | None = None
    always: Condition | None = None
    wanted: Callable[[dict[str, Any]], Iterable[Condition]] | None = None
    paging: Paging | None = None
    edge_requires: str = ""
    requires: Permission | None = None


@dataclass(frozen=True)
class OfViewer:
    """A field that shows the one object of its type that is the viewer's: themselves, their account, their cart."""

    requires: Permission | None = None


@dataclass(frozen=True)
class ByIds:
    """A field that shows rows by their global ids, one or many: of types, each with the permission to see them."""

    argument: str
    many: bool
    types: Mapping[str, Permission | None]


Field = Column | Computed | Translated | Embedded | ToOne | ToMany | OfViewer | ByIds


@dataclass(frozen=True)
class TypeMapping:
    """A GraphQL type and the table whose rows it shows, or those that meet a condition.

    A table may be a SELECT in parentheses. `shared` tables belong to no account.
    """

    type_name: str
    table: str
    fields: Mapping[str, Field]
    joins: Mapping[str, Join] = field(default_factory=dict)
    where: Condition | None = None
    shared: bool = False


class TypeMappings(dict[str, TypeMapping]):
    """Every mapping, by the name of its type."""

    def add(self, mapping: TypeMapping) -> None:
        """Add a mapping."""
        self[mapping.type_name] = mapping


MAPPINGS = TypeMappings()
