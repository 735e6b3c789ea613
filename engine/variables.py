"""Variables that are as they were declared, without looking at every type anew for each request.

What is not, and what is rare, is for graphql-core.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.utilities.coerce_input_value import coerce_default_value

Coercer = Callable[[Any], Any]

CLASSES = {"String": str, "ID": str, "Boolean": bool}
INTEGERS = range(-(2**31), 2**31)


class UnusualError(Exception):
    """Not what is expected, which need not be wrong."""


class Variables:
    """The variables of one operation."""

    def __init__(self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> None:
        self._schema = schema
        self._definitions = definitions
        self._known: list[tuple[GraphQLVariableSignature, Coercer]] = []
        for definition in definitions:
            signature = get_variable_signature(schema, definition)
            if not isinstance(signature, GraphQLError):
                self._known.append((signature, _coercer(signature.type)))

    def coerced(self, given: Mapping[str, Any] | None) -> VariableValues | None:
        """The values that are given, as graphql-core coerces them (section 6.1.2 of the specification).

        None where they do not fit; graphql-core tells why where it runs the operation.
        """
        try:
            return self._usual(given or {})
        except UnusualError:
            # Of a list of wrong items, finding out what is wrong with each would take seconds.
            found = get_variable_values(self._schema, self._definitions, dict(given or {}), max_errors=1)
            return found if isinstance(found, VariableValues) else None

    def _usual(self, given: Mapping[str, Any]) -> VariableValues:
        if len(self._known) < len(self._definitions):
            raise UnusualError
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature, coerce in self._known:
            name = signature.name
            if name not in given:
                raise UnusualError
            sources[name] = VariableValueSource(signature, given[name])
            coerced[name] = coerce(given[name])
        return VariableValues(sources, coerced)


def _coercer(type_: Any) -> Coercer:
    if is_non_null_type(type_):
        coerce = _inside(type_.of_type)

        def required(value: Any) -> Any:
            if value is None:
                raise UnusualError
            return coerce(value)

        return required
    coerce = _inside(type_)
    return lambda value: None if value is None else coerce(value)


def _inside(type_: Any) -> Coercer:
    if not is_list_type(type_):
        return _named(type_)
    item = _coercer(type_.of_type)

    def items(value: Any) -> Any:
        if type(value) is not list:
            raise UnusualError
        return [item(each) for each in value]

    return items


# Once for each type of a schema.
@cache
def _named(type_: Any) -> Coercer:
    if is_input_object_type(type_):
        usual = not type_.is_one_of and type_.out_type is GraphQLInputObjectType.out_type
        return _input(type_) if usual and not _holds(type_, type_) else _unusual
    if type_.name == "Int":
        return _integer
    return _of_class(CLASSES[type_.name]) if type_.name in CLASSES else _unusual


def _holds(type_: Any, itself: Any, *outer: Any) -> bool:
    """Whether values of an input type may hold others of it."""
    inner = [_bare(field.type) for field in type_.fields.values()]
    inputs = [each for each in inner if is_input_object_type(each) and each not in outer]
    return itself in inputs or any(_holds(each, itself, *outer, each) for each in inputs)


def _bare(type_: Any) -> Any:
    return _bare(type_.of_type) if is_non_null_type(type_) or is_list_type(type_) else type_


def _input(type_: GraphQLInputObjectType) -> Coercer:
    fields = {name: (field.out_name or name, _coercer(field.type)) for name, field in type_.fields.items()}
    required = {name for name, field in type_.fields.items() if is_non_null_type(field.type)}
    defaults = {
        name: default
        for name, field in type_.fields.items()
        if (default := coerce_default_value(field)) is not Undefined
    }
    # What can be changed must not be given to everybody.
    alike = all(default is None or isinstance(default, str | int) for default in defaults.values())

    def coerce(value: Any) -> Any:
        if type(value) is not dict or not alike or not fields.keys() >= value.keys():
            raise UnusualError
        made: dict[str, Any] = {}
        for name, (out_name, inside) in fields.items():
            if name in value:
                made[out_name] = inside(value[name])
            elif name in defaults:
                made[out_name] = defaults[name]
            elif name in required:
                raise UnusualError
        return made

    return coerce


def _of_class(wanted: type) -> Coercer:
    def coerce(value: Any) -> Any:
        if type(value) is not wanted:
            raise UnusualError
        return value

    return coerce


def _integer(value: Any) -> Any:
    if type(value) is not int or value not in INTEGERS:
        raise UnusualError
    return value


def _unusual(_value: Any) -> Any:
    raise UnusualError
