"""Documents made from the schema, so that what is added to it is asked for as well."""

from collections.abc import Iterator
from functools import cache

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from tests.support.schema import schema

# The alias of the fields that identify the owner. The deepest on a path counts.
WITNESS = "witness"
ROOT = "(root)"


@cache
def served() -> GraphQLSchema:
    """The schema as clients see it."""
    return build_schema(schema.as_str())


def object_type(name: str) -> GraphQLObjectType:
    """An object type by its name."""
    found = served().type_map[name]
    assert isinstance(found, GraphQLObjectType), name
    return found


def node_types() -> set[str]:
    """The names of the types that implement Node."""
    node = served().type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return {one.name for one in served().get_possible_types(node)}


def readable_fields() -> set[str]:
    """Every field of every object type that a query reaches, as Type.field; `node` and `nodes` are no place."""
    waiting, seen = ["Query"], {"Query"}
    fields: set[str] = set()
    while waiting:
        parent = object_type(waiting.pop())
        for name, field in parent.fields.items():
            kind = get_named_type(field.type)
            if kind.name == "Node":
                continue
            fields.add(f"{parent.name}.{name}")
            if isinstance(kind, GraphQLObjectType) and kind.name not in seen:
                seen.add(kind.name)
                waiting.append(kind.name)
    return fields


def type_at(path: str) -> str:
    """The name of the type that a path of fields leads to, e.g. User for account.users.nodes."""
    name = "Query"
    for step in steps(path):
        name = get_named_type(object_type(name).fields[step].type).name
    return name


def steps(path: str) -> list[str]:
    """The fields of a path."""
    return [] if path == ROOT else path.split(".")


def reading(path: str, field: str) -> str:
    """A query for one field at the end of a path, with a witness wherever there is one on the way."""
    names = ["Query"]
    for step in [*steps(path), field]:
        names.append(get_named_type(object_type(names[-1]).fields[step].type).name)
    selection = _own_selection(names[-1])
    for parent, step in zip(reversed(names[:-1]), reversed([*steps(path), field]), strict=True):
        selection = f"{{ {_witness(parent)} {step} {selection} }}"
    return selection


def changing(name: str) -> str:
    """A mutation with everything that each of its answers can show."""
    field = object_type("Mutation").fields[name]
    result = f"{{ {everything(get_named_type(field.type).name)} }}"
    if "input" not in field.args:
        return f"mutation {{ {name} {result} }}"
    return f"mutation ($input: {field.args['input'].type}) {{ {name}(input: $input) {result} }}"


def following(name: str) -> str:
    """A subscription with everything that it shows."""
    field = object_type("Subscription").fields[name]
    declared = ", ".join(f"${key}: {argument.type}" for key, argument in field.args.items())
    given = ", ".join(f"{key}: ${key}" for key in field.args)
    return f"subscription ({declared}) {{ {name}({given}) {{ {everything(get_named_type(field.type).name)} }} }}"


def everything(type_name: str, depth: int = 3) -> str:
    """A selection of all that a type shows by itself.

    The fields of an account require permissions one by one, so all but its name are read one by one.
    """
    kind = served().type_map[type_name]
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        members = served().get_possible_types(kind)
        refuses = any("code" in one.fields and "message" in one.fields for one in members)
        shared = "... on BusinessError { code message }" if refuses else ""
        return f"__typename {shared} {' '.join(_fragment(one, depth) for one in members)}"
    return " ".join(_selections(object_type(type_name), depth))


def _fragment(kind: GraphQLObjectType, depth: int) -> str:
    """A member of a union, its fields under names of their own: those of two members need not be of one type."""
    return f"... on {kind.name} {{ {' '.join(f'{kind.name}_{one}' for one in _aliased(kind, depth))} }}"


def _aliased(kind: GraphQLObjectType, depth: int) -> Iterator[str]:
    for selection in _selections(kind, depth):
        yield f"{selection.split()[0]}: {selection}"


def _selections(kind: GraphQLObjectType, depth: int) -> Iterator[str]:
    for name, field in kind.fields.items():
        if is_leaf_type(get_named_type(field.type)):
            yield name
        elif depth > 0 and kind.name != "Account" and not _needs_arguments(field):
            yield f"{name} {{ {everything(get_named_type(field.type).name, depth - 1)} }}"


def _own_selection(type_name: str) -> str:
    kind = served().type_map[type_name]
    return "" if is_leaf_type(kind) else f"{{ __typename {_witness(type_name)} }}"


def _witness(type_name: str) -> str:
    if type_name in node_types():
        return f"{WITNESS}: id"
    # A viewer has no id: it is a user, or a key.
    return f"{WITNESS}: user {{ id }} {WITNESS}_key: apiKey {{ id }}" if type_name == "Viewer" else ""


def _needs_arguments(field: GraphQLField) -> bool:
    return any(is_required_argument(argument) for argument in field.args.values())
