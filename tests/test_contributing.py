"""CONTRIBUTING.md names the files that a change makes and edits, and every folder of tests."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.test_architecture import PACKAGES

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text()
PATH = re.compile(r"`((?:[\w.-]+/)*(?:[\w.-]+/|[\w.-]+\.(?:py|md|toml|graphql|txt)))`")

# A mutation with an event and a mail. Its errors are those of many, so the example of an error is another mutation's.
MUTATION = {"AREA": "licensing", "x": "send_activation_link", "MAIL": "activation_link_sent"}
NAMES = re.compile(r"send_?activation_?link|activation_?link[_.]?sent", re.IGNORECASE)
ERROR = re.compile(r'\bLastAdministrator(Error)?\b|"LAST_ADMINISTRATOR"')
RAISES = {"models/operations/people/change_user_role.py", "api/schema/mutations/people/change_user_role.py"}

EVENT = {"AREA": "integrations", "x": "rotate_api_key"}
EVENT_NAMES = re.compile(r"\bAPI_KEY_ROTATED\b|\bapi_key\.rotated\b")


def test_every_path_of_the_page_exists() -> None:
    patterns = {re.sub(r"\b(AREA|MAIL|x)\b|(?<=_)x\b", "*", path) for path in PATH.findall(PAGE)}
    assert [pattern for pattern in sorted(patterns) if not list(ROOT.glob(pattern))] == []


def test_every_folder_of_tests_is_described() -> None:
    folders = {f"tests/{path.name}/" for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name[0] != "_"}
    assert set(re.findall(r"^\| `(tests/\w+/)` \|", PAGE, re.MULTILINE)) == folders


def test_a_mutation_takes_the_files_that_are_listed_and_no_others() -> None:
    text = section("Add a mutation")
    made, rest = text[text.index("New:") :].split("\nEdited:\n")
    edited, rest = rest.split("\n`make schema` ")
    some, proof = rest.split("\nTests fail ")
    new, edits = paths(made, MUTATION), paths(edited, MUTATION)
    assert (len(new), len(edits)) == (4, 8)
    assert all((ROOT / path).exists() for path in new | paths(proof, MUTATION))
    found = {*mentioning(NAMES), *mentioning(ERROR)} - RAISES - paths(some, MUTATION)
    assert found == {path for path in new | edits if not path.startswith("tests/")}


def test_an_event_type_takes_the_files_that_are_listed() -> None:
    type_and_operation = section("Add an event type").partition("\n3. ")[0]
    assert set(mentioning(EVENT_NAMES)) == paths(type_and_operation, EVENT)


def section(title: str) -> str:
    """The text under a heading."""
    return PAGE.split(f"\n## {title}\n")[1].partition("\n## ")[0]


def paths(text: str, names: dict[str, str]) -> set[str]:
    """The paths in a text, with names in their places."""
    return {
        re.sub(r"\b(AREA|MAIL|x)\b|(?<=_)(x)\b", lambda it: names[it[1] or it[2]], path)
        for path in PATH.findall(text)
    }


def mentioning(names: re.Pattern[str]) -> Iterator[str]:
    """The files of the program, and the changelog, that mention one of the names."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.suffix in {".py", ".toml"}]
    for path in [*files, ROOT / "CHANGELOG.md"]:
        if names.search(path.read_text()):
            yield str(path.relative_to(ROOT))
