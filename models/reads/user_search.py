"""Searching users: which rows have every word, and by which index they are found.

The words and what users are searched by are folded by `models/search_text.py`; here one is only looked for in the
other.
"""

import re

from models.reads.conditions import Condition, Sample, Source
from models.search_text import folded, search_words

# Where the users at the beginning of a page fill it, or many of them have the words, it is read by going through them
# in order; else by gathering all who have the words, which for many takes longer.
_SAMPLED, _MANY = 1_000, 150


def search_condition(search: str) -> Condition | None:
    """The users who have every word somewhere in the name or the address; None for a search without words."""
    words = search_words(search)
    if words is None:
        return Condition("false")
    if not words:
        return None
    count = len(words)
    searched = " AND ".join(
        f"found.search_text LIKE (SELECT ({{value}}::text[])[{place + 1}])" for place in range(count)
    )
    having_all = f"LIKE ALL (({{value}}::text[])[1:{count}])"
    sample = Sample(f"sample.search_text {having_all}", _SAMPLED, _MANY)
    indexed = f"{_WHOSE} AND search_grams(found.account_id, found.search_text) @> ARRAY({_GRAMS % (count + 1)})"
    return Condition(
        f"coalesce({{row}}.search_text, {_unsearched('{row}')}) {having_all}",
        [*(f"%{_escaped(word)}%" for word in words), *words],
        sources=(
            # Within COALESCE, because PostgreSQL expects of LIKE that hardly anybody is found.
            Source("users", f"coalesce({searched}, false)", sample=sample),
            Source("users", f"{indexed} AND {searched}", keys=(), sample=sample, common=False),
            Source("users", f"found.search_text IS NULL AND {_unsearched('found')} {having_all}"),
        ),
    )


# By the index of grams: PostgreSQL does not look this up in those that begin with the account.
_WHOSE = "found.account_id IS NOT DISTINCT FROM {account}"
# As the index has them (`search_grams`): the whole of short words, of longer ones every three characters. Each takes
# time to look up, and more than so many hardly find fewer users. By PostgreSQL, whose characters are bytes in
# SQL_ASCII.
_GRAMS = (
    'SELECT hashtextextended(substr(word, place, 3) COLLATE "C", get_byte(uuid_send({account}), 15))'
    " FROM unnest(({value}::text[])[%s:]) AS word,"
    " generate_series(1, greatest(length(word) - 2, 1)) AS place LIMIT 12"
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
