"""The invariants of the database, as queries that find the rows that break them."""

from dataclasses import dataclass
from typing import Any

from models.database.connection import fetch
from models.events.seat_history import COUNTERS_FROM_EVENTS, EVENTS_AGAINST_THEMSELVES
from models.reads.search_entries import NO_PACKAGE

MOST_SHOWN = 20
# The clock of the machine that took the event may be ahead of that of the one that sent the notice.
CLOCKS_DIFFER = "interval '1 day'"


@dataclass(frozen=True)
class Invariant:
    """A rule, and the query whose every row breaks it."""

    name: str
    broken_by: str


@dataclass(frozen=True)
class Finding:
    """A rule with the rows that break it, at most 20; `has_more` when there are others."""

    invariant: Invariant
    rows: list[dict[str, Any]]
    has_more: bool = False


async def require_schema() -> None:
    """Plan every rule without running it, so that a database of another version is refused at once.

    Raises OperationalError.
    """
    for invariant in INVARIANTS:
        await fetch(f"EXPLAIN {invariant.broken_by}")


async def check(invariant: Invariant) -> Finding:
    """Check one rule; a finding without rows holds."""
    rows = await fetch(first_rows(invariant))
    return Finding(invariant, rows[:MOST_SHOWN], has_more=len(rows) > MOST_SHOWN)


def first_rows(invariant: Invariant) -> str:
    """The statement that finds as many rows as are shown, and one more.

    Materialized, because for a plain LIMIT PostgreSQL chooses a plan that finds a few rows soon: it takes hours where
    there are none, as is usual.
    """
    return f"WITH broken AS MATERIALIZED ({invariant.broken_by}) SELECT * FROM broken LIMIT {MOST_SHOWN + 1}"  # noqa: S608


def _same_account(table: str, column: str, other: str) -> Invariant:
    return Invariant(
        f"{table}.{column} stays in its account",
        f"SELECT this.id, this.account_id, that.account_id AS other_account_id FROM {table} AS this"  # noqa: S608
        f" JOIN {other} AS that ON that.id = this.{column} WHERE that.account_id <> this.account_id",
    )


COUNTERS_FROM_ROWS = """
    SELECT account_id, package_id, pool.purchased, granted.purchased AS purchased_rows,
           pool.assigned, held.assigned AS assigned_rows, pool.activated, held.activated AS activated_rows
    FROM seat_pools AS pool
    FULL JOIN (
        SELECT account_id, package_id, sum(quantity) AS purchased FROM seat_grants
        WHERE ended_at IS NULL GROUP BY account_id, package_id
    ) AS granted USING (account_id, package_id)
    FULL JOIN (
        SELECT account_id, package_id, count(*) AS assigned, count(activated_at) AS activated FROM licenses
        WHERE ended_at IS NULL GROUP BY account_id, package_id
    ) AS held USING (account_id, package_id)
    WHERE (coalesce(pool.purchased, 0), coalesce(pool.assigned, 0), coalesce(pool.activated, 0))
        <> (coalesce(granted.purchased, 0), coalesce(held.assigned, 0), coalesce(held.activated, 0))
"""

# Retention may have deleted notices of events that were relayed before `kept.since`.
NOTICES = f"""
    SELECT id, type, notices
    FROM (
        SELECT event.id, event.type, coalesce(made.notices, 0) AS notices,
            CASE event.type WHEN 'license.transferred' THEN 2 ELSE 1 END AS due,
            event.relayed_at >= kept.since AS all_kept
        FROM events AS event
        LEFT JOIN (SELECT event_id, count(*) AS notices FROM deliveries GROUP BY event_id) AS made
            ON made.event_id = event.id
        CROSS JOIN (
            SELECT coalesce(max(deleted_before) + {CLOCKS_DIFFER}, '-infinity') AS since
            FROM retention_watermarks WHERE name = 'deliveries'
        ) AS kept
        WHERE event.relayed_at IS NOT NULL
            AND event.type IN ('license.assigned', 'license.changed', 'license.transferred', 'license.removed')
    ) AS event
    WHERE notices > due OR (notices < due AND all_kept)
"""  # noqa: S608 - made of constants

# Users whose text PostgreSQL can fold as well.
SEARCHED_BY_ANOTHER_TEXT = """
    SELECT id, account_id, search_text FROM users
    WHERE search_text IS NOT NULL AND (
        (email COLLATE "C" ~ '^[!-_a-~]+$' AND strpos(search_text, lower(email COLLATE "C")) = 0)
        OR (concat_ws(' ', first_name, last_name, email) COLLATE "C" ~ '^[ -_a-~]+$' AND email NOT ILIKE '%@%xn--%'
            AND search_text <> btrim(regexp_replace(
                lower(concat_ws(' ', first_name, last_name, email) COLLATE "C"), ' +', ' ', 'g')))
    )
"""

TOTALS_AGAINST_ROWS = """
    SELECT known.*, coalesce(there.users, 0) AS users_rows
    FROM (
        SELECT known.account_id, known.version, known.users,
               count(*) FILTER (WHERE event.version > known.version AND event.type = 'user.added') AS users_added,
               known.seat_events,
               count(*) FILTER (WHERE event.version <= known.version AND event.pools IS NOT NULL) AS seat_events_rows
        FROM account_totals AS known LEFT JOIN events AS event ON event.account_id = known.account_id
        GROUP BY known.account_id, known.version, known.users, known.seat_events
    ) AS known
    LEFT JOIN (SELECT account_id, count(*) AS users FROM users GROUP BY account_id) AS there
        ON there.account_id = known.account_id
    WHERE (known.users + known.users_added, known.seat_events) <> (coalesce(there.users, 0), known.seat_events_rows)
"""

UNLICENSED_AND_UNKNOWN = """
    SELECT person.id, person.account_id
    FROM account_totals AS known JOIN users AS person ON person.account_id = known.account_id
    WHERE NOT EXISTS (
        SELECT FROM licenses AS held
        WHERE held.account_id = person.account_id AND held.user_id = person.id AND held.ended_at IS NULL
    ) AND NOT EXISTS (
        SELECT FROM unlicensed_users AS listed WHERE listed.account_id = person.account_id AND user_id = person.id
    ) AND NOT EXISTS (
        SELECT FROM events AS event
        WHERE event.account_id = person.account_id AND event.version > known.version
            AND event.type IN ('user.added', 'license.removed', 'license.transferred')
            AND coalesce(event.data ->> 'from_user_id', event.data ->> 'user_id') = person.id::text
    )
"""

SEARCH_ENTRIES = f"""
    WITH known AS MATERIALIZED (SELECT account_id, version FROM search_versions)
    SELECT coalesce(person.account_id, entry.account_id) AS account_id, coalesce(person.id, entry.user_id) AS user_id
    FROM (
        SELECT users.id, users.account_id, users.search_text, coalesce(held.package_id, '{NO_PACKAGE}') AS package_id
        FROM known JOIN users ON users.account_id = known.account_id
        LEFT JOIN licenses AS held
            ON held.account_id = users.account_id AND held.user_id = users.id AND held.ended_at IS NULL
    ) AS person
    FULL JOIN search_entries AS entry ON entry.account_id = person.account_id AND entry.user_id = person.id
    WHERE (
        person.id IS NULL OR entry.user_id IS NULL OR entry.package_id <> person.package_id
        OR entry.search_text <> person.search_text
    ) AND NOT EXISTS (
        SELECT FROM (
            SELECT since.account_id, unnest(ARRAY[since.data ->> 'user_id', since.data ->> 'from_user_id']) AS user_id
            FROM known JOIN events AS since ON since.account_id = known.account_id AND since.version > known.version
        ) AS changed
        WHERE changed.account_id = person.account_id AND changed.user_id = person.id::text
    )
"""  # noqa: S608 - constants

INVARIANTS = [
    Invariant("counters equal the rows", COUNTERS_FROM_ROWS),
    Invariant("counters equal the newest events", COUNTERS_FROM_EVENTS),
    Invariant("every event's counts follow from the events before it", EVENTS_AGAINST_THEMSELVES),
    Invariant(
        "0 <= activated <= assigned <= purchased",
        "SELECT * FROM seat_pools WHERE NOT (0 <= activated AND activated <= assigned AND assigned <= purchased)",
    ),
    Invariant(
        "an account's events are gapless and its version is the last",
        """
        SELECT account.id, account.version, coalesce(recorded.events, 0) AS events, recorded.last
        FROM accounts AS account LEFT JOIN (
            SELECT account_id, count(version) AS events, max(version) AS last FROM events GROUP BY account_id
        ) AS recorded ON recorded.account_id = account.id
        WHERE account.version <> coalesce(recorded.events, 0) OR account.version <> coalesce(recorded.last, 0)
        """,
    ),
    Invariant(
        "a user holds one license at most",
        "SELECT account_id, user_id, count(*) FROM licenses WHERE ended_at IS NULL"
        " GROUP BY account_id, user_id HAVING count(*) > 1",
    ),
    Invariant(
        "a completed purchase has each line's seats once, and nothing else has any",
        """
        SELECT line.id, line.purchase_id, purchase.state, line.quantity, sum(seats.quantity) AS granted
        FROM purchase_lines AS line JOIN purchases AS purchase ON purchase.id = line.purchase_id
        LEFT JOIN seat_grants AS seats ON seats.purchase_line_id = line.id
        GROUP BY line.id, line.purchase_id, purchase.state, line.quantity
        HAVING coalesce(sum(seats.quantity), 0)
            <> CASE purchase.state WHEN 'COMPLETED' THEN line.quantity ELSE 0 END
        """,
    ),
    Invariant(
        "a completed purchase is paid once, in full, and nothing else is",
        """
        SELECT purchase.id, purchase.state, purchase.total, count(payment.id) AS payments, sum(payment.amount) AS paid
        FROM purchases AS purchase
        LEFT JOIN payments AS payment ON payment.purchase_id = purchase.id AND payment.state = 'SUCCEEDED'
        GROUP BY purchase.id, purchase.state, purchase.total
        HAVING coalesce(sum(payment.amount), -1)
            <> CASE purchase.state WHEN 'COMPLETED' THEN purchase.total ELSE -1 END
        """,
    ),
    Invariant(
        "a purchase's total is the sum of its lines",
        "SELECT purchase.id, purchase.total, sum(line.quantity * line.unit_price) AS lines"
        " FROM purchases AS purchase LEFT JOIN purchase_lines AS line ON line.purchase_id = purchase.id"
        " GROUP BY purchase.id, purchase.total"
        " HAVING purchase.total <> coalesce(sum(line.quantity * line.unit_price), -1)",
    ),
    Invariant(
        "the sandbox charged what is recorded, and nothing else",
        """
        SELECT coalesce(payment.id, charge.payment_id) AS payment_id, payment.state, payment.amount,
               charge.amount AS charged, charge.method
        FROM payments AS payment FULL JOIN sandbox_charges AS charge ON charge.payment_id = payment.id
        WHERE coalesce(payment.provider, 'sandbox') = 'sandbox'
            AND ((payment.state = 'SUCCEEDED' AND (charge.amount, charge.currency)
                    IS DISTINCT FROM (payment.amount, payment.currency))
                OR payment.id IS NULL
                OR (payment.state = 'DECLINED' AND charge.method NOT LIKE 'pm_card_chargeDeclined%'))
        """,
    ),
    Invariant(
        "what an API key buys, it buys for who made it",
        "SELECT purchase.id, purchase.buyer_id, key.created_by_id FROM purchases AS purchase"
        " JOIN api_keys AS key ON key.id = purchase.api_key_id WHERE purchase.buyer_id <> key.created_by_id",
    ),
    Invariant(
        "every account has an administrator",
        "SELECT id FROM accounts WHERE NOT EXISTS"
        " (SELECT FROM users WHERE users.account_id = accounts.id AND role = 'ADMINISTRATOR')",
    ),
    Invariant(
        "every license came from an event",
        """
        SELECT license.id FROM licenses AS license WHERE NOT EXISTS (
            SELECT FROM events WHERE events.account_id = license.account_id
                AND type IN ('license.assigned', 'license.changed', 'license.transferred')
                AND data ->> 'license_id' = license.id::text
        )
        """,
    ),
    Invariant(
        "every relayed license event has its notices",
        NOTICES,
    ),
    Invariant("users are searched by their names and addresses", SEARCHED_BY_ANOTHER_TEXT),
    Invariant("the known lengths of lists equal the rows", TOTALS_AGAINST_ROWS),
    Invariant("users without a license are known where the lengths are", UNLICENSED_AND_UNKNOWN),
    Invariant("search entries are what their users are", SEARCH_ENTRIES),
    _same_account("api_key_secrets", "api_key_id", "api_keys"),
    _same_account("api_keys", "created_by_id", "users"),
    _same_account("cart_lines", "api_key_id", "api_keys"),
    _same_account("cart_lines", "user_id", "users"),
    _same_account("carts", "api_key_id", "api_keys"),
    _same_account("carts", "user_id", "users"),
    _same_account("deliveries", "event_id", "events"),
    _same_account("deliveries", "recipient_id", "users"),
    _same_account("licenses", "user_id", "users"),
    _same_account("payments", "purchase_id", "purchases"),
    _same_account("purchase_lines", "purchase_id", "purchases"),
    _same_account("purchases", "api_key_id", "api_keys"),
    _same_account("purchases", "buyer_id", "users"),
    _same_account("seat_grants", "purchase_line_id", "purchase_lines"),
    _same_account("sessions", "user_id", "users"),
    _same_account("tokens", "license_id", "licenses"),
    _same_account("tokens", "user_id", "users"),
    _same_account("unlicensed_users", "user_id", "users"),
]
