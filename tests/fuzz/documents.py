"""Documents over the whole schema: fields, arguments, fragments, aliases, variables and directives as they may be."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    OperationType,
    do_types_overlap,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_union_type,
)
from hypothesis import strategies as st

from tests.fuzz.drawing import Drawing
from tests.fuzz.known import Known
from tests.fuzz.values import Values, Word, literal
from tests.support.schema import schema as strawberry_schema

SCHEMA: GraphQLSchema = strawberry_schema.core
MANY = " ".join(f"a{number}: description" for number in range(60))
INTROSPECTION = [
    "__schema { queryType { name } types { name kind } }",
    '__type(name: "User") { name fields(includeDeprecated: true) { name type { kind ofType { name } } } }',
    '__type(name: "\\u0000") { name }',
    f"__schema {{ types {{ fields {{ {MANY} }} }} }}",
    f"__schema {{ types {{ fields {{ type {{ ofType {{ fields {{ {MANY} }} }} }} }} }} }}",
    f"__schema {{ {' '.join(f'd{n}: directives {{ locations args {{ name }} }}' for n in range(20))} }}",
    "__schema { types { ...T inputFields { type { ...T } } enumValues { name } possibleTypes { ...T } } }",
    "__typename",
]


@dataclass(frozen=True)
class Document:
    """A request. `mutations` tells, by key of the answer, which mutation is asked for."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    kind: str
    mutations: dict[str, str]
    spoiled: bool

    def body(self) -> str:
        """The body of the request, in ASCII."""
        body = {"query": self.query, "variables": self.variables, "operationName": self.operation_name}
        return json.dumps({name: value for name, value in body.items() if value is not None})


@st.composite
def documents(
    draw: Callable[[st.SearchStrategy[Any]], Any],
    known: Known,
    kinds: tuple[str, ...],
    wanted: Callable[[str, str], bool] = lambda _type, _field: True,
) -> Document:
    """A document of one of some kinds of operation, of wanted fields; every fifth has values that do not fit."""
    drawing = Drawing(draw)
    kind, spoiled = drawing.pick(kinds), drawing.chance(20)
    writer = _Writer(drawing, Values(drawing, known, spoiled=spoiled), wanted)
    query, name = writer.document(kind)
    return Document(query, writer.variables, name, kind, writer.mutations, spoiled)


@cache
def _conditions(name: str) -> list[GraphQLNamedType]:
    """The types that a fragment on a type may be for; of a union its members come first, success before all."""
    parent: Any = SCHEMA.type_map[name]
    rest = [
        each
        for each in SCHEMA.type_map.values()
        if is_composite_type(each) and not each.name.startswith("__") and do_types_overlap(SCHEMA, parent, each)
    ]
    return [*parent.types, *(each for each in rest if each not in parent.types)] if is_union_type(parent) else rest


class _Writer:
    """Writes one document. Keys are unique wherever two selections could be merged, so none can conflict."""

    def __init__(self, drawing: Drawing, values: Values, wanted: Callable[[str, str], bool]) -> None:
        self._wanted = wanted
        self.variables: dict[str, Any] = {}
        self.mutations: dict[str, str] = {}
        self._drawing = drawing
        self._values = values
        self._declared: list[str] = []
        self._fragments: list[str] = []
        self._keys = 0
        self._left = 45

    def document(self, kind: str) -> tuple[str, str | None]:
        """The text, and the name of the operation to run."""
        root: Any = SCHEMA.get_root_type(OperationType(kind))
        text = f"{{ {self._root_fields(kind, root)} }}"
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        drawing = self._drawing
        if kind == "query" and not declared and drawing.chance(40):
            return " ".join([text, *self._fragments]), None
        parts = [f"{kind} Asked{declared} {text}", *self._fragments]
        name = "Asked" if drawing.chance(40) else None
        if drawing.chance(10):
            parts.insert(drawing.number(0, len(parts)), "query Other { packages { code } }")
            name = "Asked"
        return drawing.pick([" ", "\n", " ,\t", " # a comment\r\n"]).join(parts), name

    def _root_fields(self, kind: str, root: Any) -> str:
        drawing, texts = self._drawing, []
        names = [name for name in root.fields if self._wanted(root.name, name)]
        about_the_schema = kind == "query" and drawing.chance(6)
        alone = about_the_schema and drawing.chance(50)
        for _ in range(0 if alone else 1 if kind == "subscription" else drawing.number(1, 3)):
            name = drawing.pick(names)
            key = self._key() if kind != "subscription" else name
            if kind == "mutation":
                self.mutations[key] = name
            text = self._field(root.fields[name], name, 0, key)
            texts.append(f"... on {root.name} {{ {text} }}" if drawing.chance(8) else text)
        if about_the_schema:
            asked = drawing.pick(INTROSPECTION)
            texts.append(f"{self._key()}: {asked}")
            if "...T" in asked:
                self._fragments.append("fragment T on __Type { name kind ofType { name ofType { name } } }")
        return " ".join(texts)

    def _key(self) -> str:
        self._keys += 1
        return f"k{self._keys}"

    def _field(self, field: GraphQLField, name: str, depth: int, key: str | None) -> str:
        drawing = self._drawing
        self._left -= 1
        arguments = self._arguments(field)
        if key is None and (arguments or drawing.chance(15)):
            key = self._key()
        text = f"{key}: {name}{arguments}" if key and key != name else f"{name}{arguments}"
        if depth and drawing.chance(8):
            text += self._directive()
        inside = get_named_type(field.type)
        return text if is_leaf_type(inside) else f"{text} {{ {self._selections(inside, depth + 1)} }}"

    def _directive(self) -> str:
        name, drawing = self._drawing.pick(["skip", "include"]), self._drawing
        if drawing.chance(50):
            return f" @{name}(if: {json.dumps(drawing.chance(50))})"
        return f" @{name}(if: {self._variable('Boolean!', drawing.chance(50))})"

    def _arguments(self, field: GraphQLField) -> str:
        texts = []
        for name, argument in field.args.items():
            if not isinstance(argument.type, GraphQLNonNull) and not self._drawing.chance(35):
                continue
            value = self._values.of(argument.type, name)
            given = self._variable(str(argument.type), value) if self._drawing.chance(60) else literal(value)
            texts.append(f"{name}: {given}")
        return f"({', '.join(texts)})" if texts else ""

    def _variable(self, type_text: str, value: Any) -> str:
        name, drawing = f"v{len(self._declared) + 1}", self._drawing
        if value is not None and drawing.chance(12):
            self._declared.append(f"${name}: {type_text.removesuffix('!')} = {literal(value)}")
            return f"${name}"
        stricter = value is not None and not type_text.endswith("!") and drawing.chance(15)
        self._declared.append(f"${name}: {type_text}{'!' if stricter else ''}")
        if value is not None or type_text.endswith("!") or drawing.chance(50):
            self.variables[name] = _plain(value)
        return f"${name}"

    def _selections(self, parent: Any, depth: int, *, merged: bool = False) -> str:
        """A selection of a type's fields; `merged` if it meets others that may have the same keys."""
        drawing = self._drawing
        fields: dict[str, GraphQLField] = {
            name: field for name, field in getattr(parent, "fields", {}).items() if self._wanted(parent.name, name)
        }
        drawn = [drawing.pick(list(fields)) for _ in range(drawing.number(1, 4))] if fields else []
        chosen = list(dict.fromkeys(drawn))
        if depth > 6 or self._left <= 0:
            chosen = [name for name in chosen if is_leaf_type(get_named_type(fields[name].type))]
        texts = [self._field(fields[name], name, depth, self._key() if merged else None) for name in chosen]
        if depth < 6 and self._left > 0:
            texts += self._parts(parent, depth)
        return " ".join(["__typename", *texts] if not texts or not fields or drawing.chance(20) else texts)

    def _parts(self, parent: Any, depth: int) -> list[str]:
        """Fragments: always some of a union, now and then of other types."""
        drawing, conditions = self._drawing, _conditions(parent.name)
        if is_union_type(parent):
            names = [conditions[0]] if drawing.chance(60) else []
            names += [drawing.pick(conditions) for _ in range(drawing.number(1, 2))]
        else:
            names = [drawing.pick(conditions)] if len(conditions) > 1 and drawing.chance(20) else []
            if drawing.chance(4):
                names.append(parent)
        return [self._part(each, depth) for each in names]

    def _part(self, condition: GraphQLNamedType, depth: int) -> str:
        drawing = self._drawing
        directive = self._directive() if drawing.chance(10) else ""
        text = f"{{ {self._selections(condition, depth, merged=True)} }}"
        if drawing.chance(25):
            name = f"Part{len(self._fragments) + 1}"
            self._fragments.append(f"fragment {name} on {condition.name} {text}")
            spread = f"...{name}{directive}"
            return f"{spread} ...{name}" if drawing.chance(10) else spread
        return f"... on {condition.name}{directive} {text}"


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Word) else value
