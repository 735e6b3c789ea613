"""Searching users: the condition that a user matches every word.

The words and the search texts of users are folded by `models/text/search_text.py`. `models/reads/searched_ids.py`
chooses how the users are found.
"""

import re

from models.reads.conditions import Condition, Search
from models.text.search_text import folded, search_words


def search_condition(search: str) -> Condition | None:
    """The condition that every word is in the name or the address; None for a search without words."""
    words = search_words(search)
    if words is None:
        return Condition("false")
    if not words:
        return None
    count = len(words)
    # Each pattern is a subquery, which PostgreSQL runs once; it would expand a LIKE ALL for each row.
    searched = " AND ".join(
        f"{{row}}.search_text LIKE (SELECT ({{value}}::text[])[{place + 1}])" for place in range(count)
    )
    having_all = f"LIKE ALL (({{value}}::text[])[1:{count}])"
    current = f"coalesce({{row}}.search_text, {_unsearched('{row}')}) {having_all}"
    own = (
        f"(SELECT {current.replace('{row}', 'own')} FROM users AS own"  # noqa: S608 - constants
        " WHERE own.id = {row}.user_id AND own.account_id = {account})"
    )
    return Condition(
        # In COALESCE, because PostgreSQL estimates few rows for LIKE.
        f"coalesce({searched}, {current})",
        [*(f"%{_escaped(word)}%" for word in words), *words],
        search=Search(
            entry=f"coalesce({searched}, {own})",
            grams=f"{_WHOSE} AND {_GRAMS % (count + 1)} AND {searched}",
            unsearched=f"{{row}}.search_text IS NULL AND {current}",
        ),
    )


# By the index of grams, and not by one that begins with the account.
_WHOSE = "{row}.account_id IS NOT DISTINCT FROM {account}"
# As the index has them (`search_grams`): the whole of short words, of longer ones every three characters. Each takes
# time to look up, and more than so many hardly find fewer users. By PostgreSQL, whose characters are bytes in
# SQL_ASCII.
_GRAMS = (
    "search_grams({row}.account_id, {row}.search_text) @> ARRAY("
    'SELECT hashtextextended(substr(word, place, 3) COLLATE "C", get_byte(uuid_send({account}), 15))'
    " FROM unnest(({value}::text[])[%s:]) AS word,"
    " generate_series(1, greatest(length(word) - 2, 1)) AS place LIMIT 12)"
)


def _escaped(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)


def _letters() -> tuple[str, str]:
    """Letters of Latin, Greek and Cyrillic that are one other letter when they are folded, and those letters."""
    letters = [chr(number) for number in (*range(0xC0, 0x250), *range(0x370, 0x460))]
    pairs = [(letter, folded(letter)) for letter in letters if letter.isalpha()]
    changed = [(letter, plain) for letter, plain in pairs if len(plain) == 1 and plain != letter and plain.isalpha()]
    return "".join(letter for letter, _ in changed), "".join(plain for _, plain in changed)


_LETTERS, _PLAIN = _letters()


def _unsearched(row: str) -> str:
    """The text of a user that has none yet, folded by the database as well as it can."""
    text = f"{row}.first_name || ' ' || {row}.last_name || ' ' || {row}.email"
    return f"translate(lower({text}), '{_LETTERS}', '{_PLAIN}')"
