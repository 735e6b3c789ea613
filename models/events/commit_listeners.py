"""In-process notifications that an account has new events. A lost one delays its effects, and loses nothing."""

from collections.abc import Callable
from uuid import UUID

# Work for the relay that has no account yet.
NO_ACCOUNT = UUID(int=0)

Listener = Callable[[UUID], None]

_listeners: list[Listener] = []
_publishers: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Call the listener after each commit with an event, in this process or in another one.

    Returns the function that removes it.
    """
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def add_publisher(publisher: Listener) -> Callable[[], None]:
    """Call the publisher after each such commit of this process alone, to notify other processes."""
    _publishers.append(publisher)
    return lambda: _publishers.remove(publisher)


def publish(account_id: UUID) -> None:
    """Notify all listeners and publishers of a commit of this process."""
    for listener in (*_listeners, *_publishers):
        listener(account_id)


def relay(account_id: UUID) -> None:
    """Notify the listeners of a commit of another process."""
    for listener in _listeners:
        listener(account_id)
