"""Looking up the users of the addresses that asked for a sign-in link."""

from models.database.connection import fetch, transaction
from models.events.events import EventType, record_user_events

BATCH = 200


async def answer_sign_in_requests() -> int:
    """Turn requests into events of the users whose addresses they name; returns how many requests there were.

    An unknown address is dropped here, where the client cannot observe it.
    """
    async with transaction():
        requests = await fetch(
            """
            WITH asked AS MATERIALIZED (
                SELECT id FROM sign_in_requests ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
            )
            DELETE FROM sign_in_requests USING asked WHERE sign_in_requests.id = asked.id
            RETURNING email, requested_at
            """,
            BATCH,
        )
        if not requests:
            return 0
        known = await fetch(
            # Locked, so that nobody deletes an account while an event of it is written.
            "SELECT users.id, users.account_id, request.at FROM users JOIN accounts ON accounts.id = users.account_id"
            " JOIN unnest($1::text[], $2::timestamptz[]) AS request (email, at) ON lower(users.email) = request.email"
            " ORDER BY request.at FOR KEY SHARE OF accounts",
            [request["email"].lower() for request in requests],
            [request["requested_at"] for request in requests],
        )
        await record_user_events(
            EventType.SIGN_IN_REQUESTED, [(row["id"], row["account_id"], row["at"]) for row in known]
        )
    return len(requests)
