"""What a document reads, and how its answer is shaped: all of a plan that depends on no variable but conditions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, get_named_type

from engine.collect_fields import Selector
from engine.sql.mappings import Column, Embedded, Field, Listed, Mirror, Mirrors, ToOne, Translated
from engine.sql.sources import Rows
from models.permissions import Permission


class NotPlannedError(Exception):
    """A document, or what it is asked with, is for graphql-core; the text says why."""


@dataclass
class ListRead:
    """One list of a document: the rows it shows, and the field whose arguments say which.

    `name` is that of the list itself, e.g. Account.users.
    """

    listed: Listed
    rows: Rows
    node: FieldNode
    definition: GraphQLField
    number: int
    name: str
    wants_rows: bool = False
    wants_total: bool = False
    wants_page_info: bool = False


@dataclass
class Structure:
    """Everything that is read from the row of `root` and the lists beside it, and the code that shapes it.

    `translated` says that it has texts in the reader's language.
    """

    root: Rows
    code: str = ""
    lists: list[ListRead] = field(default_factory=list)
    requires: set[Permission] = field(default_factory=set)
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    translated: bool = False

    @property
    def columns(self) -> int:
        """How many columns its statement selects, at most."""
        return len(self.root.expressions) + sum(len(read.rows.expressions) + 2 for read in self.lists)


@dataclass(frozen=True)
class Here:
    """Where a field stands: a row, the alias of its table, its mirror, and the field whose arguments count."""

    rows: Rows
    alias: str
    mirror: Mirror
    arguments: tuple[FieldNode, GraphQLField] | None = None


class Writer:
    """Writes the expression of an answer, and notes what must be read for it."""

    def __init__(self, mirrors: Mirrors, selector: Selector, cursor: Callable[[str, Any], str]) -> None:
        self._mirrors = mirrors
        self._selector = selector
        self._structure = Structure(Rows(mirrors["Account"], "a"))
        self._cursor = cursor

    def query(self, fields: Mapping[str, list[FieldNode]]) -> Structure:
        """The structure of what a query selects. Raises NotPlannedError."""
        self._structure.code = f"{{{', '.join(f'{key!r}: {self._root(nodes)}' for key, nodes in fields.items())}}}"
        return self._structure

    def _root(self, nodes: list[FieldNode]) -> str:
        match nodes[0].name.value:
            case "__typename":
                return "'Query'"
            case "account":
                root = self._structure.root
                return self._mirrored("Account", nodes, Here(root, root.alias, root.mirror))
            case other:
                raise NotPlannedError(f"Query.{other}")

    def _mirrored(self, type_name: str, nodes: list[FieldNode], here: Here) -> str:
        return self._object(type_name, here.mirror.fields, nodes, here)

    def _object(self, type_name: str, fields: Mapping[str, Field], nodes: list[FieldNode], here: Here) -> str:
        parts: list[str] = []
        for key, found, definition in self._selected(type_name, nodes):
            name = found[0].name.value
            if name == "__typename":
                parts.append(f"{key!r}: {type_name!r}")
                continue
            if name not in fields:
                raise NotPlannedError(f"{type_name}.{name}")
            parts.append(f"{key!r}: {self._field(fields[name], found, definition, here)}")
        return f"{{{', '.join(parts)}}}"

    def _selected(self, type_name: str, nodes: list[FieldNode]) -> list[tuple[str, list[FieldNode], GraphQLField]]:
        parent = self._selector.schema.get_type(type_name)
        if not isinstance(parent, GraphQLObjectType):
            raise NotPlannedError(type_name)
        selected = self._selector.fields(parent, *[node.selection_set for node in nodes])
        return [(key, found, parent.fields.get(found[0].name.value)) for key, found in selected.items()]  # pyright: ignore[reportReturnType]

    def _field(self, field: Field, nodes: list[FieldNode], definition: GraphQLField, here: Here) -> str:
        if isinstance(field, Column):
            return self._column(field, here)
        if isinstance(field, Translated):
            self._structure.translated = True
            return here.rows.text(here.alias, field.column)
        if isinstance(field, ToOne):
            return self._to_one(field, nodes, here)
        if field.requires is not None:
            self._structure.requires.add(field.requires)
        if isinstance(field, Embedded):
            return self._embedded(field, nodes, definition, here)
        return self._listed(field, nodes, definition, here)

    def _column(self, field: Column, here: Here) -> str:
        variables = [here.rows.column(here.alias, name, here.mirror) for name in field.columns]
        if field.show is None:
            return variables[0]
        return f"{self._function(field.show)}({', '.join(variables)})"

    def _to_one(self, field: ToOne, nodes: list[FieldNode], here: Here) -> str:
        mirror = self._mirrors[field.type_name]
        alias = here.rows.join(here.alias, field.join)
        shown = self._mirrored(field.type_name, nodes, Here(here.rows, alias, mirror))
        if not field.nullable:
            return shown
        return f"(None if {here.rows.column(alias, 'id')} is None else {shown})"

    def _embedded(self, field: Embedded, nodes: list[FieldNode], definition: GraphQLField, here: Here) -> str:
        arguments = (nodes[0], definition) if field.arguments_of else None
        if field.arguments_of and nodes[0].arguments:
            self._look_at_arguments(field, nodes, definition, here)
        if field.fields is None:
            mirror = self._mirrors[field.type_name]
            return self._mirrored(field.type_name, nodes, Here(here.rows, here.alias, mirror))
        return self._object(field.type_name, field.fields, nodes, Here(here.rows, here.alias, here.mirror, arguments))

    def _look_at_arguments(
        self, field: Embedded, nodes: list[FieldNode], definition: GraphQLField, here: Here
    ) -> None:
        """Have the arguments refused where they are bad, also when the list that they are of is not selected."""
        selected = {found[0].name.value for _, found, _ in self._selected(field.type_name, nodes)}
        listed = (field.fields or {}).get(field.arguments_of or "")
        if field.arguments_of not in selected and isinstance(listed, Listed):
            self._list_read(listed, here, field.arguments_of or "", (nodes[0], definition))

    def _list_read(
        self, listed: Listed, here: Here, name: str, arguments: tuple[FieldNode, GraphQLField]
    ) -> ListRead:
        number = len(self._structure.lists)
        rows = Rows(self._mirrors[listed.type_name], f"l{number}")
        read = ListRead(listed, rows, *arguments, number, f"{here.mirror.type_name}.{name}")
        self._structure.lists.append(read)
        return read

    def _listed(
        self,
        field: Listed,
        nodes: list[FieldNode],
        definition: GraphQLField,
        here: Here,
    ) -> str:
        read = self._list_read(field, here, nodes[0].name.value, here.arguments or (nodes[0], definition))
        if not field.connection:
            return self._all(read, nodes)
        return self._connection(get_named_type(definition.type).name, read, nodes)

    def _all(self, read: ListRead, nodes: list[FieldNode]) -> str:
        read.wants_rows = True
        shown = self._mirrored(read.listed.type_name, nodes, Here(read.rows, read.rows.alias, read.rows.mirror))
        return f"[{shown} for {_targets(read)} in rows{read.number}]"

    def _connection(self, type_name: str, read: ListRead, nodes: list[FieldNode]) -> str:
        parts: list[str] = []
        for key, found, definition in self._selected(type_name, nodes):
            match found[0].name.value:
                case "__typename":
                    shown = repr(type_name)
                case "nodes":
                    shown = f"\0{self._node(read, found)}\0"
                case "edges":
                    shown = f"\0{self._edge(get_named_type(definition.type).name, read, found)}\0"
                case "pageInfo":
                    shown = self._page_info(read, found)
                case "totalCount":
                    read.wants_total = True
                    shown = f"total{read.number}"
                case other:
                    raise NotPlannedError(f"{type_name}.{other}")
            parts.append(f"{key!r}: {shown}")
        # What the rows are unpacked into is known once every column that is asked for is.
        code = f"{{{', '.join(parts)}}}"
        pieces = code.split("\0")
        loop = f" for {_targets(read)} in rows{read.number}]"
        return "".join(f"[{piece}{loop}" if place % 2 else piece for place, piece in enumerate(pieces))

    def _node(self, read: ListRead, nodes: list[FieldNode]) -> str:
        read.wants_rows = True
        return self._mirrored(read.listed.type_name, nodes, Here(read.rows, read.rows.alias, read.rows.mirror))

    def _edge(self, type_name: str, read: ListRead, nodes: list[FieldNode]) -> str:
        read.wants_rows = True
        parts: list[str] = []
        for key, found, _ in self._selected(type_name, nodes):
            match found[0].name.value:
                case "__typename":
                    shown = repr(type_name)
                case "cursor":
                    shown = f"{self._cursor_of(read)}({read.rows.column(read.rows.alias, 'id')})"
                case _:
                    shown = self._node(read, found)
            parts.append(f"{key!r}: {shown}")
        return f"{{{', '.join(parts)}}}"

    def _page_info(self, read: ListRead, nodes: list[FieldNode]) -> str:
        read.wants_rows = read.wants_page_info = True
        number, column = read.number, read.rows.column(read.rows.alias, "id")
        place, cursor = read.rows.variables.index(column), self._cursor_of(read)
        known = {
            "__typename": "'PageInfo'",
            "hasNextPage": f"(beyond{number} if backwards{number} else more{number})",
            "hasPreviousPage": f"(more{number} if backwards{number} else beyond{number})",
            "startCursor": f"({cursor}(rows{number}[0][{place}]) if rows{number} else None)",
            "endCursor": f"({cursor}(rows{number}[-1][{place}]) if rows{number} else None)",
        }
        parts = [f"{key!r}: {known[found[0].name.value]}" for key, found, _ in self._selected("PageInfo", nodes)]
        return f"{{{', '.join(parts)}}}"

    def _cursor_of(self, read: ListRead) -> str:
        name = f"cursor{read.number}"
        self._structure.functions.setdefault(name, partial(self._cursor, read.name))
        return name

    def _function(self, show: Callable[..., Any]) -> str:
        functions = self._structure.functions
        for name, function in functions.items():
            if function is show:
                return name
        name = f"show{len(functions)}"
        functions[name] = show
        return name


def _targets(read: ListRead) -> str:
    if not read.rows.variables:
        read.rows.column(read.rows.alias, "id")
    return f"({', '.join(read.rows.variables)},)"
