"""Reading matrix.md: who may do what, as data."""

import re
from dataclasses import dataclass
from pathlib import Path

MATRIX = Path(__file__).with_name("matrix.md")
CALLERS = ["nobody", "standard", "administrator", "other", "revoked", "expired", "key", "full key"]

# Every other outcome is a refusal, and names it.
DONE = {"allowed", "own", "elsewhere", "nothing"}


@dataclass(frozen=True)
class Line:
    """One thing, how it is tried, and what each caller gets."""

    thing: str
    how: str
    expected: dict[str, str]

    def __str__(self) -> str:
        return f"{self.thing} {self.how}".strip()

    @property
    def fields(self) -> list[str]:
        """The fields that a line of the section Fields names."""
        return self.how.rpartition(":")[2].split()

    @property
    def path(self) -> str:
        """The path to the fields."""
        return self.how.partition(":")[0]


def lines(section: str) -> list[Line]:
    """The lines of one section, in order. Fails on one that is not of the table's shape."""
    found = re.search(rf"^## {section}$(.*?)(?=^## |\Z)", MATRIX.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None, section
    rows = [row for row in found.group(1).splitlines() if row.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    head, _, *body = cells
    assert head[-len(CALLERS) :] == CALLERS, head
    for row in body:
        assert len(row) == len(head), row
        assert all(row[-len(CALLERS) :]), f"somebody has to decide: {row}"
    return [
        Line(row[0], ": ".join(row[1 : -len(CALLERS)]), dict(zip(CALLERS, row[-len(CALLERS) :], strict=True)))
        for row in body
    ]
