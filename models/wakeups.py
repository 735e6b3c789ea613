"""Who is told, inside this process, that an account has new events. Losing a call delays, and loses nothing."""

from collections.abc import Callable
from uuid import UUID

_listeners: list[Callable[[UUID], None]] = []


def listen(listener: Callable[[UUID], None]) -> Callable[[], None]:
    """Call the listener after each commit that recorded an event; returns the function that ends this."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def announce(account_id: UUID) -> None:
    """Tell the listeners that the account has new events."""
    for listener in _listeners:
        listener(account_id)
