"""The documents are true."""

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from api.schema.ids import encode_id
from tests.support.client import Client
from tests.support.company import Company
from tests.support.guides import programs
from tests.usher.test_command_help import HELPED

ROOT = Path(__file__).parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


async def test_the_first_query_and_mutation_of_the_readme_answer(client: Client, company: Company) -> None:
    admin = client.signed_in(await company.access_token())
    query, mutation = re.findall(r"```graphql\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    asked = await admin.run(query)
    assert [package["code"] for package in asked["packages"]] == ["ECO", "ADVANCED", "PRO"]
    assert asked["account"]["users"]["totalCount"] == 4
    package_id = encode_id("Package", company.packages["ADVANCED"].id)
    done = await admin.run(mutation.replace("PACKAGE_ID", package_id))
    assert done["addToCart"]["cart"]["total"] == {"amount": "447.00", "currency": "CAD"}


def test_the_tabs_that_the_readme_names_are_there() -> None:
    page = (ROOT / "README.md").read_text()
    steps = page[page.index("by hand, in the explorer") : page.index("```graphql")]
    tabs = "".join(path.read_text() for path in (ROOT / "explorer" / "src" / "operations").glob("*.graphql"))
    named = re.findall(r"`([A-Z]\w+?[a-z]\w+)`", steps)
    assert len(named) >= 6
    assert [
        name for name in named if not re.search(rf"^(query|mutation|subscription) {name}\b", tabs, re.MULTILINE)
    ] == []


@pytest.mark.parametrize("page", ["partners.md", "spa.md"])
def test_the_name_of_each_program_stands_where_a_reader_sees_it(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    assert [name for name in programs(page) if f"`{name}`:\n\n```" not in text] == []


def test_the_name_of_each_step_stands_where_a_reader_sees_it() -> None:
    text = (ROOT / "docs" / "growing.md").read_text()
    assert [name for name in programs("growing.md") if f"`{name}`" not in text] == []


def test_commands_are_written_as_they_are_found_in_a_checkout() -> None:
    for page in (ROOT / "README.md", ROOT / "docs" / "partners.md", ROOT / "docs" / "spa.md"):
        assert (
            re.findall(
                r"(?:^|\$\(|`)usher [a-z-]+.*$", page.read_text().partition("## What it answers")[0], re.MULTILINE
            )
            == []
        ), page


def test_the_readme_explains_what_it_measures_and_how_to_choose_the_port() -> None:
    page = (ROOT / "README.md").read_text()
    before, _, table = page.partition("<!-- measured -->")
    measured = set(re.findall(r"\bW\d\b", table))
    assert measured == set(re.findall(r"\bW\d\b", before)) == {"W1", "W2", "W3", "W4", "W5"}
    assert "`USHER_PORT=8001 make run`" in before


def test_every_command_is_told_of() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    groups = {command.partition(" ")[0] for command in HELPED if " " in command}
    assert [command for command in HELPED if command not in groups and f"`usher {command}" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_explorers_tabs_fit_the_schema() -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    tabs = sorted((ROOT / "explorer" / "src" / "operations").glob("*.graphql"))
    assert len(tabs) >= 6
    for tab in tabs:
        text = tab.read_text()
        assert text.startswith("#"), tab
        assert validate(schema, parse(text)) == [], tab
