"""Faults in the text of a statement."""

import re
from collections.abc import Iterator

SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|FROM)\b|\{row\}")
# A part of a statement ends at one of these, or at the bracket that it lies in.
CLAUSES = re.compile(
    r"\b(AND|OR|WHERE|ORDER BY|GROUP BY|HAVING|LIMIT|RETURNING|FOR|JOIN|LEFT|CROSS|UNION|ON|SET|FROM|OFFSET|SELECT"
    r"|END|WINDOW|WITH)\b|\"\"\"|\"$|\"\s*\n|;"
)
CONDITION = re.compile(r"(?<!DISTINCT )\b(WHERE|AND|OR|ON|HAVING)\s+(?!CONFLICT\b)")
SWAPS = [
    (re.compile(r"(?<![<>!=])<=(?!=)"), "<"),
    (re.compile(r"(?<![<>!=-])<(?![=>])"), "<="),
    (re.compile(r"(?<![<>!=])>=(?!=)"), ">"),
    (re.compile(r"(?<![<>!=-])>(?![=>])"), ">="),
    (re.compile(r"\bIS NOT NULL\b"), "IS NULL"),
    (re.compile(r"\bIS NULL\b"), "IS NOT NULL"),
    (re.compile(r"(?<=[\w}\d)] )\+(?= [\w${(])"), "-"),
    (re.compile(r"(?<=[\w}\d)] )-(?= [\w${(])"), "+"),
    (re.compile(r"\bgreatest\b(?=\()"), "least"),
    (re.compile(r"\bleast\b(?=\()"), "greatest"),
    (re.compile(r"\bNOT (?=EXISTS|[a-z])"), ""),
    (re.compile(r"(?<!NOT )\bEXISTS\b(?= \()"), "NOT EXISTS"),
    (re.compile(r" DESC\b"), ""),
    (re.compile(r"(?<=ORDER BY )(\w+(?:, \w+)*)(?= LIMIT|\n| FOR|$)"), r"\1 DESC"),
    (re.compile(r" FOR (NO KEY )?UPDATE( OF \w+)?( SKIP LOCKED)?"), ""),
    (re.compile(r" SKIP LOCKED"), ""),
    (re.compile(r"\bDISTINCT ON \([^)]*\)"), ""),
    (re.compile(r"(?<!ON )\bDISTINCT\b(?! ON)"), ""),
]


def is_sql(text: str) -> bool:
    """Whether a literal is a statement, or a part of one."""
    return bool(SQL.search(text))


def sql_faults(text: str) -> Iterator[tuple[int, int, str]]:
    """Faults as start, end and replacement: a condition less, or another operator."""
    for found in CONDITION.finditer(text):
        end = _end_of_condition(text, found.end())
        condition = text[found.end() : end].rstrip()
        if condition and condition != "true":
            yield found.end(), found.end() + len(condition), "false" if found[1] == "OR" else "true"
    for pattern, instead in SWAPS:
        for found in pattern.finditer(text):
            yield found.start(), found.end(), found.expand(instead)


def _end_of_condition(text: str, start: int) -> int:
    depth, place = 0, start
    while place < len(text):
        if text[place] in "([":
            depth += 1
        elif text[place] in ")]":
            if depth == 0:
                return place
            depth -= 1
        elif depth == 0 and CLAUSES.match(text, place):
            return place
        place += 1
    return place
