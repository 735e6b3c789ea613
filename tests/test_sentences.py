"""The rule for sentences in CONTRIBUTING.md: the subject of a docstring or comment is a noun of the field."""

import re
import tokenize
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
PYTHON = ["e2e", "scripts", *FOLDERS]
SCRIPTS = ["benchmarks", "e2e", "explorer", "portal", "scripts"]
NOT_OURS = {"dist", "gql", "node_modules"}
# The number of sentences without such a subject. It only goes down.
BUDGET = {
    # The migrations have recorded these descriptions of tables in the database.
    "models": 5,
}
SUBJECT = r"(?:Who|What|Where|Whose|Whoever|Whatever)\b"
BEGINS = re.compile(rf"""(?:\A|[.!?]["')`]*\s+|\n\s*\n\s*|\n\s*[-*]\s+)["'(*`]*({SUBJECT}[^.!?]*)""")
SCRIPT_COMMENT = re.compile(r"(?:^[ \t]*(?://|/?\*).*\n?)+|(?<=\s)// .*", re.MULTILINE)


def test_sentences_have_a_subject() -> None:
    found = {folder: list(subjectless(folder)) for folder in sorted({*PYTHON, *SCRIPTS})}
    counts = {folder: len(places) for folder, places in found.items() if places}
    more = [place for folder, places in found.items() if len(places) > BUDGET.get(folder, 0) for place in places]
    assert more == [], "begin these sentences with the client, the statement, the pool, ..."
    assert counts == BUDGET, "lower the budget"


def subjectless(folder: str) -> Iterator[str]:
    """The sentences of a folder that begin with a relative pronoun."""
    for path in sorted((ROOT / folder).rglob("*.*")):
        if NOT_OURS & set(path.parts):
            continue
        for text in prose(path):
            for sentence in BEGINS.findall(text):
                yield f"{path.relative_to(ROOT)}: {sentence}"


def prose(path: Path) -> Iterator[str]:
    """The docstrings and comments of a file."""
    match path.suffix:
        case ".py":
            yield from python_prose(path)
        case ".ts" | ".tsx" | ".js" | ".mjs":
            for comment in SCRIPT_COMMENT.findall(path.read_text()):
                yield re.sub(r"^[ \t]*(?://|/?\*+)[ \t]*", "", comment, flags=re.MULTILINE)
        case _:
            pass


def python_prose(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        tokens = list(tokenize.tokenize(file.readline))
    code = [token for token in tokens if token.type not in {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING}]
    for before, token, after in zip([None, *code], code, code[1:], strict=False):
        begins = before is None or before.type in {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
        if token.type == tokenize.STRING and begins and after.type == tokenize.NEWLINE:
            yield token.string.strip('"')
    comments = [token for token in tokens if token.type == tokenize.COMMENT]
    # A comment of several lines stands in one column, on lines that follow each other.
    for _, lines in groupby(enumerate(comments), lambda each: (each[1].start[0] - each[0], each[1].start[1])):
        yield " ".join(token.string.lstrip("# ") for _, token in lines)
