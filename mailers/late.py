"""Late notices: after an outage, or after a person's limit of mails per hour."""

from datetime import timedelta
from uuid import UUID

from mailers.notice import Notice, Obsolete
from models.database.clock import now
from models.events.outbox import has_later_notice
from models.tables import License

LATE = timedelta(hours=1)


async def require_use(kind: str, notice: Notice) -> None:
    """Raise Obsolete for a notice of a license that is an hour late and no longer true.

    A link of use is the newest of a live license. A removal is of use unless a later notice replaces it: a user has
    one license at a time.
    """
    if now() - notice.event.occurred_at < LATE:
        return
    match kind:
        case "license_assigned" | "license_transferred_to" | "activation_link_sent":
            useful = await License.exists(link_event_id=notice.event.id, ended_at=None)
        case "license_changed":
            useful = await License.exists(id=UUID(notice.event.data["license_id"]), ended_at=None)
        case "license_removed" | "license_transferred_from":
            useful = not await has_later_notice(notice.delivery)
        case _:
            useful = True
    if not useful:
        raise Obsolete("the license has ended, or another notice has replaced this one, before it could be sent")
