"""Who is told that an account has new events. Losing a call delays, and loses nothing."""

from collections.abc import Callable
from uuid import UUID

# There is work for the relay that concerns no account yet.
NO_ACCOUNT = UUID(int=0)

Listener = Callable[[UUID], None]

_listeners: list[Listener] = []
_speakers: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Call the listener after each commit that recorded an event, of this process or heard of from another one.

    Returns the function that ends this.
    """
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def speak(speaker: Listener) -> Callable[[], None]:
    """Call the speaker after each such commit of this process alone, for it to tell the others."""
    _speakers.append(speaker)
    return lambda: _speakers.remove(speaker)


def announce(account_id: UUID) -> None:
    """Tell everybody of a commit of this process."""
    for told in (*_listeners, *_speakers):
        told(account_id)


def pass_on(account_id: UUID) -> None:
    """Tell the listeners here of a commit of another process."""
    for listener in _listeners:
        listener(account_id)
