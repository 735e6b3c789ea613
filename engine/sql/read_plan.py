"""A read plan: all of a plan that depends on no variable but conditions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLField

from engine.sql.mappings import ToMany
from engine.sql.paging import Paging
from engine.sql.sources import TableSource
from models.permissions import Permission


class NotPlannedError(Exception):
    """A document, or what it is asked with, is for graphql-core; the text says why."""


@dataclass
class ListRead:
    """One list of a document: the rows it shows, and the field whose arguments say which.

    `name` is that of the list itself, e.g. Account.users. `parent` is SQL for the key of the row that the rows belong
    to, or of many such rows; `key_of_parent` and `column` are then the variables that hold the key in the one row
    and in the other. `ids` says which of the document's lists of global ids the rows are found by.
    """

    listed: ToMany
    type_name: str
    rows: TableSource
    node: FieldNode
    definition: GraphQLField
    number: int
    name: str
    paging: Paging
    connection: bool = False
    parent: str = ""
    key_of_parent: str = ""
    column: str = ""
    ids: int | None = None
    wants_rows: bool = False
    wants_total: bool = False
    wants_page_info: bool = False

    @property
    def key(self) -> str:
        """The column that cursors are of."""
        return self.listed.order[0] if self.connection else "id"

    @property
    def source(self) -> str:
        """The variable of the rows: of those that belong to the row at hand, or of all."""
        return f"of{self.number}.get({self.key_of_parent}, ())" if self.key_of_parent else f"rows{self.number}"

    def targets(self) -> str:
        """The variables that a row is unpacked into, once every column that is selected is known."""
        if not self.rows.variables:
            self.rows.column(self.rows.alias, "id")
        return f"({', '.join(self.rows.variables)},)"


@dataclass
class ReadPlan:
    """Everything that is read from the row of `root` and the lists beside it, and the code that makes the answer.

    `translated` says that it has texts in the reader's language. `rest` are the root fields that resolvers answer, by
    their names in the answer, where the code has null for them.
    """

    root: TableSource
    code: str = ""
    lists: list[ListRead] = field(default_factory=list)
    requires: set[Permission] = field(default_factory=set)
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    translated: bool = False
    rest: dict[str, list[FieldNode]] = field(default_factory=dict)

    def reads(self, table: str) -> bool:
        """Whether a list, or an expression of its own, reads a table."""
        sources = [self.root, *(read.rows for read in self.lists)]
        return any(table in text for source in sources for text in (source.table, *source.expressions))

    @property
    def columns(self) -> int:
        """How many columns its statement selects, at most."""
        return len(self.root.expressions) + sum(len(read.rows.expressions) + 2 for read in self.lists)
