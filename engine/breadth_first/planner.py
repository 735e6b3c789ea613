"""From what a document selects to the columns that read it."""

from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLString,
    SelectionSetNode,
    is_leaf_type,
    is_object_type,
)

from engine.breadth_first.completion import Alternatives, Leaves, Members, Objects, Shape, class_of, wrapped
from engine.breadth_first.errors import NotCompiledError
from engine.breadth_first.fields import Attribute, Column, Constant, Reader, Selection
from engine.breadth_first.resolvers import called
from engine.collect_fields import Selector

# Values of these classes are what the answer shows.
AS_THEY_ARE: dict[str, frozenset[type]] = {
    "String": frozenset({str}),
    "ID": frozenset({str}),
    "Boolean": frozenset({bool}),
}

# Compiling more takes longer than running it once does otherwise.
MOST_COLUMNS = 2_000


class Compiler:
    """Compiles what is selected, for known values of conditions. `columns` counts what came of it."""

    def __init__(self, selector: Selector) -> None:
        self._selector = selector
        self.columns = 0

    def fields(self, parent: GraphQLObjectType, *sets: SelectionSetNode | None) -> dict[str, list[FieldNode]]:
        """The fields that are selected of a type, by the names they answer under."""
        return self._selector.fields(parent, *sets)

    def column(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> Column:
        """One field of a type. Raises NotCompiledError."""
        self.columns += 1
        if self.columns > MOST_COLUMNS:
            raise NotCompiledError("size")
        name = nodes[0].name.value
        if name == "__typename":
            return Column(Constant(parent.name), Leaves(GraphQLString, AS_THEY_ARE["String"]))
        if name not in parent.fields:
            raise NotCompiledError(name)
        field = parent.fields[name]
        return Column(self._reader(field, nodes[0]), wrapped(field.type, lambda type_: self._shape(type_, nodes)))

    def _reader(self, field: GraphQLField, node: FieldNode) -> Reader:
        shown = field.extensions["strawberry-definition"]
        if shown.is_basic_field:
            return Attribute(shown.python_name)
        return called(self._selector.schema, field, node)

    def _shape(self, type_: Any, nodes: list[FieldNode]) -> Shape:
        if isinstance(type_, GraphQLEnumType):
            return Members(type_, _names(type_))
        if is_leaf_type(type_):
            return Leaves(type_, AS_THEY_ARE.get(type_.name, frozenset()))
        if is_object_type(type_):
            return self._objects(type_, nodes)
        possible = self._selector.schema.get_possible_types(type_)
        return Alternatives({_class_of_no_other(each): self._objects(each, nodes) for each in possible})

    def _objects(self, type_: GraphQLObjectType, nodes: list[FieldNode]) -> Shape:
        fields = self.fields(type_, *(node.selection_set for node in nodes))
        return Objects(type_, Selection({name: self.column(type_, each) for name, each in fields.items()}))


def _names(type_: Any) -> dict[Any, str]:
    """The names of an enum's members."""
    return {type_.wrapped_cls(each.value): name for name, each in type_.values.items()}


def _class_of_no_other(type_: GraphQLObjectType) -> type:
    if type_.extensions["strawberry-definition"].concrete_of:
        # Its class says only in part which type an object is of.
        raise NotCompiledError(type_.name)
    return class_of(type_)
