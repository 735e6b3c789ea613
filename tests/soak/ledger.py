"""The requests and their answers: everything that has been acknowledged must be true at the end."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from tests.support.patient import Experience


@dataclass
class Ledger:
    """The acknowledged changes of all accounts, and how often each operation ended how."""

    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    retried: Counter[str] = field(default_factory=Counter)
    # Licenses: who holds them and what they are of; those that ended; those that were activated.
    given: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    ended: set[UUID] = field(default_factory=set)
    activated: set[UUID] = field(default_factory=set)
    # Purchases: the seats of those that completed, by package; those accepted, declined and cancelled.
    completed: dict[UUID, dict[UUID, int]] = field(default_factory=dict)
    accepted: set[UUID] = field(default_factory=set)
    declined: set[UUID] = field(default_factory=set)
    cancelled: set[UUID] = field(default_factory=set)
    users: set[UUID] = field(default_factory=set)
    # Nothing of this may be in a log.
    secrets: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    experience: Experience = field(default_factory=Experience)

    def note(self, operation: str, outcome: str, retries: int) -> None:
        """Count an answer, and how often it had to be asked for again."""
        self.done[operation, outcome] += 1
        self.retried[operation] += retries

    def expect(self, holds: bool, otherwise: str) -> None:
        """Note what is wrong when something does not hold."""
        if not holds:
            self.wrong.append(otherwise)
