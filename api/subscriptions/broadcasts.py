"""The broadcasts of one process."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from api.schema.build import Schema
from api.schema.context import Services
from api.subscriptions.broadcast import Broadcast
from api.subscriptions.credential_checks import SessionChecks
from api.subscriptions.shared_operation import SharedDocument
from api.subscriptions.subscriber import Follower
from models.permissions import Permission


@dataclass(frozen=True)
class _Key:
    document: SharedDocument
    account_id: UUID
    permissions: frozenset[Permission]


class Broadcasts:
    """One for each document, with its variables, and each viewer's rights that somebody follows with."""

    def __init__(self, schema: Schema, services: Services) -> None:
        self._schema = schema
        self._services = services
        self._checks = SessionChecks()
        self._running: dict[_Key, Broadcast] = {}

    async def follow(self, document: SharedDocument, follower: Follower) -> None:
        """Have a follower told; returns once it has joined others, and is told without a task of its own."""
        viewer = follower.viewer
        key = _Key(document, viewer.account_id, viewer.permissions)
        if key not in self._running:
            execute = partial(document.execute, self._schema, self._services, viewer)
            self._running[key] = Broadcast(
                viewer.account_id, self._services.feed, self._checks, execute, lambda: self._running.pop(key, None)
            )
        await self._running[key].follow(follower)
