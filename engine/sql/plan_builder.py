"""What a document reads, and how its answer is shaped: all of a plan that depends on no variable but conditions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLField, GraphQLObjectType, OperationDefinitionNode, get_named_type

from engine.collect_fields import Selector
from engine.sql.mappings import (
    VIEWER,
    ByIds,
    Column,
    Computed,
    Embedded,
    Field,
    Listed,
    Mirror,
    Mirrors,
    OfViewer,
    ToOne,
    Translated,
)
from engine.sql.paging import Paging
from engine.sql.read_plan import ListRead, NotPlannedError, Structure
from engine.sql.sources import Rows

# Nodes whose selections are one: fields of the same name, or an operation.
Selected = Sequence[FieldNode] | Sequence[OperationDefinitionNode]


class NamedIds(NamedTuple):
    """A field that takes global ids, and the types that they name."""

    node: FieldNode
    types: tuple[str, ...]


@dataclass(frozen=True)
class Here:
    """Where a field stands: a row, the alias of its table, its mirror, and the field whose arguments count."""

    rows: Rows
    alias: str
    mirror: Mirror
    arguments: tuple[FieldNode, GraphQLField] | None = None


class Writer:
    """Writes the expression of an answer, and notes what must be read for it."""

    def __init__(self, mirrors: Mirrors, selector: Selector, paging: Paging, ids: Sequence[NamedIds] = ()) -> None:
        self._mirrors = mirrors
        self._selector = selector
        self._structure = Structure(Rows(mirrors["Account"], "a"))
        self._paging = paging
        self._ids = ids

    def query(self, operation: OperationDefinitionNode) -> Structure:
        """The structure of what a query selects. Raises NotPlannedError."""
        mirror = self._mirrors["Query"]
        self._structure.code = self._mirrored("Query", [operation], Here(self._structure.root, VIEWER, mirror))
        return self._structure

    def _mirrored(self, type_name: str, nodes: Selected, here: Here) -> str:
        return self._object(type_name, here.mirror.fields, nodes, here)

    def _object(self, type_name: str, fields: Mapping[str, Field], nodes: Selected, here: Here) -> str:
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

    def _selected(self, type_name: str, nodes: Selected) -> list[tuple[str, list[FieldNode], GraphQLField]]:
        parent = self._selector.schema.get_type(type_name)
        if not isinstance(parent, GraphQLObjectType):
            raise NotPlannedError(type_name)
        selected = self._selector.fields(parent, *[node.selection_set for node in nodes])
        return [(key, found, parent.fields.get(found[0].name.value)) for key, found in selected.items()]  # pyright: ignore[reportReturnType]

    def _field(self, field: Field, nodes: list[FieldNode], definition: GraphQLField, here: Here) -> str:
        match field:
            case Column() | Computed() | Translated():
                code = self._value(field, here)
            case ToOne():
                code = self._to_one(field, nodes, here)
            case ByIds():
                code = self._by_ids(field, nodes, definition)
            case OfViewer():
                code = self._of_viewer(field.type_name, nodes)
            case Embedded():
                code = self._embedded(field, nodes, definition, here)
            case Listed():
                code = self._listed(field, nodes, definition, here)
        if isinstance(field, OfViewer | Embedded | Listed) and field.requires is not None:
            self._structure.requires.add(field.requires)
        return code

    def _value(self, field: Column | Computed | Translated, here: Here) -> str:
        if isinstance(field, Column):
            return self._column(field, here)
        if isinstance(field, Computed):
            return self._shown(field.show, [here.rows.computed(here.alias, field.sql)])
        self._structure.translated = True
        return here.rows.text(here.alias, field.column)

    def _column(self, field: Column, here: Here) -> str:
        variables = [here.rows.column(here.alias, name, here.mirror) for name in field.columns]
        return self._shown(field.show, variables)

    def _shown(self, show: Callable[..., Any] | None, variables: list[str]) -> str:
        return variables[0] if show is None else f"{self._function(show)}({', '.join(variables)})"

    def _of_viewer(self, type_name: str, nodes: list[FieldNode]) -> str:
        return self._mirrored(type_name, nodes, self._here(type_name))

    def _here(self, type_name: str) -> Here:
        """The one row of a type that is the viewer's."""
        mirror = self._mirrors[type_name]
        return Here(self._structure.root, VIEWER if mirror.table == VIEWER else self._structure.root.alias, mirror)

    def _by_ids(self, field: ByIds, nodes: list[FieldNode], definition: GraphQLField) -> str:
        """Everything that the ids may lead to, by its id."""
        place = next(place for place, (node, _) in enumerate(self._ids) if node is nodes[0])
        types = [each for each in self._ids[place].types if each in field.types]
        self._structure.requires.update(needed for each in types if (needed := field.types[each]) is not None)
        found = ", ".join(f"**{self._of_type(each, nodes, definition, place)}" for each in types)
        if field.many:
            return f"[by_id.get(each) for by_id in ({{{found}}},) for each in ids[{place}]]"
        return f"{{{found}}}.get(ids[{place}][0])"

    def _of_type(self, type_name: str, nodes: list[FieldNode], definition: GraphQLField, place: int) -> str:
        mirror = self._mirrors[type_name]
        if mirror.table in {VIEWER, self._structure.root.mirror.table}:
            return f"{{{self._id(self._here(type_name))}: {self._of_viewer(type_name, nodes)}}}"
        read = self._list_read(Listed(type_name), self._here("Query"), nodes[0].name.value, (nodes[0], definition))
        read.ids = place
        shown = self._node(read, nodes)
        key = self._id(Here(read.rows, read.rows.alias, mirror))
        return f"{{{key}: {shown} for {_targets(read)} in rows{read.number}}}"

    def _id(self, here: Here) -> str:
        field = here.mirror.fields["id"]
        if not isinstance(field, Column):
            raise NotPlannedError(f"{here.mirror.type_name}.id")
        return self._column(field, here)

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
        paging = listed.paging or self._paging
        read = ListRead(listed, rows, *arguments, number, f"{here.mirror.type_name}.{name}", paging)
        if listed.of is not None:
            self._belong(read, *listed.of, here)
        self._structure.lists.append(read)
        return read

    def _belong(self, read: ListRead, column: str, of: str, here: Here) -> None:
        """Have the rows be those that belong to the row here, or to all rows of the list that it is of."""
        if here.rows is self._structure.root:
            read.parent = f'{here.alias}."{of}"'
            return
        read.key_of_parent = here.rows.column(here.alias, of)
        read.parent = f"ANY (p{here.rows.alias[1:]}.c{here.rows.variables.index(read.key_of_parent)})"
        read.column = read.rows.column(read.rows.alias, column)

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
        return f"[{shown} for {_targets(read)} in {_rows(read)}]"

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
        loop = f" for {_targets(read)} in {_rows(read)}]"
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
                    shown = f"{self._cursor_of(read)}({read.rows.column(read.rows.alias, read.key)})"
                case _:
                    shown = self._node(read, found)
            parts.append(f"{key!r}: {shown}")
        return f"{{{', '.join(parts)}}}"

    def _page_info(self, read: ListRead, nodes: list[FieldNode]) -> str:
        read.wants_rows = read.wants_page_info = True
        number, column = read.number, read.rows.column(read.rows.alias, read.key)
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
        self._structure.functions.setdefault(name, partial(read.paging.cursor, read.name))
        return name

    def _function(self, show: Callable[..., Any]) -> str:
        functions = self._structure.functions
        for name, function in functions.items():
            if function is show:
                return name
        name = f"show{len(functions)}"
        functions[name] = show
        return name


def _rows(read: ListRead) -> str:
    """The rows that belong to the row at hand, or all."""
    return f"of{read.number}.get({read.key_of_parent}, ())" if read.key_of_parent else f"rows{read.number}"


def _targets(read: ListRead) -> str:
    if not read.rows.variables:
        read.rows.column(read.rows.alias, "id")
    return f"({', '.join(read.rows.variables)},)"
