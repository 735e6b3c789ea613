"""Converting the arguments of fields for their resolvers, as Strawberry's convert_arguments does."""

from collections.abc import Callable
from dataclasses import MISSING
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.base import StrawberryMaybe

from engine.breadth_first.errors import NotCompiledError

Converter = Callable[[Any], Any]


def converted_arguments(field: GraphQLField, node: FieldNode) -> Callable[[VariableValues], dict[str, Any]]:
    """A function from variables to the arguments, by their Python names. Raises NotCompiledError."""
    converters: dict[str, tuple[str, Converter]] = {}
    for name, argument in field.args.items():
        definition = argument.extensions["strawberry-definition"]
        if definition.is_maybe:
            raise NotCompiledError(name)
        converters[name] = definition.python_name, _converter(argument.type)

    def arguments(variables: VariableValues) -> dict[str, Any]:
        converted = {}
        for name, value in get_argument_values(field, node, variables).items():
            python_name, convert = converters[name]
            converted[python_name] = convert(value)
        return converted

    return arguments


def _converter(type_: Any, *outer: object) -> Converter:
    if is_non_null_type(type_):
        return _converter(type_.of_type, *outer)
    if is_leaf_type(type_):
        return lambda value: value
    if is_list_type(type_):
        item = _converter(type_.of_type, *outer)
        # A new list each time: graphql-core returns the same default to every call.
        return lambda values: None if values is None else [item(each) for each in values]
    if type_ in outer:
        # A recursive input type.
        raise NotCompiledError(type_.name)
    return _input_converter(type_, *outer, type_)


def _input_converter(type_: GraphQLInputObjectType, *outer: object) -> Converter:
    definition = type_.extensions["strawberry-definition"]
    fields = {name: field.extensions["strawberry-definition"] for name, field in type_.fields.items()}
    if definition.from_input is not None or any(isinstance(each.type, StrawberryMaybe) for each in fields.values()):
        raise NotCompiledError(type_.name)
    converters = {
        name: (fields[name].python_name, _converter(field.type, *outer)) for name, field in type_.fields.items()
    }
    absent = {
        each.python_name: None
        for each in fields.values()
        if each.default_value is MISSING and each.default_factory is MISSING
    }

    def convert(given: dict[str, Any] | None) -> Any:
        if given is None:
            return None
        converted: dict[str, Any] = dict(absent)
        for name, value in given.items():
            python_name, convert_field = converters[name]
            converted[python_name] = convert_field(value)
        return definition.origin(**converted)

    return convert
