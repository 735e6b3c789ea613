"""Answers that are given again as long as they hold.

An answer to a versioned document is the same for everybody who has the same rights in the account, as long as the
account's last event and the version of the catalogue stand. Both are read with the credential on every request, so no
answer is ever stale, whichever process made the change; what is spared is reading and writing the answer again.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from models.credentials import Recognised
from models.viewer import Viewer

LONGEST = 128 * 1024
# What is kept beside an answer's bytes: the document and the variables among the keys.
OVERHEAD = 1_000
MOST_CALLERS = 5_000

Key = tuple[object, ...]


@dataclass(frozen=True)
class Kept:
    """An answer, its entity tag, and what it is the answer at."""

    body: bytes
    tag: str
    event_id: UUID | None
    catalogue_version: int

    def stands(self, seen: Recognised) -> bool:
        """Whether nothing that it was made of has changed."""
        return self.event_id == seen.event_id and self.catalogue_version == seen.catalogue_version


class KeptAnswers:
    """The answers given lately, the last one for each question."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._answers: OrderedDict[Key, Kept] = OrderedDict()
        self._callers: OrderedDict[bytes, Viewer] = OrderedDict()

    def caller(self, credential: bytes) -> Viewer | None:
        """Who a credential (its hash) belonged to when it was last seen: good for finding answers, and no more."""
        return self._callers.get(credential)

    def find(self, key: Key) -> Kept | None:
        """The last answer to a question; whether it still holds, the database must tell."""
        if kept := self._answers.get(key):
            self._answers.move_to_end(key)
        return kept

    def keep(self, credential: bytes, key: Key, kept: Kept, viewer: Viewer) -> None:
        """Keep an answer in the place of the one before it, and forget what was asked longest ago."""
        if len(kept.body) > LONGEST or kept.event_id is None:
            return
        self._callers[credential] = viewer
        if len(self._callers) > MOST_CALLERS:
            self._callers.popitem(last=False)
        if before := self._answers.pop(key, None):
            self._bytes -= len(before.body) + OVERHEAD
        self._answers[key] = kept
        self._bytes += len(kept.body) + OVERHEAD
        while self._bytes > self._most:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body) + OVERHEAD


def question(viewer: Viewer, query: str, variables: Mapping[str, Any] | None) -> Key | None:
    """What tells one answer from another; None where the variables cannot be written."""
    if not variables:
        return viewer.account_id, viewer.permissions, query
    try:
        written = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return None
    return viewer.account_id, viewer.permissions, query, written
