"""Filling in missing search texts of users, which a process of the previous version does not write."""

from models.database.connection import fetch
from models.operations.upkeep.keep_search_entries import LONGEST_TEXT
from models.text.search_text import search_text

BATCH = 5_000


async def fill_search_texts() -> int:
    """Fill them for a batch of users, skipping those that another process has locked; returns for how many."""
    rows = await fetch(
        "SELECT id, first_name, last_name, email FROM users WHERE search_text IS NULL"
        " ORDER BY account_id, id LIMIT $1",
        BATCH,
    )
    if not rows:
        return 0
    texts = [search_text(row["first_name"], row["last_name"], row["email"]) for row in rows]
    # Only if the text's sources are unchanged: another process may have written them meanwhile.
    filled = await fetch(
        """
        WITH made AS MATERIALIZED (
            SELECT person.id, made.search_text
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
                AS made (id, first_name, last_name, email, search_text)
            JOIN users AS person ON person.id = made.id AND person.first_name = made.first_name
                AND person.last_name = made.last_name AND person.email = made.email
            WHERE person.search_text IS NULL ORDER BY person.id FOR NO KEY UPDATE OF person SKIP LOCKED
        ), entry AS (
            UPDATE search_entries
            SET search_text = CASE WHEN octet_length(made.search_text) <= $6 THEN made.search_text END
            FROM made WHERE search_entries.user_id = made.id
        )
        UPDATE users SET search_text = made.search_text FROM made WHERE users.id = made.id RETURNING 1
        """,
        [row["id"] for row in rows],
        [row["first_name"] for row in rows],
        [row["last_name"] for row in rows],
        [row["email"] for row in rows],
        texts,
        LONGEST_TEXT,
    )
    return len(filled)


async def fill_all_search_texts() -> int:
    """The same for all of them; returns for how many."""
    total = 0
    while filled := await fill_search_texts():
        total += filled
    return total
