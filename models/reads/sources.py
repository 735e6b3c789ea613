"""Ids of the rows of a list, by the sources of one of its conditions."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.reads.conditions import Condition, Source

# A condition and its parameter.
Placed = tuple[Condition, str]
# Comparison operators, and the parameters of the ids to compare with.
Edges = Sequence[tuple[str, str]]
Keys = Sequence[tuple[str, str]]
FIRST_ID = "'00000000-0000-0000-0000-000000000000'::uuid"
LAST_ID = "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid"


@dataclass(frozen=True)
class SourcedIds:
    """The ids that meet several conditions, found by the sources of one. No id is in two sources.

    Each source is a SELECT of its own with the order and the limit of the page, so that PostgreSQL reads an index in
    that order, and does not plan by an estimate of the account's rows.
    """

    conditions: Sequence[Placed]
    account: str

    def page(self, order: str, limit: str, edges: Edges) -> str:
        """A select of the first ids in an order, "" or "DESC"."""
        selects = [
            f"(SELECT {source.id} AS id {in_order(source, self._where(source), order, limit, edges)})"
            for source in self._sources
        ]
        if len(selects) == 1:
            return selects[0]
        return f"(SELECT id FROM ({' UNION ALL '.join(selects)}) AS found ORDER BY id {order} LIMIT {limit})"  # noqa: S608 - constants

    def count(self) -> str:
        """The SQL of their number."""
        return f"({' + '.join(counted(source, self._where(source)) for source in self._sources)})"

    def exist(self, edges: Edges) -> str:
        """The SQL of whether there is one."""
        order = backwards(edges)
        firsts = [in_order(source, self._where(source), order, "1", edges) for source in self._sources]
        return f"({' OR '.join(f'(SELECT true {first}) IS NOT NULL' for first in firsts)})"

    @property
    def _sourced(self) -> Placed:
        return next(placed for placed in self.conditions if placed[0].sources)

    @property
    def _sources(self) -> list[Source]:
        return [placed_source(each, self.account, self._sourced[1]) for each in self._sourced[0].sources]

    def _where(self, source: Source) -> list[str]:
        others = [placed for placed in self.conditions if placed is not self._sourced]
        return [each.written("found", self.account, value, source.id) for each, value in others]


def placed_source(source: Source, account: str, value: str) -> Source:
    """The SQL of a source with the account and the parameter filled in."""
    keys = tuple((column, key.format(account=account, value=value)) for column, key in source.keys)
    return Source(source.table, source.sql.format(account=account, value=value), source.id, keys)


def in_order(source: Source, more: Sequence[str], order: str, limit: str, edges: Edges) -> str:
    """The first rows of a source that meet more conditions, from FROM to LIMIT."""
    where = " AND ".join([*between(source.keys, source.id, edges), *more, source.sql])
    return f'FROM "{source.table}" AS found WHERE {where} ORDER BY {ordered(source, order)} LIMIT {limit}'


def counted(source: Source, more: Sequence[str]) -> str:
    """The number of rows of a source that meet more conditions."""
    where = " AND ".join([*(f"{column} = {value}" for column, value in source.keys), *more, source.sql])
    return f'(SELECT count(*) FROM "{source.table}" AS found WHERE {where})'  # noqa: S608 - constants


def between(keys: Keys, id: str, edges: Edges) -> list[str]:
    """Conditions on the columns of an index that hold rows to its keys, and to edges of ids.

    They compare rows and not columns: PostgreSQL, which does not know the account, then estimates many rows, and so
    reads the index in order and stops at the limit.
    """
    columns = [*(column for column, _ in keys), id]
    values = [value for _, value in keys]
    return [
        f"ROW({', '.join(columns)}) {sign} ROW({', '.join([*values, edge])})"
        for sign, edge in [(">=", FIRST_ID), ("<=", LAST_ID), *edges]
    ]


def ordered(source: Source, order: str) -> str:
    """The columns that a source is read in the order of."""
    return ", ".join(f"{column} {order}" for column in [*(column for column, _ in source.keys), source.id])


def backwards(edges: Edges) -> str:
    """The order in which PostgreSQL begins with the rows beside the edge."""
    return "DESC" if any(sign in {"<", "<="} for sign, _ in edges) else ""


def known_total(conditions: Sequence[Placed], account: str) -> str:
    """The SQL of the number of rows, where it is known without counting; else empty."""
    if len(conditions) != 1:
        return ""
    condition, value = conditions[0]
    return condition.total.format(account=account, value=value)
