"""One SQL statement for all that a document reads of an account, with each list as arrays of its columns.

The driver reads an array for each column twice as fast as one of records. The columns of a page are aggregated in the
order of the page.
"""

from collections.abc import Sequence

from engine.sql.paging import ListPage
from engine.sql.read_plan import ListRead, ReadPlan
from engine.sql.sources import ACCOUNT_ID, LANGUAGE
from models.access.callers import CALLERS
from models.access.credential_conditions import is_valid
from models.reads.conditions import Condition
from models.reads.searched_ids import listed_ids
from models.reads.sources import Edges, Placed, known_total
from models.text.languages import language_sql

FIRST_VALUE = 3
LIVE = is_valid(revoked_at="viewer.revoked_at", expires_at="viewer.expires_at", moment="caller.moment")


def write_statement(read_plan: ReadPlan, pages: Sequence[ListPage], asking: str, language: str | None) -> str:
    """The statement for pages of these shapes, for any number of callers.

    `asking` selects the viewer of a caller, as a row with an account. The statement reads only rows of the viewer's
    account, and returns no data for an unknown or expired credential. Texts are in a language, or without one in that
    of each viewer's locale. The values are those of the callers, and of each page.
    """
    root = read_plan.root
    selected, sources, place = list(root.expressions), [root.source], FIRST_VALUE
    for read, page in zip(read_plan.lists, pages, strict=True):
        part = _Part(read, page, place)
        if read.wants_rows:
            selected.append(f"p{read.number}.*")
            sources.append(part.rows())
        if read.wants_page_info and page.edge is not None:
            selected.append(part.beyond())
        if read.wants_total:
            selected.append(part.total())
        selected += part.required()
        place += len(page.values)
    where = " AND ".join([*root.conditions, LIVE])
    answer = f"SELECT {', '.join(selected) or 'true'} {', '.join(sources)} WHERE {where}"
    who = f"SELECT answer.*, viewer.*, caller_number FROM {CALLERS} LEFT JOIN LATERAL ({asking}) AS viewer ON true"  # noqa: S608
    written = f"({language_sql('viewer.locale')})" if language is None else f"'{language}'"
    return f"{who} LEFT JOIN LATERAL ({answer}) AS answer ON true".replace(LANGUAGE, written)


class _Part:
    """The part of a statement that reads one list."""

    def __init__(self, read: ListRead, page: ListPage, place: int) -> None:
        self._read = read
        self._page = page
        self._alias = read.rows.alias
        self._places = [f"${place + number}" for number in range(len(page.values))]
        self._ids = listed_ids(self._placed(), ACCOUNT_ID)

    def rows(self) -> str:
        """The page's rows, as one row of arrays. Those that belong to rows of another list are of all of these."""
        rows = self._read.rows
        inner = ", ".join(f"{expression} AS c{n}" for n, expression in enumerate(rows.expressions))
        outer = ", ".join(f"array_agg(c{n}) AS c{n}" for n in range(len(rows.expressions)))
        limit = "" if self._page.size is None else f" LIMIT {self._places[-1]}"
        if self._ids:
            ids = self._ids.page(self._way, self._places[-1], self._edges())
            where = " AND ".join([*rows.conditions, f"{self._alias}.id = ANY (ARRAY{ids})"])
        else:
            where = " AND ".join([*self._conditions(), *self._window()]) or "true"
        page = f"SELECT {inner} {rows.source} WHERE {where} ORDER BY {self._order()}{limit}"
        lateral = "LATERAL " if self._read.listed.of else ""
        return f"{lateral}(SELECT {outer} FROM ({page}) AS page) AS p{self._read.number}"  # noqa: S608

    def beyond(self) -> str:
        """Whether there is a row on the other side of where the page begins."""
        number = self._conditioned + (self._page.backwards and self._page.after is not None)
        sign = ">=" if self._descends else "<="
        if self._ids:
            return self._ids.exist([(sign, self._places[number])])
        return f"EXISTS ({self._bare()} AND {self._alias}.{self._read.key} {sign} {self._places[number]})"

    def total(self) -> str:
        """How many rows the list has."""
        if known := known_total(self._placed(), ACCOUNT_ID):
            return known
        return self._ids.count() if self._ids else f"({self._bare('count(*)')})"

    def required(self) -> list[str]:
        """Whether the list may be asked for with these values."""
        found = [each.requires.format(value=place) for each, place in self._placed() if each.requires]
        if requires := self._read.listed.edge_requires:
            found += [requires.format(value=place) for _, place in self._edges()]
        return found

    @property
    def _conditioned(self) -> int:
        return sum(len(each.values) for each in self._page.conditions)

    def _bare(self, what: str = "") -> str:
        where = " AND ".join(self._conditions()) or "true"
        return f"SELECT {what} FROM {self._read.rows.table} WHERE {where}"  # noqa: S608

    def _conditions(self) -> list[str]:
        always = self._read.listed.always
        return [
            *self._read.rows.conditions,
            *self._belonging(),
            *([self._written(always)] if always else []),
            *(self._written(each, place) for each, place in self._placed()),
        ]

    def _belonging(self) -> list[str]:
        of = self._read.listed.of
        return [f'{self._alias}."{of[0]}" = {self._read.parent}'] if of else []

    def _placed(self) -> list[Placed]:
        """The page's conditions, each with the place of its value."""
        places = iter(self._places)
        return [(each, next(places) if each.values else "") for each in self._page.conditions]

    def _written(self, condition: Condition, value: str = "") -> str:
        return condition.written(self._alias, ACCOUNT_ID, value)

    def _window(self) -> list[str]:
        return [f"{self._alias}.{self._read.key} {sign} {edge}" for sign, edge in self._edges()]

    def _edges(self) -> Edges:
        page, places = self._page, iter(self._places[self._conditioned :])
        later, earlier = ("<", ">") if self._read.listed.newest_first else (">", "<")
        return [
            (sign, next(places)) for sign, row in ((later, page.after), (earlier, page.before)) if row is not None
        ]

    @property
    def _descends(self) -> bool:
        return self._page.backwards != self._read.listed.newest_first

    @property
    def _way(self) -> str:
        return "DESC" if self._descends else ""

    def _order(self) -> str:
        return ", ".join(f'{self._alias}."{column}" {self._way}' for column in self._read.listed.order)
