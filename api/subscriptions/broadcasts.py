"""The broadcasts of one process."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from api.schema.build import Schema
from api.schema.context import Services
from api.subscriptions.broadcast import Broadcast
from api.subscriptions.credential_checks import CredentialChecks
from api.subscriptions.shared_operation import SharedOperation
from api.subscriptions.subscriber import Subscriber
from models.permissions import Permission


@dataclass(frozen=True)
class _Key:
    operation: SharedOperation
    account_id: UUID
    permissions: frozenset[Permission]


class Broadcasts:
    """One for each shared operation, account and set of permissions that has subscribers."""

    def __init__(self, schema: Schema, services: Services) -> None:
        self._schema = schema
        self._services = services
        self._checks = CredentialChecks()
        self._running: dict[_Key, Broadcast] = {}

    async def follow(self, operation: SharedOperation, subscriber: Subscriber) -> None:
        """Serve a subscriber; returns once it has joined the others, and needs no task of its own."""
        viewer = subscriber.viewer
        key = _Key(operation, viewer.account_id, viewer.permissions)
        if key not in self._running:
            execute = partial(operation.execute, self._schema, self._services, viewer)
            self._running[key] = Broadcast(
                viewer.account_id, self._services.feed, self._checks, execute, lambda: self._running.pop(key, None)
            )
        await self._running[key].follow(subscriber)
