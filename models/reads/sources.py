"""Ids of the rows of a list, by the sources of one of its conditions."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.reads.conditions import OF_ACCOUNT, Condition, Sample, Source

# A condition, and the place of its value in the statement.
Placed = tuple[Condition, str]
# Signs, and the places of ids to compare with by them.
Edges = Sequence[tuple[str, str]]
Keys = Sequence[tuple[str, str]]
FIRST_ID = "'00000000-0000-0000-0000-000000000000'::uuid"
LAST_ID = "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid"


@dataclass(frozen=True)
class SourcedIds:
    """The ids that meet several conditions, found by the sources of one. No id is in two sources.

    Each source is a select of its own, with the order and the limit of the page in it: PostgreSQL then plans it by
    what it is made for, and not by a guess at how many rows the account has.
    """

    conditions: Sequence[Placed]
    account: str

    @classmethod
    def of(cls, conditions: Sequence[Placed], account: str) -> "SourcedIds | None":
        """None where no condition has sources."""
        return cls(conditions, account) if any(each.sources for each, _ in conditions) else None

    def page(self, order: str, limit: str, edges: Edges) -> str:
        """A select of the first ids in an order, "" or "DESC"."""
        selects = [
            f"(SELECT {source.id} AS id {self._in_order(source, order, limit, edges)})" for source in self._sources
        ]
        if len(selects) == 1:
            return selects[0]
        return f"(SELECT id FROM ({' UNION ALL '.join(selects)}) AS found ORDER BY id {order} LIMIT {limit})"  # noqa: S608 - constants

    def count(self) -> str:
        """How many there are."""
        counts = []
        for source in self._sources:
            keys = [f"{column} = {value}" for column, value in source.keys]
            counts.append(f"(SELECT count(*) {self._rows(source, [*keys, *self._when_counted(source)])})")
        return f"({' + '.join(counts)})"

    def exist(self, edges: Edges) -> str:
        """Whether there are any. In order, so that PostgreSQL begins with those beside the edge."""
        order = "DESC" if any(sign in {"<", "<="} for sign, _ in edges) else ""
        firsts = [self._in_order(source, order, "1", edges) for source in self._sources]
        return f"({' OR '.join(f'(SELECT true {first}) IS NOT NULL' for first in firsts)})"

    def _in_order(self, source: Source, order: str, limit: str, edges: Edges) -> str:
        conditions = [*_between(source.keys, source.id, edges), *self._on_page(source, order, limit, edges)]
        return f"{self._rows(source, conditions)} ORDER BY {_ordered(source.keys, source.id, order)} LIMIT {limit}"

    def _on_page(self, source: Source, order: str, limit: str, edges: Edges) -> list[str]:
        if source.sample is None:
            return []
        first = _first(source, source.sample.size, order, edges)
        return [_where(self._is_common(source.sample, limit, [first]), source)]

    def _when_counted(self, source: Source) -> list[str]:
        if source.sample is None:
            return []
        ends = [_first(source, source.sample.size // 2, order, []) for order in ("", "DESC")]
        return [_where(self._is_common(source.sample, str(source.sample.many), ends), source)]

    @property
    def _sourced(self) -> Placed:
        return next(placed for placed in self.conditions if placed[0].sources)

    @property
    def _sources(self) -> Sequence[Source]:
        return self._sourced[0].sources

    def _is_common(self, sample: Sample, least: str, rows: Sequence[str]) -> str:
        met = " AND ".join(self._others("sample", "sample.id")) or "true"
        return (
            f"(SELECT count(*) FILTER (WHERE {met}) >= {least} OR count(*) >= {sample.many}"  # noqa: S608 - constants
            f" FROM ({' UNION ALL '.join(rows)}) AS sample WHERE {sample.sql})"
        )

    def _rows(self, source: Source, more: Sequence[str]) -> str:
        parts = [each.format(account=self.account, value=self._sourced[1]) for each in (*more, source.sql)]
        parts += self._others("found", source.id)
        return f'FROM "{source.table}" AS found WHERE {" AND ".join(parts)}'

    def _others(self, row: str, row_id: str) -> list[str]:
        sourced = self._sourced
        others = [placed for placed in self.conditions if placed is not sourced]
        return [each.written(row, self.account, value, row_id) for each, value in others]


def _where(common: str, source: Source) -> str:
    return common if source.common else f"NOT {common}"


def _first(source: Source, size: int, order: str, edges: Edges) -> str:
    """The first rows of the account, whatever conditions they meet."""
    between = " AND ".join(_between(OF_ACCOUNT, "found.id", edges))
    ordered = _ordered(OF_ACCOUNT, "found.id", order)
    return f'(SELECT * FROM "{source.table}" AS found WHERE {between} ORDER BY {ordered} LIMIT {size})'  # noqa: S608 - constants


def _between(keys: Keys, id: str, edges: Edges) -> list[str]:
    """Conditions on the columns of an index that hold rows to its keys, and to edges of ids.

    They are of rows and not of columns: PostgreSQL, which does not know the account, expects many rows between them,
    and so reads them in the order of the index and only as far as it must.
    """
    columns = [*(column for column, _ in keys), id]
    values = [value for _, value in keys]
    return [
        f"ROW({', '.join(columns)}) {sign} ROW({', '.join([*values, edge])})"
        for sign, edge in [(">=", FIRST_ID), ("<=", LAST_ID), *edges]
    ]


def _ordered(keys: Keys, id: str, order: str) -> str:
    return ", ".join(f"{column} {order}" for column in [*(column for column, _ in keys), id])


def known_total(conditions: Sequence[Placed], account: str) -> str:
    """SQL for how many rows meet the conditions, where that is known without counting; else nothing."""
    if len(conditions) != 1:
        return ""
    condition, value = conditions[0]
    return condition.total.format(account=account, value=value)
