"""Frames of graphql-transport-ws, in any order: right ones, ones that are damaged, and such as are none."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.damage import any_json, damaged_bytes, damaged_texts
from tests.fuzz.documents import documents
from tests.fuzz.drawing import Drawing
from tests.fuzz.known import Known
from tests.support.seats_feed import SEATS

Frame = str | bytes
# Stands for the caller's credential.
TOKEN = "TOKEN-OF-THE-CALLER"
IDS = ["1", "2", "3", "", "\x00", "\U0001f600", "i" * 5_000, "__proto__"]
KINDS = ["connection_init", "connection_ack", "ping", "pong", "subscribe", "next", "error", "complete", "start", ""]
NO_JSON: list[Frame] = [
    "",
    "{",
    "nonsense",
    '{"type": "ping"',
    "[" * 2_000,
    "\x00",
    b"",
    b"\xff\xfe",
    b'{"type": "ping"}',
]
NO_JSON += [r'{"type": "\ud800"}', '{"type": "ping", "type": 1}', "x" * 270_000, "9" * 5_000, "\ufeff{}"]
NO_MESSAGES = ["[]", "null", "1", '"x"', "{}", '{"type": ["ping"]}', '{"type": "complete", "id": 1}']
NO_MESSAGES += [
    json.dumps({"type": "subscribe", "id": "8", "payload": payload})
    for payload in (None, [], {}, {"query": 1}, {"query": "{ __typename }", "variables": [1]})
]
HELLO = {"type": "connection_init", "payload": {"Authorization": f"Bearer {TOKEN}"}}
HELLOS: list[Any] = [
    {"type": "connection_init"},
    {"type": "connection_init", "payload": {"Authorization": "Bearer \x00\u00e9"}},
    {"type": "connection_init", "payload": {"Authorization": ["Bearer"]}},
    {"type": "connection_init", "payload": {"authorization": None, "extra": [[]]}},
    {"type": "connection_init", "payload": "Bearer"},
]


@st.composite
def conversations(draw: Callable[[st.SearchStrategy[Any]], Any], known: Known) -> list[Frame]:
    """Up to a dozen frames, with a proper beginning in most, and now and then a flood of pings."""
    drawing = Drawing(draw)
    asked = documents(known, ("query", "mutation", "subscription", "subscription"))
    said: list[Any] = [HELLO] if drawing.chance(85) else []
    for _ in range(drawing.number(1, 10)):
        said += _more(drawing, asked)
    return [each if isinstance(each, str | bytes) else json.dumps(each) for each in said]


def _more(drawing: Drawing, asked: st.SearchStrategy[Any]) -> list[Any]:  # noqa: PLR0911 - one for each kind of frame
    id = drawing.pick(IDS)
    match drawing.number(0, 11):
        case 0:
            return [{"type": "complete", "id": id}]
        case 1:
            return [{"type": "ping"}] * drawing.pick([1, 1, 60])
        case 2:
            return [{"type": "pong", "payload": {"a": drawing.of(any_json)}}]
        case 3 | 4:
            after = drawing.pick([None, "0", "5", "9" * 18, "-1", "\x00", "\u0661"])
            return [_subscribe(id, {"query": SEATS, "variables": {"after": after}})]
        case 5 | 6 | 7:
            return [_subscribe(id, json.loads(drawing.of(asked).body()))]
        case 8:
            return [_subscribe(id, {"query": drawing.of(damaged_texts(asked.map(lambda document: document.query)))})]
        case 9:
            return [_subscribe(id, {"query": "{ packages { code } }"})] * drawing.pick([1, 2])
        case 10 if drawing.chance(50):
            return [drawing.pick(HELLOS)]
        case 11:
            return [_broken(drawing, asked)]
    return [{"type": "ping", "payload": {"a": 1}}]


def _subscribe(id: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"type": "subscribe", "id": id, "payload": payload}


def _broken(drawing: Drawing, asked: st.SearchStrategy[Any]) -> Any:
    if drawing.chance(60):
        return drawing.pick([*NO_JSON, *NO_MESSAGES])
    if drawing.chance(40):
        frame = asked.map(lambda document: json.dumps(_subscribe("9", json.loads(document.body()))))
        raw = drawing.of(damaged_bytes(frame))
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw
    members = {name: drawing.of(any_json) for name in ("id", "payload", "query") if drawing.chance(60)}
    return {"type": drawing.pick(KINDS), **members}
