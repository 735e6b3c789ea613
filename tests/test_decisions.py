"""The index of docs/adr lists each decision once, with amendments on both sides; all sentences have a subject."""

import re

from tests.test_architecture import ROOT
from tests.test_sentences import BEGINS

FOLDER = ROOT / "docs" / "adr"
INDEX = (FOLDER / "README.md").read_text()
ENTRY = re.compile(r"^- (\d+)\. \[(.+)\]\((\d{4}-[a-z0-9-]+\.md)\)(?: \((.+)\))?$", re.MULTILINE)


def relations(word: str) -> set[tuple[int, int]]:
    """Pairs of the number of an entry and one that a word, amends or amended by, names."""
    return {
        (int(number), int(other))
        for number, _, _, notes in ENTRY.findall(INDEX)
        for note in notes.split("; ")
        if note.startswith(f"{word} ")
        for other in re.findall(r"\d+", note)
    }


def test_every_decision_is_listed_once_by_its_title() -> None:
    listed = [(file, title, int(number)) for number, title, file, _ in ENTRY.findall(INDEX)]
    found = [
        (path.name, path.read_text().splitlines()[0].removeprefix("# "), int(path.name[:4]))
        for path in FOLDER.glob("0*.md")
    ]
    assert sorted(listed) == sorted(found)
    assert len(found) > 25


def test_amendments_are_said_on_both_sides() -> None:
    assert relations("amends") == {(one, other) for other, one in relations("amended by")} != set()


def test_an_amended_decision_links_to_the_one_that_amends_it() -> None:
    names = {int(path.name[:4]): path.name for path in FOLDER.glob("0*.md")}
    wrong = [
        (amended, amending)
        for amending, amended in relations("amends")
        if names[amending] not in (FOLDER / names[amended]).read_text()
    ]
    assert wrong == []


def test_a_number_is_a_file_or_in_the_file_that_took_it_in() -> None:
    files = {int(path.name[:4]) for path in FOLDER.glob("0*.md")}
    gone = {
        int(number)
        for line in re.findall(r"^- ([\d ,and]+) (?:is|are) in \[", INDEX, re.MULTILINE)
        for number in re.findall(r"\d+", line)
    }
    assert files | gone == set(range(1, max(files) + 1))
    assert not files & gone


def test_an_adr_that_is_mentioned_by_number_exists() -> None:
    for path in FOLDER.glob("*.md"):
        for number in re.findall(r"\bADR (\d+)", path.read_text()):
            assert list(FOLDER.glob(f"{int(number):04}-*.md")), f"{path.name}: ADR {number}"


def test_sentences_of_decisions_have_a_subject() -> None:
    for path in FOLDER.glob("*.md"):
        text = path.read_text().replace("*", "")
        assert BEGINS.findall(text) == [], path.name
        assert re.findall(r"\btold\b", text) == [], path.name
