"""Builds the read plan of an operation: the columns and lists to read, and the expression that makes the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    is_non_null_type,
)
from orjson import loads

from engine.collect_fields import Selector
from engine.sql.connection_builder import ConnectionBuilder
from engine.sql.mappings import (
    VIEWER,
    ByIds,
    Column,
    Computed,
    Embedded,
    Field,
    OfViewer,
    ToMany,
    ToOne,
    Translated,
    TypeMapping,
    TypeMappings,
)
from engine.sql.paging import Paging
from engine.sql.read_plan import ListRead, NotPlannedError, ReadPlan
from engine.sql.sources import TableSource

# How scalars of their own are written.
SERIALIZED: Mapping[str, Callable[[Any], str]] = {"Decimal": str}
Arguments = tuple[FieldNode, GraphQLField]
# Nodes whose selections are one: fields of the same name, or an operation.
Selected = Sequence[FieldNode] | Sequence[OperationDefinitionNode]


class NamedIds(NamedTuple):
    """A field that takes global ids, and the types that they name."""

    node: FieldNode
    types: tuple[str, ...]


@dataclass(frozen=True)
class FieldPosition:
    """The place of a field: a source, the alias of its table, its mapping, and the field whose arguments count."""

    rows: TableSource
    alias: str
    mapping: TypeMapping
    arguments: Arguments | None = None


class PlanBuilder:
    """Writes the expression of an answer, and adds to the plan what must be read for it."""

    def __init__(self, mappings: TypeMappings, selector: Selector, paging: Paging, ids: Sequence[NamedIds]) -> None:
        self._mappings = mappings
        self._selector = selector
        self._plan = ReadPlan(TableSource(mappings["Account"], "a"))
        self._paging = paging
        self._ids = ids

    def query(self, operation: OperationDefinitionNode) -> ReadPlan:
        """The plan of a query. Raises NotPlannedError."""
        here = self._here("Query")
        selected = self._selected("Query", [operation])
        planned = [each for each in selected if each[1][0].name.value in here.mapping.fields]
        self._plan.rest = {key: found for key, found, _ in selected if self._is_resolved(found[0].name.value)}
        if self._plan.rest and not planned:
            raise NotPlannedError(f"Query.{next(iter(self._plan.rest.values()))[0].name.value}")
        self._plan.code = self._mapped("Query", [operation], here)
        return self._plan

    def _is_resolved(self, name: str) -> bool:
        query: Any = self._selector.schema.query_type
        return name in query.fields and name not in self._mappings["Query"].fields

    def _mapped(self, type_name: str, nodes: Selected, here: FieldPosition) -> str:
        return self._object(type_name, here.mapping.fields, nodes, here)

    def _object(self, type_name: str, fields: Mapping[str, Field], nodes: Selected, here: FieldPosition) -> str:
        parts: list[str] = []
        for key, found, definition in self._selected(type_name, nodes):
            name = found[0].name.value
            if name == "__typename":
                parts.append(f"{key!r}: {type_name!r}")
                continue
            if name in fields:
                parts.append(f"{key!r}: {self._field(fields[name], found, definition, here)}")
            elif type_name == "Query" and key in self._plan.rest:
                parts.append(f"{key!r}: None")
            else:
                raise NotPlannedError(f"{type_name}.{name}")
        return f"{{{', '.join(parts)}}}"

    def _selected(self, type_name: str, nodes: Selected) -> list[tuple[str, list[FieldNode], GraphQLField]]:
        parent = self._selector.schema.get_type(type_name)
        if not isinstance(parent, GraphQLObjectType):
            raise NotPlannedError(type_name)
        selected = self._selector.fields(parent, *[node.selection_set for node in nodes])
        return [(key, found, parent.fields.get(found[0].name.value)) for key, found in selected.items()]  # pyright: ignore[reportReturnType]

    def _field(self, field: Field, nodes: list[FieldNode], definition: GraphQLField, here: FieldPosition) -> str:
        match field:
            case Column() | Computed() | Translated():
                code = self._value(field, definition, here)
            case ToOne():
                code = self._to_one(field, nodes, definition, here)
            case ByIds():
                code = self._by_ids(field, nodes, definition)
            case OfViewer():
                code = self._of_viewer(get_named_type(definition.type).name, nodes)
            case Embedded():
                code = self._embedded(field, nodes, definition, here)
            case ToMany():
                code = self._listed(field, nodes, definition, here)
        if isinstance(field, OfViewer | Embedded | ToMany) and field.requires is not None:
            self._plan.requires.add(field.requires)
        return code

    def _value(self, field: Column | Computed | Translated, definition: GraphQLField, here: FieldPosition) -> str:
        if isinstance(field, Translated):
            self._plan.translated = True
            return here.rows.text(here.alias, field.column)
        show = field.show or SERIALIZED.get(get_named_type(definition.type).name)
        if isinstance(field, Computed):
            return self._shown(show, [here.rows.computed(here.alias, field.sql)])
        variables = [here.rows.column(here.alias, name, here.mapping) for name in field.columns]
        if field.json:
            variables = [f"({each} and {self._function(loads)}({each}))" for each in variables]
        return self._shown(show, variables)

    def _shown(self, show: Callable[..., Any] | None, variables: list[str]) -> str:
        return variables[0] if show is None else f"{self._function(show)}({', '.join(variables)})"

    def _of_viewer(self, type_name: str, nodes: list[FieldNode]) -> str:
        return self._mapped(type_name, nodes, self._here(type_name))

    def _here(self, type_name: str) -> FieldPosition:
        """The one row of a type that is the viewer's."""
        mapping = self._mappings[type_name]
        return FieldPosition(self._plan.root, VIEWER if mapping.table == VIEWER else self._plan.root.alias, mapping)

    def _by_ids(self, field: ByIds, nodes: list[FieldNode], definition: GraphQLField) -> str:
        """Everything that the ids may lead to, by its id."""
        place = next(place for place, (node, _) in enumerate(self._ids) if node is nodes[0])
        types = [each for each in self._ids[place].types if each in field.types]
        self._plan.requires.update(needed for each in types if (needed := field.types[each]) is not None)
        found = ", ".join(f"**{self._of_type(each, nodes, definition, place)}" for each in types)
        if field.many:
            return f"[by_id.get(each) for by_id in ({{{found}}},) for each in ids[{place}]]"
        return f"{{{found}}}.get(ids[{place}][0])"

    def _of_type(self, type_name: str, nodes: list[FieldNode], definition: GraphQLField, place: int) -> str:
        mapping = self._mappings[type_name]
        if mapping.table in {VIEWER, self._plan.root.mapping.table}:
            return f"{{{self._id(self._here(type_name))}: {self._of_viewer(type_name, nodes)}}}"
        name = nodes[0].name.value
        read = self._list_read(ToMany(), type_name, self._here("Query"), name, (nodes[0], definition))
        read.ids = place
        shown = self._node(read, nodes)
        key = self._id(FieldPosition(read.rows, read.rows.alias, mapping))
        return f"{{{key}: {shown} for {read.targets()} in rows{read.number}}}"

    def _id(self, here: FieldPosition) -> str:
        parent: Any = self._selector.schema.get_type(here.mapping.type_name)
        field = here.mapping.fields["id"]
        if not isinstance(field, Column):
            raise NotPlannedError(f"{here.mapping.type_name}.id")
        return self._value(field, parent.fields["id"], here)

    def _to_one(self, field: ToOne, nodes: list[FieldNode], definition: GraphQLField, here: FieldPosition) -> str:
        type_name = get_named_type(definition.type).name
        alias = here.rows.join(here.alias, field.join)
        shown = self._mapped(type_name, nodes, FieldPosition(here.rows, alias, self._mappings[type_name]))
        if is_non_null_type(definition.type):
            return shown
        return f"(None if {here.rows.column(alias, 'id')} is None else {shown})"

    def _embedded(
        self, field: Embedded, nodes: list[FieldNode], definition: GraphQLField, here: FieldPosition
    ) -> str:
        type_name = get_named_type(definition.type).name
        if field.fields is not None:
            return self._object(type_name, field.fields, nodes, here)
        arguments = (nodes[0], definition) if field.arguments_of else None
        inside = FieldPosition(here.rows, here.alias, self._mappings[type_name], arguments)
        if field.arguments_of and nodes[0].arguments:
            self._look_at_arguments(field.arguments_of, type_name, nodes, inside)
        return self._mapped(type_name, nodes, inside)

    def _look_at_arguments(self, name: str, type_name: str, nodes: list[FieldNode], here: FieldPosition) -> None:
        """Have the arguments refused where they are bad, also when the list that they are of is not selected."""
        selected = {found[0].name.value for _, found, _ in self._selected(type_name, nodes)}
        listed = here.mapping.fields[name]
        if name not in selected and isinstance(listed, ToMany) and here.arguments:
            self._list_read(listed, self._type_of(type_name, name), here, name, here.arguments)

    def _type_of(self, type_name: str, name: str) -> str:
        parent: Any = self._selector.schema.get_type(type_name)
        return get_named_type(parent.fields[name].type).name

    def _list_read(
        self, listed: ToMany, type_name: str, here: FieldPosition, name: str, arguments: Arguments
    ) -> ListRead:
        number = len(self._plan.lists)
        rows = TableSource(self._mappings[type_name], f"l{number}")
        paging = listed.paging or self._paging
        read = ListRead(listed, type_name, rows, *arguments, number, f"{here.mapping.type_name}.{name}", paging)
        if listed.of is not None:
            self._belong(read, *listed.of, here)
        self._plan.lists.append(read)
        return read

    def _belong(self, read: ListRead, column: str, of: str, here: FieldPosition) -> None:
        """Have the rows be those that belong to the row here, or to all rows of the list that it is of."""
        if here.rows is self._plan.root:
            read.parent = f'{here.alias}."{of}"'
            return
        read.key_of_parent = here.rows.column(here.alias, of)
        read.parent = f"ANY (p{here.rows.alias[1:]}.c{here.rows.variables.index(read.key_of_parent)})"
        read.column = read.rows.column(read.rows.alias, column)

    def _listed(self, field: ToMany, nodes: list[FieldNode], definition: GraphQLField, here: FieldPosition) -> str:
        type_name, name = get_named_type(definition.type).name, nodes[0].name.value
        arguments = here.arguments or (nodes[0], definition)
        if type_name in self._mappings:
            return self._all(self._list_read(field, type_name, here, name, arguments), nodes)
        read = self._list_read(field, self._type_of(type_name, "nodes"), here, name, arguments)
        read.connection = True
        connection = ConnectionBuilder(read, self._selected, self._node, self._plan.functions)
        return connection.build(type_name, nodes)

    def _all(self, read: ListRead, nodes: list[FieldNode]) -> str:
        shown = self._node(read, nodes)
        return f"[{shown} for {read.targets()} in {read.source}]"

    def _node(self, read: ListRead, nodes: list[FieldNode]) -> str:
        read.wants_rows = True
        return self._mapped(read.type_name, nodes, FieldPosition(read.rows, read.rows.alias, read.rows.mapping))

    def _function(self, show: Callable[..., Any]) -> str:
        functions = self._plan.functions
        for name, function in functions.items():
            if function is show:
                return name
        name = f"show{len(functions)}"
        functions[name] = show
        return name
