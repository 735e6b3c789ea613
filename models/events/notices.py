"""The rows that a mail is written from, read for several deliveries by one statement."""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from models.database.coalescing import fetch_together
from models.events.outbox import StoredEvent, event_from_row
from models.tables import Account, Delivery, User

_EVENT = ("id", "account_id", "type", "actor_id", "occurred_at", "data")


class NoticeRows(NamedTuple):
    """The event of a delivery, its recipient and account, and the acting user, if there is one."""

    event: StoredEvent
    recipient: User
    account: Account
    actor: User | None


async def read_notice(delivery: Delivery) -> NoticeRows | None:
    """The rows of a delivery; None when its account was deleted since."""
    row = await fetch_together(_statement(), (delivery.event_id, delivery.recipient_id, delivery.account_id))
    if row["found"] is None:
        return None
    values = iter(row.values())
    event = event_from_row(dict(zip(_EVENT, values, strict=False)))
    return NoticeRows(event, _row(User, values), _row(Account, values), _row(User, values) if row["acted"] else None)


def _row(table: Any, values: Iterator[Any]) -> Any:
    (row,) = table.of_records([list(islice(values, len(table.columns())))])
    return row


@cache
def _statement() -> str:
    selected = [
        *(f'event."{column}"' for column in _EVENT),
        *(f'{alias}."{column}" AS {alias}_{column}' for alias, table in _TABLES for column in table.columns()),
    ]
    return f"""
        SELECT {", ".join(selected)}, account.id AS found, actor.id AS acted, caller_number
        FROM unnest((SELECT $1::uuid[]), (SELECT $2::uuid[]), (SELECT $3::uuid[]))
            WITH ORDINALITY AS asked (event_id, recipient_id, account_id, caller_number)
        CROSS JOIN (SELECT $4::timestamptz AS moment) AS asked_at
        LEFT JOIN (
            events AS event JOIN users AS recipient ON recipient.account_id = event.account_id
            JOIN accounts AS account ON account.id = event.account_id
        ) ON event.id = asked.event_id AND recipient.id = asked.recipient_id AND account.id = asked.account_id
        LEFT JOIN users AS actor ON actor.id = event.actor_id
    """  # noqa: S608 - names of columns


_TABLES = (("recipient", User), ("account", Account), ("actor", User))
