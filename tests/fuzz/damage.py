"""Damage: what is right, with something inserted, taken out, swapped or repeated; and headers that mean nothing."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.drawing import Drawing
from tests.fuzz.raw import Headers

Draw = Callable[[st.SearchStrategy[Any]], Any]

# Tokens of GraphQL, blanks and comments among them.
TOKEN = re.compile(r'"""|"(?:\\.|[^"\\])*"|\.\.\.|\$?[A-Za-z_][A-Za-z0-9_]*|-?[0-9.]+|\s+|#.*|.', re.DOTALL)
STRAY = [
    *'{}()[]!:$@|&="#\\,',
    '"""',
    "...",
    "on",
    "fragment F on User { id }",
    "...F",
    "query",
    "mutation { signOut { ok } }",
    "subscription { seatCountsChanged { version } }",
    "extend type User { id: ID }",
    "null",
    "0x1",
    "1e999",
    "-",
    "@skip(if: true)",
    "@defer",
    "\x00",
    "\ufeff",
    "\u2028",
    "\U0001f600",
    '"\\ud800"',
    '"\\u{110000}"',
    "$v1",
    "{" * 300,
    "[" * 300,
    "a " * 1_200,
    "#" * 21_000,
]
BYTES = [b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\"]
BYTES += [b"\\u0000", b"\\ud800", b"1e999", b"-0", b"9" * 5_000, b"[" * 3_000, b'{"a":' * 3_000, b" " * 3_000]


def damaged(drawing: Drawing, parts: Sequence[Any], strays: Sequence[Any]) -> list[Any]:
    """The parts with one to three damages."""
    found = list(parts)
    for _ in range(drawing.number(1, 3)):
        at = drawing.number(0, max(len(found) - 1, 0))
        match drawing.number(0, 4):
            case 0:
                found.insert(at, drawing.pick(strays))
            case 1:
                del found[at : at + drawing.number(1, 4)]
            case 2 if found:
                found[at] = drawing.pick(strays)
            case 3 if found:
                other = drawing.number(0, len(found) - 1)
                found[at], found[other] = found[other], found[at]
            case _:
                found[at:at] = found[at : at + 3] * drawing.pick([1, 2, 50])
    return found


@st.composite
def damaged_texts(draw: Draw, right: st.SearchStrategy[str]) -> str:
    """A GraphQL document, damaged by its tokens or by its characters."""
    drawing, text = Drawing(draw), draw(right)
    return "".join(damaged(drawing, TOKEN.findall(text) if drawing.chance(60) else text, STRAY))


@st.composite
def damaged_bytes(draw: Draw, right: st.SearchStrategy[str]) -> bytes:
    """A request's body, damaged by its bytes, or written in another encoding."""
    drawing, text = Drawing(draw), draw(right)
    if drawing.chance(10):
        return text.encode(drawing.pick(["utf-16", "utf-8-sig", "utf-32-le", "utf-7"]))
    body = text.encode()
    return b"".join(damaged(drawing, [body[at : at + 1] for at in range(len(body))], BYTES))


any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=10)
    | st.sampled_from(["{ packages { code } }", "\ud800", 10**40, -(2**63)]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=6,
)
MEMBERS = ["query", "variables", "operationName", "extensions", "documentId", "id", "query "]


@st.composite
def odd_bodies(draw: Draw) -> bytes:
    """A JSON object with members that are missing, twice there, unknown, or of any type."""
    drawing = Drawing(draw)
    query = '"query": "query A($v1: Int) { packages { code } } query B { viewer { permissions } }"'
    members = [query] if drawing.chance(70) else []
    odd = [(drawing.pick(MEMBERS), draw(any_json)) for _ in range(drawing.number(0, 3))]
    members += [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in odd]
    if drawing.chance(20):
        depth = drawing.pick([10, 300, 1_500])
        members.append('"variables": {"v1": ' + "[" * depth + "]" * depth + "}")
    return ("{" + ", ".join(members) + "}").encode() if drawing.chance(90) else json.dumps(draw(any_json)).encode()


# Octets that a field value may have by RFC 9110, and that clients have sent.
header_octets = st.binary(max_size=30).map(lambda raw: bytes(b for b in raw if b >= 0x20 and b != 0x7F).strip())
HEADER_VALUES: dict[str, list[bytes]] = {
    "content-type": [
        b"application/json",
        b"application/json; charset=utf-8",
        b"application/json; charset=utf-16",
        b"application/json; charset=nonsense",
        b"application/json;;;=",
        b"APPLICATION/JSON ; boundary=x",
        b"application/graphql+json",
        b"text/plain",
        b"multipart/form-data",
        b"multipart/form-data; boundary=x",
        b"application/x-www-form-urlencoded",
        b"",
        b"/",
    ],
    "accept": [
        b"*/*",
        b"application/graphql-response+json",
        b"application/json;q=nan, application/graphql-response+json;q=inf",
        b"application/graphql-response+json;q=-1",
        b"application/json;q=high, application/graphql-response+json;q=",
        b"text/event-stream, multipart/mixed",
        b"multipart/mixed;subscriptionSpec=1.0, application/json",
        b"text/html",
        b",;=,;q=",
        b"",
    ],
    "authorization": [
        b"Bearer",
        b"Bearer ",
        b"Bearer  \xe9\xff",
        b"Bearer " + b"A" * 43,
        b"bearer a b c",
        b"Basic YWRtaW46YWRtaW4=",
        b"Bearer " + b"x" * 20_000,
        b"",
    ],
    "cookie": [
        b"usher_session_80=",
        b'usher_session_80="\\303\\251"',
        b"usher_session_80=\xff\xfe; usher_session_80=b",
        b"usher_page=1; =; ;;",
        b"__Host-usher_session=A",
        b"a=" * 3_000,
        b"",
    ],
    "origin": [
        b"null",
        b"",
        b"https://",
        b"://",
        b"https://evil.example.net",
        b"https://app.example.com",
        b"http://[",
    ],
    "sec-fetch-site": [b"cross-site", b"same-origin", b"none", b"", b"\xff"],
    "host": [b"", b"[", b"[::1", b"a b", b"\xff", b"example.com:99999", b"user@host", b"/", b"x" * 300],
    "accept-language": [
        b"fr",
        b"fr-CA;q=0.9, en;q=1",
        b"*",
        b"fr;q=9",
        b"fr;q=nan, en;q=1e9",
        b"\xe9",
        b",,;;q",
        b"fr-" * 2_000,
    ],
    "x-forwarded-proto": [b"https", b"", b"wss, \xff"],
    "x-forwarded-for": [b"", b"::1", b"\xff"],
    "content-encoding": [b"gzip", b"identity"],
    "expect": [b"100-continue"],
}


@st.composite
def odd_headers(draw: Draw, besides: tuple[str, ...] = ()) -> Headers:
    """Up to five headers, some of them twice. `besides` are those that are not to be there."""
    drawing = Drawing(draw)
    names = [name for name in HEADER_VALUES if name not in besides]
    found: Headers = []
    for _ in range(drawing.number(1, 5)):
        name = drawing.pick(names)
        found.append((name, drawing.pick(HEADER_VALUES[name]) if drawing.chance(75) else draw(header_octets)))
    return found
