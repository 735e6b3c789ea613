"""Builds the expression of a connection: nodes, edges, page info and total of one list."""

from collections.abc import Callable
from functools import partial
from typing import Any

from graphql import FieldNode, GraphQLField, get_named_type

from engine.sql.read_plan import ListRead, NotPlannedError

Selected = list[tuple[str, list[FieldNode], GraphQLField]]


class ConnectionBuilder:
    """Builds the expression of one connection; `node` builds that of a row, `functions` are those of the plan."""

    def __init__(
        self,
        read: ListRead,
        selected: Callable[[str, list[FieldNode]], Selected],
        node: Callable[[ListRead, list[FieldNode]], str],
        functions: dict[str, Callable[..., Any]],
    ) -> None:
        self._read = read
        self._selected = selected
        self._node = node
        self._functions = functions

    def build(self, type_name: str, nodes: list[FieldNode]) -> str:
        """The expression of a connection. Raises NotPlannedError."""
        read = self._read
        parts: list[str] = []
        for key, found, definition in self._selected(type_name, nodes):
            match found[0].name.value:
                case "__typename":
                    shown = repr(type_name)
                case "nodes":
                    shown = f"\0{self._node(read, found)}\0"
                case "edges":
                    shown = f"\0{self._edge(get_named_type(definition.type).name, found)}\0"
                case "pageInfo":
                    shown = self._page_info(found)
                case "totalCount":
                    read.wants_total = True
                    shown = f"total{read.number}"
                case other:
                    raise NotPlannedError(f"{type_name}.{other}")
            parts.append(f"{key!r}: {shown}")
        # The targets of the loop are known once all columns are.
        code = f"{{{', '.join(parts)}}}"
        pieces = code.split("\0")
        loop = f" for {read.targets()} in {read.source}]"
        return "".join(f"[{piece}{loop}" if place % 2 else piece for place, piece in enumerate(pieces))

    def _edge(self, type_name: str, nodes: list[FieldNode]) -> str:
        read = self._read
        read.wants_rows = True
        parts: list[str] = []
        for key, found, _ in self._selected(type_name, nodes):
            match found[0].name.value:
                case "__typename":
                    shown = repr(type_name)
                case "cursor":
                    shown = f"{self._cursor()}({read.rows.column(read.rows.alias, read.key)})"
                case _:
                    shown = self._node(read, found)
            parts.append(f"{key!r}: {shown}")
        return f"{{{', '.join(parts)}}}"

    def _page_info(self, nodes: list[FieldNode]) -> str:
        read = self._read
        read.wants_rows = read.wants_page_info = True
        number, column = read.number, read.rows.column(read.rows.alias, read.key)
        place, cursor = read.rows.variables.index(column), self._cursor()
        known = {
            "__typename": "'PageInfo'",
            "hasNextPage": f"(beyond{number} if backwards{number} else more{number})",
            "hasPreviousPage": f"(more{number} if backwards{number} else beyond{number})",
            "startCursor": f"({cursor}(rows{number}[0][{place}]) if rows{number} else None)",
            "endCursor": f"({cursor}(rows{number}[-1][{place}]) if rows{number} else None)",
        }
        parts = [f"{key!r}: {known[found[0].name.value]}" for key, found, _ in self._selected("PageInfo", nodes)]
        return f"{{{', '.join(parts)}}}"

    def _cursor(self) -> str:
        name = f"cursor{self._read.number}"
        self._functions.setdefault(name, partial(self._read.paging.cursor, self._read.name))
        return name
