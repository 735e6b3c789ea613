"""The locks that the statements of migrations take, and the statements that wait for them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Lock(StrEnum):
    """The locks of PostgreSQL that migrations take on existing tables; the values describe what waits for them."""

    ROW_EXCLUSIVE = "nobody waits, but for the rows that it changes"
    SHARE_UPDATE_EXCLUSIVE = "nobody waits"
    SHARE_ROW_EXCLUSIVE = "writes wait, 2 seconds at most"
    ACCESS_EXCLUSIVE = "reads and writes wait, 2 seconds at most"

    @property
    def mode(self) -> str:
        """The name of the mode in PostgreSQL."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class Taken:
    """A lock and the relation it is of: a table, or an index of the table."""

    relation: str
    lock: Lock


# The first that matches counts.
LOCKS = [
    (r"CREATE TABLE|CREATE OR REPLACE FUNCTION", None),
    (r"CREATE (?:UNIQUE )?INDEX CONCURRENTLY \w+ ON (\w+)", Lock.SHARE_UPDATE_EXCLUSIVE),
    (r"DROP INDEX CONCURRENTLY (?:IF EXISTS )?(\w+)", Lock.SHARE_UPDATE_EXCLUSIVE),
    (r"CREATE OR REPLACE TRIGGER .*? ON (\w+)", Lock.SHARE_ROW_EXCLUSIVE),
    (r"ALTER TABLE (\w+) VALIDATE CONSTRAINT", Lock.SHARE_UPDATE_EXCLUSIVE),
    (r"ALTER TABLE (\w+) SET \(autovacuum", Lock.SHARE_UPDATE_EXCLUSIVE),
    (r"ALTER TABLE (\w+) ADD CONSTRAINT \w+ FOREIGN KEY .* REFERENCES (\w+)", Lock.SHARE_ROW_EXCLUSIVE),
    (r"ALTER TABLE (\w+)", Lock.ACCESS_EXCLUSIVE),
    (r"UPDATE (\w+)", Lock.ROW_EXCLUSIVE),
]


def locks_of(statement: str) -> Iterator[Taken]:
    """The locks of a statement. Raises ValueError for a kind of statement that migrations have not had yet."""
    for pattern, lock in LOCKS:
        if found := re.match(rf"\s*(?:{pattern})", statement, re.DOTALL):
            if lock is not None:
                yield from (Taken(relation, lock) for relation in found.groups())
            return
    raise ValueError(f"no lock is known of {statement!r}")
