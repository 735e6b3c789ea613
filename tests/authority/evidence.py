"""Leaks in answers: the values that only one account has, and finding them in raw bytes."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.permissions import Permission
from tests.authority.rows import AllRows, account_of, decoded, user_of

ENCODED = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}")
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
HASH = re.compile(r"\\x[0-9a-f]{64}")
NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])")
# Shorter texts and smaller numbers than these are found in anything.
SHORTEST_TEXT = 4
# Every refusal names permissions, so their names are no evidence.
WORDS = {permission.value for permission in Permission}
SMALLEST_NUMBER = 1000


@dataclass(frozen=True)
class Values:
    """Texts and numbers that give somebody away."""

    texts: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    def __sub__(self, known: "Values") -> "Values":
        """Those that are not known, nor part of what is."""
        parts = "\n".join(known.texts)
        return Values(frozenset(text for text in self.texts if text not in parts), self.numbers - known.numbers)

    def __or__(self, others: "Values") -> "Values":
        return Values(self.texts | others.texts, self.numbers | others.numbers)

    def shown_in(self, raw: bytes | str, sent: Iterable[str] = ()) -> set[str]:
        """Those that an answer shows, inside opaque ids and cursors too, but for what was sent and comes back."""
        text = raw if isinstance(raw, str) else raw.decode()
        for known in sorted(sent, key=len, reverse=True):
            text = text.replace(known, "")
        readable = readable_in(text)
        return {value for value in self.texts if value in readable} | self.numbers & set(NUMBER.findall(readable))


def values_of_account(rows: AllRows, account_id: str) -> Values:
    """The values in the rows of one account that are neither in those of another nor in the catalogue."""
    ours: list[Any] = []
    known: list[Any] = []
    for table, row in decoded(rows):
        owner = account_of(table, row)
        (ours if owner == account_id else known if owner or table == "packages" else []).append(row)
    return _values(ours) - _values(known)


def values_of_user(rows: AllRows, user_id: str) -> Values:
    """The values in a user's own rows, but for the ids of other users."""
    own: list[Any] = []
    others: list[Any] = []
    for table, row in decoded(rows):
        if user_of(table, row) == user_id:
            own.append(row)
        elif table == "users":
            others.append(row["id"])
    return _values(own) - _values(others)


def values_of_account_itself(rows: AllRows, account_id: str) -> Values:
    """The values that everybody in an account may see of it: those of its own row."""
    return _values([row for table, row in decoded(rows) if table == "accounts" and row["id"] == account_id])


def values_of_inventory(rows: AllRows, account_id: str, api_key_id: str) -> Values:
    """The values that a key with VIEW_INVENTORY alone may see: those of the key itself, of licenses and their
    holders, of seats, and of their events."""
    ours = [(table, row) for table, row in decoded(rows) if account_of(table, row) == account_id]
    keys = [row for table, row in ours if table == "api_keys" and row["id"] == api_key_id]
    licenses = [row for table, row in ours if table == "licenses"]
    people = {row["user_id"] for row in licenses} | {row["created_by_id"] for row in keys}
    seen = [row for table, row in ours if table in {"accounts", "seat_pools"}]
    seen += [row for table, row in ours if table == "users" and row["id"] in people]
    seen += [
        {name: row[name] for name in ("hint", "created_at", "api_key_id")}
        for table, row in ours
        if table == "api_key_secrets" and row["api_key_id"] == api_key_id
    ]
    moves = [row for table, row in ours if table == "events" and row["pools"] is not None]
    seen += [{name: row[name] for name in ("id", "occurred_at", "pools")} for row in moves]
    pools = [row for table, row in ours if table == "seat_pools"] + [pool for row in moves for pool in row["pools"]]
    seen += [{"available": pool["purchased"] - pool["assigned"]} for pool in pools]
    return _values([*keys, *licenses, *seen])


def values_of_secrets(rows: AllRows) -> Values:
    """The values that no answer shows: the hashes of secrets."""
    return _values([row[name] for _, row in decoded(rows) for name in ("hash", "input_hash") if name in row])


def keys_in(text: str) -> set[str]:
    """The keys of all rows that a text names, inside opaque ids too."""
    return set(KEY.findall(readable_in(text)))


def texts_in(value: Any) -> Iterator[str]:
    """Every text inside a JSON value, and the domain of every address."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, str) and value:
        yield value
        if "@" in value:
            yield value.rpartition("@")[2]


def readable_in(text: str) -> str:
    """A text in lower case, with everything in it that was encoded in clear."""
    return ENCODED.sub(lambda found: _decode(found.group()), text).lower()


def _decode(text: str) -> str:
    if KEY.fullmatch(text.lower()):
        return text
    try:
        return base64.urlsafe_b64decode(text.encode()).decode()
    except (binascii.Error, ValueError):
        return text


def _values(rows: list[Any]) -> Values:
    texts: set[str] = set()
    numbers: set[str] = set()
    for value in _scalars(rows):
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, int | float):
            if value >= SMALLEST_NUMBER:
                numbers |= {f"{value:.0f}", f"{value:.2f}"}
        elif len(text := _as_answered(value)) >= SHORTEST_TEXT and value not in WORDS:
            texts.add(text)
            if KEY.fullmatch(text):
                texts.add(UUID(text).hex)
            if HASH.fullmatch(text):
                texts |= _spellings(bytes.fromhex(text.removeprefix("\\x")))
    return Values(frozenset(texts), frozenset(numbers))


def _spellings(data: bytes) -> set[str]:
    """How an answer might write bytes, in lower case."""
    return {
        data.hex(),
        *(way(data).decode().rstrip("=").lower() for way in (base64.b64encode, base64.urlsafe_b64encode)),
    }


def _as_answered(text: str) -> str:
    """A stored text in lower case; a moment as answers write it, but for its offset."""
    if MOMENT.fullmatch(text):
        return datetime.fromisoformat(text).isoformat().removesuffix("+00:00").lower()
    return text.lower()


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _scalars(one)
    else:
        yield value
