"""Parts of a statement that say which rows a list shows."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

OF_ACCOUNT = (("found.account_id", "{account}"),)


@dataclass(frozen=True)
class Sample:
    """How a source tells whether many rows meet `sql`, a condition on `sample`: `size` rows are looked at first.

    They are common where those at the beginning of a page meet all conditions and fill it, or `many` of them meet
    `sql`. Where rows are counted, the first and the last are looked at.
    """

    sql: str
    size: int
    many: int


@dataclass(frozen=True)
class Source:
    """Rows of a table, under the alias `found`, whose column `id` holds ids of rows of a list.

    `{account}` and `{value}` stand for what they do in a condition. `keys` are the columns of an index before `id`,
    and what they equal. A source that is read by another index has none, and holds its rows to the account by its
    SQL. One with a sample is read only where the rows of it are `common`, or only where they are not.
    """

    table: str
    sql: str
    id: str = "found.id"
    keys: tuple[tuple[str, str], ...] = OF_ACCOUNT
    sample: Sample | None = None
    common: bool = True


@dataclass(frozen=True)
class Condition:
    """`{row}` stands for the alias of the row, `{id}` for its id, `{value}` for the place of the value.

    `{account}` is whose it is. `requires` is SQL that holds of the value, or the whole list is refused.

    `sources` find the rows that meet it by indexes, each row once: they are read in place of trying the condition on
    every row of the list. `total` is SQL for how many rows meet it, where that is known without counting them.
    """

    sql: str
    value: Any = None
    requires: str = ""
    sources: tuple[Source, ...] = ()
    total: str = ""

    @cached_property
    def values(self) -> list[Any]:
        """Its value, if it has one."""
        return [self.value] if "{value}" in self.sql else []

    @cached_property
    def shape(self) -> tuple[object, ...]:
        """All of it but the value."""
        return self.sql, self.requires, self.sources, self.total

    def written(self, row: str, account: str, value: str, row_id: str = "") -> str:
        """Its SQL for a row."""
        return self.sql.format(row=row, id=row_id or f"{row}.id", account=account, value=value)
