"""Comparing two schemas as text: what a contract promises, and what is served."""

from collections.abc import Iterator

from graphql import (
    ConstValueNode,
    DefinitionNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

WITH_FIELDS = (ObjectTypeDefinitionNode, InterfaceTypeDefinitionNode)


def types_of(sdl: str) -> dict[str, TypeDefinitionNode]:
    """The types that a schema's text defines, by name."""
    return {node.name.value: node for node in parse(sdl).definitions if isinstance(node, TypeDefinitionNode)}


def broken_promises(contract: str, served: str) -> list[str]:
    """Everything of the contract that is served differently or not at all, one line each."""
    there = types_of(served)
    broken: list[str] = []
    for name, promised in types_of(contract).items():
        found = there.get(name)
        if found is None:
            broken.append(f"{name}: missing")
        elif found.kind != promised.kind:
            broken.append(f"{name}: is a {found.kind}, not a {promised.kind}")
        else:
            broken.extend(_in_type(name, promised, found))
    return broken


def undescribed(sdl: str) -> list[str]:
    """The path of every type, field, argument, input field and enum value without a description."""
    return [path for path, node in _described_parts(sdl) if not (node.description and node.description.value.strip())]


def union_members(node: DefinitionNode) -> list[str]:
    """The names of a union's types; none for another kind of type."""
    return [member.name.value for member in node.types or ()] if isinstance(node, UnionTypeDefinitionNode) else []


def interfaces(node: DefinitionNode) -> list[str]:
    """The names of the interfaces that a type implements."""
    return [named.name.value for named in node.interfaces or ()] if isinstance(node, WITH_FIELDS) else []


def _in_type(name: str, promised: TypeDefinitionNode, found: TypeDefinitionNode) -> Iterator[str]:
    yield from (f"{name}: no longer {member}" for member in _without(union_members(promised), union_members(found)))
    yield from (f"{name}: does not implement {one}" for one in _without(interfaces(promised), interfaces(found)))
    if isinstance(promised, WITH_FIELDS) and isinstance(found, WITH_FIELDS):
        fields = {field.name.value: field for field in found.fields or ()}
        for field in promised.fields or ():
            yield from _in_field(f"{name}.{field.name.value}", field, fields.get(field.name.value))
    if isinstance(promised, InputObjectTypeDefinitionNode) and isinstance(found, InputObjectTypeDefinitionNode):
        yield from _in_inputs(name, promised.fields or (), found.fields or ())
    if isinstance(promised, EnumTypeDefinitionNode) and isinstance(found, EnumTypeDefinitionNode):
        values = [value.name.value for value in found.values or ()]
        yield from (
            f"{name}: no {value}" for value in _without([v.name.value for v in promised.values or ()], values)
        )


def _in_field(path: str, promised: FieldDefinitionNode, found: FieldDefinitionNode | None) -> Iterator[str]:
    if found is None:
        yield f"{path}: missing"
        return
    if print_ast(promised.type) != print_ast(found.type):
        yield f"{path}: {print_ast(found.type)}, not {print_ast(promised.type)}"
    yield from _in_inputs(path, promised.arguments or (), found.arguments or ())


def _in_inputs(
    path: str, promised: tuple[InputValueDefinitionNode, ...], found: tuple[InputValueDefinitionNode, ...]
) -> Iterator[str]:
    there = {value.name.value: value for value in found}
    for value in promised:
        name = f"{path}.{value.name.value}"
        other = there.pop(value.name.value, None)
        if other is None:
            yield f"{name}: missing"
            continue
        if print_ast(value.type) != print_ast(other.type):
            yield f"{name}: {print_ast(other.type)}, not {print_ast(value.type)}"
        if _default(value) != _default(other):
            yield f"{name}: = {_default(other)}, not = {_default(value)}"
    for name, added in there.items():
        if added.default_value is None and print_ast(added.type).endswith("!"):
            yield f"{path}.{name}: added, and required"


def _values(node: EnumTypeDefinitionNode) -> list[str]:
    return [value.name.value for value in node.values or ()]


def _default(value: InputValueDefinitionNode) -> str:
    # To leave a value out and to have it default to null are the same to a client.
    given: ConstValueNode | None = value.default_value
    return "null" if given is None else print_ast(given)


def _described_parts(sdl: str) -> Iterator[tuple[str, TypeDefinitionNode | FieldDefinitionNode]]:
    for name, node in types_of(sdl).items():
        yield name, node
        for part in (*(getattr(node, "fields", None) or ()), *(getattr(node, "values", None) or ())):
            path = f"{name}.{part.name.value}"
            yield path, part
            yield from ((f"{path}.{one.name.value}", one) for one in getattr(part, "arguments", None) or ())


def _without(wanted: list[str], there: list[str]) -> list[str]:
    return [one for one in wanted if one not in there]
