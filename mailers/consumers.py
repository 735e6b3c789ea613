"""The table of consumers: the mails of each event, and their recipients."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from mailers.account_opened import account_opened
from mailers.activation_link_sent import activation_link_sent
from mailers.license_assigned import license_assigned
from mailers.license_changed import license_changed
from mailers.license_removed import license_removed
from mailers.license_transferred import license_transferred_from, license_transferred_to
from mailers.notice import Notice
from mailers.purchase_completed import purchase_completed
from mailers.sign_in_requested import sign_in_requested
from models.events.events import EventType
from models.events.outbox import NewDelivery, StoredEvent


@dataclass(frozen=True)
class Mail:
    """A kind of mail: the function of its facts, and the key of its recipient in the event's data.

    Mails `in_order` reach a person in the order of the events; others are independent. A mail that is not `named` may
    go to an unproven address, and contains none of the names that were entered with it.
    """

    facts: Callable[[Notice], Awaitable[dict[str, object]]]
    recipient: str = "user_id"
    in_order: bool = True
    named: bool = True

    @property
    def kind(self) -> str:
        """The name of its texts, and of its consumer."""
        return self.facts.__name__


MAILS: dict[EventType, list[Mail]] = {
    EventType.ACCOUNT_OPENED: [Mail(account_opened, in_order=False, named=False)],
    EventType.SIGN_IN_REQUESTED: [Mail(sign_in_requested, in_order=False, named=False)],
    EventType.PURCHASE_COMPLETED: [Mail(purchase_completed)],
    EventType.LICENSE_ASSIGNED: [Mail(license_assigned)],
    EventType.LICENSE_CHANGED: [Mail(license_changed)],
    EventType.LICENSE_TRANSFERRED: [
        Mail(license_transferred_from, recipient="from_user_id"),
        Mail(license_transferred_to),
    ],
    EventType.LICENSE_REMOVED: [Mail(license_removed)],
    EventType.ACTIVATION_LINK_SENT: [Mail(activation_link_sent)],
}

BY_EVENT = {event.value: mails for event, mails in MAILS.items()}
BY_CONSUMER = {f"mail.{mail.kind}": mail for mails in MAILS.values() for mail in mails}


def deliveries_for(event: StoredEvent) -> list[NewDelivery]:
    """The deliveries of an event; none for an event without mails."""
    # By the plain name: an event type of a newer version must not stop an older relay.
    mails = BY_EVENT.get(event.type, [])
    return [
        NewDelivery(event, f"mail.{mail.kind}", UUID(event.data[mail.recipient]), mail.in_order) for mail in mails
    ]
