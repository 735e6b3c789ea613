"""Answers that are given again as long as they hold.

An answer to a versioned document is the same for everybody who has the same rights in the account, as long as the
account's last event and the version of the catalogue stand. Both are read with the credential on every request, so no
answer is ever stale, whichever process made the change; what is spared is reading and writing the answer again.
"""

from dataclasses import dataclass
from uuid import UUID

from engine.lru import Bounded
from models.access.credentials import Recognised
from models.access.viewer import Viewer
from models.permissions import Permission

LONGEST = 128 * 1024
# What an answer takes beside its bytes.
OVERHEAD = 1_000
MOST_CALLERS = 5_000

# The account, the rights, and the digest of the question.
Key = tuple[UUID, frozenset[Permission], bytes]


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
        self.room = most_bytes
        self._answers: Bounded[Kept] = Bounded(most_bytes)
        self._callers: Bounded[Viewer] = Bounded(MOST_CALLERS)

    def caller(self, credential: bytes) -> Viewer | None:
        """Who a credential (its hash) belonged to when it was last seen: good for finding answers, and no more."""
        return self._callers.get(credential)

    def forget_caller(self, credential: bytes) -> None:
        """A credential belongs to somebody else now, or to the same with other rights."""
        self._callers.forget(credential)

    def find(self, viewer: Viewer, digest: bytes) -> Kept | None:
        """The last answer to a question; whether it still holds, the database must tell."""
        return self._answers.get((viewer.account_id, viewer.permissions, digest))

    def keep(self, credential: bytes, viewer: Viewer, digest: bytes, kept: Kept) -> None:
        """Keep an answer in the place of the one before it, and forget what was asked longest ago."""
        if len(kept.body) <= LONGEST and kept.event_id is not None:
            key: Key = viewer.account_id, viewer.permissions, digest
            self._callers.put(credential, viewer, 1)
            self._answers.put(key, kept, len(kept.body) + OVERHEAD)
