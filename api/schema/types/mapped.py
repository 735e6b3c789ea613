"""One declaration of a type gives its GraphQL fields, how an object is made of a row, and how plans read it.

A field says once which columns it shows, by `column`, or how plans find what it shows, by `planned`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

import strawberry
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from api.schema.ids import encode_id
from api.schema.node import Node
from engine.sql.mappings import MAPPINGS, Column, Embedded, Field, Join, TypeMapping
from models.reads.conditions import Condition

Type = TypeVar("Type", bound=type)
Reader = Callable[[Any], Any]
# The key of a field's mapping in its metadata.
MAPPING = "mapping"
OWN_NAME = ("",)


def planned(field: Field, description: str) -> Any:
    """A field that plans read so; with a resolver, it is a decorator of it."""
    return strawberry.field(description=description, metadata={MAPPING: field})


def column(description: str, *columns: str, show: Callable[..., Any] | None = None, json: bool = False) -> Any:
    """A field that shows the column of its own name, or what a function makes of other columns."""
    return planned(Column(columns or OWN_NAME, show, json), description)


class Mapped:
    """A type that shows rows: of a table, or objects with the same attributes."""

    readers: ClassVar[Mapping[str, Reader]]

    @classmethod
    def of(cls, row: Any) -> Self:
        """Present a row."""
        make: Any = cls
        return make(row=row, **{name: read(row) for name, read in cls.readers.items()})

    @classmethod
    def showing(cls, row: Any, **own: Any) -> Self:
        """Present a row, with the values of some fields."""
        make: Any = cls
        return make(row=row, **{name: read(row) for name, read in cls.readers.items() if name not in own}, **own)


@dataclass_transform(order_default=False, kw_only_default=True, field_specifiers=(strawberry.field, planned, column))
def mapped(
    table: str,
    *,
    description: str,
    id: Column | None = None,
    joins: Mapping[str, Join] | None = None,
    where: Condition | None = None,
    shared: bool = False,
) -> Callable[[Type], Type]:
    """A GraphQL type, and how it shows the rows of a table; see TypeMapping."""

    def declare(cls: Type) -> Type:
        declared: Any = strawberry.type(description=description)(cls)
        definition = declared.__strawberry_definition__
        fields = {each.python_name: each for each in definition.fields}
        mappings = {name: _mapping(each, definition.name, id) for name, each in fields.items()}
        shown = {
            fields[name].graphql_name or to_camel_case(name): each
            for name, each in mappings.items()
            if each is not None
        }
        MAPPINGS.add(TypeMapping(definition.name, table, shown, joins or {}, where, shared))
        declared.readers = {
            name: read
            for name, each in mappings.items()
            if each is not None and (read := _reader(each)) and fields[name].base_resolver is None
        }
        return declared

    return declare


def _mapping(field: StrawberryField, type_name: str, id: Column | None) -> Field | None:
    mapping = field.metadata.get(MAPPING)
    if isinstance(mapping, Column) and mapping.columns == OWN_NAME:
        return replace(mapping, columns=(field.python_name,))
    if mapping is None and field.python_name == "id" and field.origin is Node:
        return id or Column(("id",), partial(encode_id, type_name))
    return mapping


def _reader(mapping: Field) -> Reader | None:
    """The function that reads a field from attributes of a row."""
    if isinstance(mapping, Embedded):
        return mapping.make
    if not isinstance(mapping, Column) or not mapping.columns:
        return None
    # `pool.assigned` of a joined table is an attribute here.
    names = [name.rpartition(".")[2] for name in mapping.columns]
    read, show = attrgetter(*names), mapping.show
    if show is None:
        return read
    return (lambda row: show(read(row))) if len(names) == 1 else (lambda row: show(*read(row)))
