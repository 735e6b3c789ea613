"""Parts of a statement that say which rows a list shows."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Condition:
    """`{row}` stands for the alias of the row, `{value}` for the place of the value, `{account}` for whose it is.

    `requires` is SQL that holds of the value, or the whole list is refused.
    """

    sql: str
    value: Any = None
    requires: str = ""

    @property
    def values(self) -> list[Any]:
        """Its value, if it has one."""
        return [self.value] if "{value}" in self.sql else []
