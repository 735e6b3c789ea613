"""Conditions of SQL that select the rows of a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

OF_ACCOUNT = (("found.account_id", "{account}"),)


@dataclass(frozen=True)
class Source:
    """Rows of a table, under the alias `found`, whose column `id` holds ids of rows of a list.

    `{account}` and `{value}` are placeholders as in a condition. `keys` are the columns of an index before `id`,
    and what they equal. A source that is read by another index has none, and holds its rows to the account by its
    SQL.
    """

    table: str
    sql: str
    id: str = "found.id"
    keys: tuple[tuple[str, str], ...] = OF_ACCOUNT


@dataclass(frozen=True)
class Search:
    """A search of users, as conditions on the rows by which it can be found: `{row}` is the alias of the row.

    `entry` is of a search entry, `grams` and `unsearched` are of a user: one that the index of grams finds, and one
    that has no search text yet.
    """

    entry: str
    grams: str
    unsearched: str


@dataclass(frozen=True)
class Condition:
    """A condition with placeholders: `{row}` is the alias of the row, `{id}` its id, `{value}` the parameter.

    `{account}` is the account's id. `requires` is SQL that the value must meet, or the whole list is refused.

    `sources` find the rows that meet it by indexes, each row once, in place of a filter on every row of the list.
    `total` is SQL for how many rows meet it, where that is known without counting them. `entry` is the same condition
    on a search entry `{row}`; where it holds entries to one package, `package` is SQL for its id. A condition with a
    `search` is the words of one.
    """

    sql: str
    value: Any = None
    requires: str = ""
    sources: tuple[Source, ...] = ()
    total: str = ""
    entry: str = ""
    package: str = ""
    search: Search | None = None

    @cached_property
    def values(self) -> list[Any]:
        """The value as a list, empty without one."""
        return [self.value] if "{value}" in self.sql else []

    @cached_property
    def shape(self) -> tuple[object, ...]:
        """Everything but the value."""
        return self.sql, self.requires, self.sources, self.total, self.entry, self.package, self.search

    def written(self, row: str, account: str, value: str, row_id: str = "") -> str:
        """The SQL for a row."""
        return self.sql.format(row=row, id=row_id or f"{row}.id", account=account, value=value)


def ids_condition(ids: Iterable[UUID]) -> Condition:
    """The rows of these ids."""
    return Condition("{row}.id = ANY ({value}::uuid[])", list(ids))
