"""Checking the credentials of subscribers: whether they are still valid, and permit what is followed."""

import asyncio
import time
from collections import defaultdict
from itertools import islice
from uuid import UUID

import structlog

from api.schema import subscription
from api.subscriptions.subscriber import Subscriber
from models.access.credentials import reauthenticate_all
from models.access.viewer import Viewer
from models.database.background import run_periodically
from models.errors import NotPermitted, Unauthenticated
from models.permissions import Permission

CHECKED_AT_ONCE = 1000

log = structlog.get_logger(__name__)


class CredentialChecks:
    """Checks the credentials of all subscribers of a process periodically, each once for all that share it."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[UUID, set[Subscriber]] = defaultdict(set)
        self._checked_at = 0.0
        self._checking: asyncio.Task[None] | None = None

    def add(self, subscriber: Subscriber) -> None:
        """Check a subscriber from now on, whose credential was valid a moment ago."""
        self._subscribers[subscriber.viewer.credential_id].add(subscriber)
        if self._checking is None:
            self._checked_at = time.monotonic()
            # While the database is down no update is sent: a broadcast checks first.
            self._checking = asyncio.create_task(run_periodically(self._check, _every, log, "sessions.look_failed"))

    def remove(self, subscriber: Subscriber) -> None:
        """Check a subscriber no longer."""
        subscribers = self._subscribers[subscriber.viewer.credential_id]
        subscribers.discard(subscriber)
        if not subscribers:
            del self._subscribers[subscriber.viewer.credential_id]
        if not self._subscribers and self._checking is not None:
            self._checking.cancel()
            self._checking = None

    async def ensure_recent(self) -> None:
        """Check, unless that was done lately: a subscriber whose credential has ended is sent no further update."""
        if time.monotonic() - self._checked_at > subscription.CHECK_SESSION_EVERY:
            await self._check()

    async def _check(self) -> None:
        began = time.monotonic()
        viewers = iter([next(iter(subscribers)).viewer for subscribers in self._subscribers.values()])
        while some := list(islice(viewers, CHECKED_AT_ONCE)):
            for credential_id, found in (await reauthenticate_all(some)).items():
                for subscriber in list(self._subscribers.get(credential_id, ())):
                    _apply(subscriber, found)
        self._checked_at = began


def _every() -> float:
    return max(subscription.CHECK_SESSION_EVERY, 0.05)


def _apply(subscriber: Subscriber, found: Viewer | Unauthenticated) -> None:
    if isinstance(found, Unauthenticated):
        subscriber.fail(found)
    elif not found.may(Permission.VIEW_INVENTORY):
        subscriber.fail(NotPermitted(Permission.VIEW_INVENTORY))
    elif found.permissions != subscriber.viewer.permissions:
        subscriber.cut_off("What you may do has changed")
