"""Values for every input of the schema: right ones, such that lead nowhere, and such that no careful client sends."""

import json
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
)
from hypothesis import strategies as st

from tests.fuzz.drawing import Drawing
from tests.fuzz.known import ID_OF, LIVE, QUERIES, Known

# Every kind of text that has once broken something somewhere.
NASTY = [
    "",
    " ",
    "\u00a0\u3000\u2003",
    "\x00",
    "a\x00b",
    "\x01\x1b[31m\x7f\x9f",
    "\r\n.\r\nBcc: all@example.com",
    "\u202eright to left\u200f\u061c",
    "e\u0301" * 40,
    "\u0301" * 200,
    "\U0001f3f3\ufe0f\u200d\U0001f308" * 10,
    "\U000e0001\U0010ffff\ufffe\ufeff",
    "NaN",
    "-Infinity",
    "1e400",
    "0x10",
    "\u0661\u0662",
    "9" * 400,
    "null",
    "%",
    "_\\%\\",
    "' OR 1=1 --",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}${7 * 7}",
    "x" * 256,
    "y" * 3_000,
    "=" * 30,
    "../../etc/passwd",
]
LONE_SURROGATES = ["\ud800", "a\udfff", "\udc00\ud800"]
INTS = [0, 1, 2, 3, 5, 50, 99, 100, 101, 10_000, 10_001, -1, -100, 2**31 - 1, -(2**31)]
MOMENTS = [
    "2999-01-01T00:00:00Z",
    "2999-01-01T00:00:00.123456789+05:45",
    "2020-02-29T23:59:59Z",
    "9999-12-31T23:59:59+14:00",
    "0001-01-01T00:00:00-14:00",
]
# None of these is an Int, and hardly any is anything else.
WRONG: list[Any] = [
    None,
    True,
    2**31,
    -(2**63) - 1,
    10**30,
    1.5,
    -0.0,
    1e308,
    "text",
    "",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    [],
    {},
    [None],
    [[None]],
    [[[[]]]],
    {"unknown": 1},
    {"": None},
    {"input": {"input": None}},
]

# Long lists of these find out what is wrong with each, or how many are too many.
ITEMS: list[Any] = [{}, [], None, True, 1.5, "text", {"unknown": [1]}]
LENGTHS = [2, 51, 101, 1_000, 5_000, 12_001]

anything_typed = st.sampled_from(NASTY) | st.text(max_size=30)


class Word(str):
    """A name that stands bare in a document: an enum's value."""

    __slots__ = ()


class Values:
    """Draws values. With `spoiled`, now and then one that its type does not allow."""

    def __init__(self, drawing: Drawing, known: Known, *, spoiled: bool) -> None:
        self._drawing = drawing
        self._known = known
        self._spoiled = spoiled

    def of(self, type_: GraphQLInputType, name: str) -> Any:
        """A value for the argument or input field of this name."""
        drawing = self._drawing
        if self._spoiled and drawing.chance(15):
            return drawing.pick([*WRONG, *LONE_SURROGATES])
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type, name)
        return None if drawing.chance(15) else self._present(type_, name)

    def _present(self, type_: Any, name: str) -> Any:
        drawing = self._drawing
        if isinstance(type_, GraphQLList):
            if self._spoiled and drawing.chance(30):
                return [drawing.pick([*ITEMS, *LONE_SURROGATES])] * drawing.pick(LENGTHS)
            return [self.of(type_.of_type, name) for _ in range(drawing.number(0, 3))]
        if isinstance(type_, GraphQLInputObjectType):
            return {
                key: self.of(field.type, f"{type_.name}.{key}")
                for key, field in type_.fields.items()
                if isinstance(field.type, GraphQLNonNull) or drawing.chance(50)
            }
        if isinstance(type_, GraphQLEnumType):
            return Word(drawing.pick(list(type_.values)))
        return self._scalar(type_, name)

    def _scalar(self, type_: Any, name: str) -> Any:
        drawing = self._drawing
        if type_.name == "Boolean":
            return drawing.chance(75)
        if type_.name == "Int":
            return drawing.pick(INTS[:5]) if drawing.chance(50) else drawing.pick(INTS)
        if type_.name == "DateTime":
            return drawing.pick(MOMENTS)
        return self._id(name.rpartition(".")[2]) if type_.name == "ID" else self._text(name)

    def _id(self, name: str) -> str:
        drawing, known = self._drawing, self._known
        if name in QUERIES and drawing.chance(45):
            return f"{LIVE}{name}"
        if drawing.chance(60):
            return drawing.pick(known.ids.get(ID_OF.get(name, ""), known.every_id))
        return drawing.pick(known.every_id + known.wrong_ids) if drawing.chance(85) else drawing.of(anything_typed)

    def _text(self, name: str) -> str:
        drawing, known = self._drawing, self._known
        where, _, field = name.rpartition(".")
        likely = known.texts.get(name) or known.texts.get(field) or []
        if where == "AddDomainInput":
            likely = known.texts["domain"]
        if likely and drawing.chance(75):
            return drawing.pick(likely)
        return drawing.of(anything_typed)


def literal(value: Any) -> str:
    """A value as a document spells it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key or '_'}: {literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    return str(value) if isinstance(value, Word) else json.dumps(value)
