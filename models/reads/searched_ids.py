"""Ids of the users that match a search and perhaps a filter, in the way that reads the fewest rows.

The statement itself chooses the way, because PostgreSQL plans it before the account and the words are known:

- `filter`: few users have a license, which the filter asks for; each of them is tested.
- `grams`: few users match; the index of grams finds them.
- `entries`: many match. The search entries of a large account are read in the order of the list, which is several
  times faster than reading its users and the license of each.
- `rows`: many match, in an account without search entries: its users are read in the order of the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.reads.conditions import Condition, Search, Source
from models.reads.search_entries import CHANGED, KNOWN, SAMPLED
from models.reads.sources import (
    Edges,
    Placed,
    SourcedIds,
    backwards,
    between,
    counted,
    in_order,
    ordered,
    placed_source,
)

# So many users of a filter are tested in some milliseconds.
FEW = 5_000
# Of the sampled entries, one in so many has the words where they are common. To count by grams looks at fewer users,
# and at their licenses where there is a filter.
ONE_IN, ONE_IN_COUNTED = 100, 4
# Of an account without entries this many users are looked at from each end; where as many have the words, they are
# common.
LOOKED_AT, MANY = 1_000, 300

USERS = Source("users", "true")
Selects = list[tuple[Source, list[str]]]


@dataclass(frozen=True)
class SearchedIds:
    """The ids of users that meet the condition of a search, and maybe one other, a filter with an `entry`."""

    searched: Placed
    filtered: Placed | None
    account: str

    def page(self, order: str, limit: str, edges: Edges) -> str:
        """A select of the first ids in an order, "" or "DESC"."""
        selects = [
            f"(SELECT {source.id} AS id {in_order(source, [_is_chosen(way), *where], order, limit, edges)})"
            for way, selects in self._ways().items()
            for source, where in selects
        ]
        return (
            f"(WITH chosen AS MATERIALIZED (SELECT {self._way()} AS way)"  # noqa: S608 - constants
            f" SELECT id FROM ({' UNION ALL '.join(selects)}) AS found ORDER BY id {order} LIMIT {limit})"
        )

    def count(self) -> str:
        """The SQL of their number."""
        counts = {
            way: " + ".join(counted(source, where) for source, where in selects)
            for way, selects in self._ways().items()
        }
        counts["entries"] = self._entries_counted()
        whens = " ".join(f"WHEN {way!r} THEN {count}" for way, count in counts.items())
        way = self._way(ONE_IN if self.filtered else ONE_IN_COUNTED)
        return f"(SELECT CASE chosen.way {whens} END FROM (SELECT {way} AS way OFFSET 0) AS chosen)"  # noqa: S608 - constants

    def exist(self, edges: Edges) -> str:
        """The SQL of whether there is one."""
        return f"({self.page(backwards(edges), '1', edges)} IS NOT NULL)"

    def _way(self, one_in: int = ONE_IN) -> str:
        few = f"WHEN {self._filter_total()} <= {FEW} THEN 'filter' " if self._has_filter_way else ""
        known = self._filled(KNOWN)
        common = f"CASE WHEN {known} THEN {self._entries_common(one_in)} ELSE {self._rows_common()} END"
        return f"CASE {few}WHEN NOT ({common}) THEN 'grams' WHEN {known} THEN 'entries' ELSE 'rows' END"

    def _entries_common(self, one_in: int) -> str:
        sampled = f"{' AND '.join(between(_account_key(self.account), 'found.user_id', []))} AND {SAMPLED}"
        return (
            f"(SELECT count(*) FILTER (WHERE {self._entry_has_words()}) * {one_in} > count(*)"  # noqa: S608 - constants
            f" FROM search_entries AS found WHERE {sampled})"
        )

    def _rows_common(self) -> str:
        """Whether many users match; of few users, all are read."""
        source = placed_source(USERS, self.account, "")
        ends = [f"(SELECT * {in_order(source, [], order, str(LOOKED_AT), [])})" for order in ("", "DESC")]
        return (
            f"(SELECT count(*) < {2 * LOOKED_AT} OR count(*) FILTER (WHERE {self._has_words('looked_at')}) >= {MANY}"  # noqa: S608 - constants
            f" FROM ({' UNION ALL '.join(ends)}) AS looked_at)"
        )

    def _ways(self) -> dict[str, Selects]:
        """The sources of each way, with their conditions. No id is in two sources of a way."""
        filtered = [self._meets_filter("found.id")]
        users = placed_source(USERS, self.account, "")
        # In this order: PostgreSQL would look up the license of every entry first.
        entry = (
            f"CASE WHEN {self._entry_meets_filter('found')} AND {self._entry_has_words()}"
            f" THEN {self._meets_filter('found.user_id')} ELSE false END"
        )
        by_grams = Source("users", self._filled(self._search.grams), keys=())
        changed = [self._changed, self._has_words("found"), *filtered, f"NOT {self._met_filter}"]
        return {
            **({"filter": self._through_filter()} if self._has_filter_way else {}),
            "grams": [(by_grams, filtered), (users, [self._filled(self._search.unsearched), *filtered])],
            "entries": [(self._entries, [entry]), (users, changed)],
            "rows": [(users, [self._has_words("found"), *filtered])],
        }

    @property
    def _has_filter_way(self) -> bool:
        """Whether the filter needs a way of its own: an index has the entries of one package."""
        return self.filtered is not None and not self.filtered[0].package

    def _through_filter(self) -> Selects:
        condition, value = self._filter
        sources = [placed_source(each, self.account, value) for each in condition.sources]
        return [(source, [self._user_has_words(source.id)]) for source in sources]

    def _entries_counted(self) -> str:
        """The matching entries, plus and minus the changes since; without a look-up for each entry."""
        source = self._entries
        keys = [f"{column} = {value}" for column, value in source.keys]
        where = [*keys, source.sql, self._entry_meets_filter("found"), self._entry_has_words()]
        # Ordered, so that PostgreSQL does an index-only scan.
        entries = (
            f'(SELECT count(*) FROM (SELECT FROM "{source.table}" AS found WHERE {" AND ".join(where)}'  # noqa: S608 - constants
            f" ORDER BY {ordered(source, '')} OFFSET 0) AS entries)"
        )
        since = (
            f"(SELECT coalesce(sum(({self._meets_filter('found.id')})::int - ({self._met_filter})::int), 0)"  # noqa: S608 - constants
            f" FROM users AS found WHERE found.account_id = {self.account} AND {self._changed}"
            f" AND {self._has_words('found')})"
        )
        return f"{entries} + {since}"

    @property
    def _entries(self) -> Source:
        """The entries that meet the filter, by the index that begins with its column."""
        condition, value = self._filter
        source = Source("search_entries", "true", "found.user_id")
        if condition.package:
            # No keys: by a comparison of rows PostgreSQL might go through the entries of all packages.
            held = f"found.account_id = {{account}} AND found.package_id = {condition.package}"
            source = replace(source, sql=held, keys=())
        return placed_source(source, self.account, value)

    @property
    def _changed(self) -> str:
        """The users that were added since the entries were made, or may have another package."""
        return f"found.id = ANY ({self._filled(CHANGED)}::uuid[])"

    @property
    def _met_filter(self) -> str:
        """Whether a user met the filter when the entries were made."""
        return (
            f"EXISTS (SELECT FROM search_entries AS entry WHERE entry.account_id = {self.account}"
            f" AND entry.user_id = found.id AND {self._entry_meets_filter('entry')})"
        )

    @property
    def _search(self) -> Search:
        search = self.searched[0].search
        if search is None:
            raise TypeError("not the condition of a search")
        return search

    @property
    def _filter(self) -> Placed:
        return self.filtered or (Condition("true", entry="true"), "")

    def _filter_total(self) -> str:
        condition, value = self._filter
        return condition.total.format(account=self.account, value=value)

    def _filled(self, sql: str, row: str = "found") -> str:
        return sql.format(row=row, account=self.account, value=self.searched[1])

    def _has_words(self, row: str) -> str:
        return self._filled(self.searched[0].sql, row)

    def _entry_has_words(self) -> str:
        return self._filled(self._search.entry)

    def _user_has_words(self, user_id: str) -> str:
        return (
            f"(SELECT {self._has_words('person')} FROM users AS person"  # noqa: S608 - constants
            f" WHERE person.id = {user_id} AND person.account_id = {self.account})"
        )

    def _meets_filter(self, user_id: str) -> str:
        condition, value = self._filter
        return condition.written("found", self.account, value, user_id)

    def _entry_meets_filter(self, row: str) -> str:
        condition, value = self._filter
        return condition.entry.format(row=row, account=self.account, value=value)


def listed_ids(conditions: Sequence[Placed], account: str) -> SearchedIds | SourcedIds | None:
    """The ids that meet the conditions; None where they have to be tried on every row."""
    searched = [placed for placed in conditions if placed[0].search]
    if searched:
        filters = [placed for placed in conditions if not placed[0].search]
        return SearchedIds(searched[0], filters[0] if filters else None, account)
    return SourcedIds(conditions, account) if any(each.sources for each, _ in conditions) else None


def _is_chosen(way: str) -> str:
    return f"(SELECT way FROM chosen) = {way!r}"  # noqa: S608 - constants


def _account_key(account: str) -> list[tuple[str, str]]:
    return [("found.account_id", account)]
