"""Whether those who follow are still signed in, and may still see what they follow: asked for all of them at once."""

import asyncio
import time
from collections import defaultdict
from itertools import islice
from uuid import UUID

import structlog

from api.schema import subscription
from api.subscriptions.subscriber import Follower
from models.access.credentials import reauthenticate_all
from models.access.viewer import Viewer
from models.database.background import run_periodically
from models.errors import NotPermitted, Unauthenticated
from models.permissions import Permission

ASKED_AT_ONCE = 1000

log = structlog.get_logger(__name__)


class SessionChecks:
    """Looks at the credentials of all followers of a process now and then, each once however many follow with it."""

    def __init__(self) -> None:
        self._followers: defaultdict[UUID, set[Follower]] = defaultdict(set)
        self._checked = 0.0
        self._looking: asyncio.Task[None] | None = None

    def add(self, follower: Follower) -> None:
        """Look at a follower from now on, whose credential was good a moment ago."""
        self._followers[follower.viewer.credential_id].add(follower)
        if self._looking is None:
            self._checked = time.monotonic()
            # While the database is away nothing is told: who tells looks first.
            self._looking = asyncio.create_task(run_periodically(self._look, _every, log, "sessions.look_failed"))

    def remove(self, follower: Follower) -> None:
        """Look at a follower no more."""
        followers = self._followers[follower.viewer.credential_id]
        followers.discard(follower)
        if not followers:
            del self._followers[follower.viewer.credential_id]
        if not self._followers and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def be_recent(self) -> None:
        """Look, unless that was done lately: who is not signed in any more is told no further change."""
        if time.monotonic() - self._checked > subscription.CHECK_SESSION_EVERY:
            await self._look()

    async def _look(self) -> None:
        began = time.monotonic()
        viewers = iter([next(iter(followers)).viewer for followers in self._followers.values()])
        while some := list(islice(viewers, ASKED_AT_ONCE)):
            for credential_id, found in (await reauthenticate_all(some)).items():
                for follower in list(self._followers.get(credential_id, ())):
                    _judge(follower, found)
        self._checked = began


def _every() -> float:
    return max(subscription.CHECK_SESSION_EVERY, 0.05)


def _judge(follower: Follower, found: Viewer | Unauthenticated) -> None:
    if isinstance(found, Unauthenticated):
        follower.fail(found)
    elif not found.may(Permission.VIEW_INVENTORY):
        follower.fail(NotPermitted(Permission.VIEW_INVENTORY))
    elif found.permissions != follower.viewer.permissions:
        follower.cut_off("What you may do has changed")
