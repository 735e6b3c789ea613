"""Answers that are given again as long as they hold.

An answer to a versioned document is the same for everybody who has the same rights in the account, as long as the
account's last event and the version of the catalogue stand. Both are read with the credential on every request, so no
answer is ever stale, whichever process made the change; what is spared is reading and writing the answer again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from models.credentials import Recognised
from models.viewer import Viewer
from plans.bounded import Bounded

LONGEST = 128 * 1024
# What an answer takes beside its bytes.
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
        self._answers: Bounded[Kept] = Bounded(most_bytes)
        self._callers: Bounded[Viewer] = Bounded(MOST_CALLERS)

    def caller(self, credential: bytes) -> Viewer | None:
        """Who a credential (its hash) belonged to when it was last seen: good for finding answers, and no more."""
        return self._callers.get(credential)

    def forget_caller(self, credential: bytes) -> None:
        """A credential belongs to somebody else now, or to the same with other rights."""
        self._callers.forget(credential)

    def find(self, key: Key) -> Kept | None:
        """The last answer to a question; whether it still holds, the database must tell."""
        return self._answers.get(key)

    def keep(self, credential: bytes, key: Key, kept: Kept, viewer: Viewer) -> None:
        """Keep an answer in the place of the one before it, and forget what was asked longest ago."""
        if len(kept.body) <= LONGEST and kept.event_id is not None:
            self._callers.put(credential, viewer, 1)
            self._answers.put(key, kept, len(kept.body) + OVERHEAD)


def question(viewer: Viewer, query: str, variables: Mapping[str, Any] | None) -> Key | None:
    """What tells one answer from another, of one size whatever was asked; None where it cannot be written."""
    try:
        asked = orjson.dumps([query, variables or {}], option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return None
    return viewer.account_id, viewer.permissions, hashlib.sha256(asked).digest()
