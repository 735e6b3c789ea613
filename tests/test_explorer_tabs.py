"""The explorer's default tabs: valid, within the limits, and together every operation of the API."""

import json
import re
from pathlib import Path

import httpx2
import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    build_schema,
    get_variable_values,
    parse,
    visit,
)

from api.documents.cache import DocumentCache
from api.limits import DEFAULT_LIMITS
from tests.support.client import Client
from tests.support.company import Company

ROOT = Path(__file__).parent.parent
TABS = sorted((ROOT / "explorer" / "src" / "operations").glob("*.graphql"))
PROCEDURE = [
    "WhoAmI",
    "Packages",
    "SignIn1Request",
    "BuySeats1AddToCart",
    "UsersAndLicenses",
    "AssignALicense",
    "LicensesHeld",
    "PollTheSeats",
    "WatchTheCounts",
    "ApiKeys",
    "WhatIsLeft",
    "Purchases",
]
WIDEST_COMMENT = 46
# One step of a tab leaves nearly all of a minute's budget to the next.
DEAREST_STEP = 2_000

each_tab = pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.stem)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text())


def operations(tab: Path) -> list[OperationDefinitionNode]:
    definitions = parse(tab.read_text()).definitions
    return [each for each in definitions if isinstance(each, OperationDefinitionNode)]


def name_of(operation: OperationDefinitionNode) -> str:
    assert operation.name
    return operation.name.value


def variables(tab: Path) -> dict:
    """The text of the Variables pane, JSON with comments, as a dict."""
    file = tab.with_name(f"{tab.stem}.variables.jsonc")
    if not file.exists():
        return {}
    return json.loads(re.sub(r"^\s*//.*$|(?<=[^:])// or .*$", "", file.read_text(), flags=re.MULTILINE))


def test_the_tabs_are_the_whole_procedure_in_order() -> None:
    assert [name_of(operations(tab)[0]) for tab in TABS] == PROCEDURE
    assert [tab.name[:3] for tab in TABS] == [f"{number:02}-" for number in range(1, len(PROCEDURE) + 1)]


@each_tab
def test_a_tab_is_valid_and_within_the_limits(tab: Path, schema: GraphQLSchema) -> None:
    checked = DocumentCache(schema, DEFAULT_LIMITS).check(tab.read_text())
    assert checked.errors == []
    costs = {name: checked.cost(name) for name in checked.operations}
    assert {name: cost for name, cost in costs.items() if cost > DEAREST_STEP} == {}


@each_tab
def test_the_variables_of_a_tab_are_those_that_its_operations_take(tab: Path, schema: GraphQLSchema) -> None:
    given, taken = variables(tab), set()
    for operation in operations(tab):
        declared = list(operation.variable_definitions or ())
        taken |= {each.variable.name.value for each in declared}
        assert not isinstance(get_variable_values(schema, declared, given), list), name_of(operation)
    assert set(given) == taken


@each_tab
def test_a_tab_describes_itself_and_its_refusals(tab: Path) -> None:
    lines = tab.read_text().splitlines()
    assert lines[0].startswith("# ")
    assert [line for line in lines if line.startswith("#") and len(line) > WIDEST_COMMENT] == []
    for operation in operations(tab):
        assert operation.loc
        before = lines[operation.loc.start_token.line - 2]
        assert before.startswith("# "), name_of(operation)
    mutations = [each for each in operations(tab) if each.operation is OperationType.MUTATION]
    assert "Refused: " in tab.read_text() or not mutations


def test_names_are_unique_so_that_tools_can_read_all_tabs_together() -> None:
    definitions = [each for tab in TABS for each in parse(tab.read_text()).definitions]
    assert all(isinstance(each, OperationDefinitionNode | FragmentDefinitionNode) for each in definitions)
    names = [each.name.value for each in definitions if each.name]  # pyright: ignore[reportAttributeAccessIssue]
    assert sorted(names) == sorted(set(names))


def test_together_they_use_every_field_of_the_roots_but_the_lookups_by_id(schema: GraphQLSchema) -> None:
    used = {kind: set() for kind in OperationType}
    for operation in (each for tab in TABS for each in operations(tab)):
        roots = [each for each in operation.selection_set.selections if isinstance(each, FieldNode)]
        used[operation.operation] |= {each.name.value for each in roots}
    every = {kind: set(root.fields) for kind in OperationType if (root := schema.get_root_type(kind))}
    assert used[OperationType.MUTATION] == every[OperationType.MUTATION]
    assert used[OperationType.SUBSCRIPTION] == every[OperationType.SUBSCRIPTION]
    assert every[OperationType.QUERY] - used[OperationType.QUERY] == {"node", "nodes"}


def test_every_mutation_selects_code_and_message_of_a_refusal() -> None:
    for tab in TABS:
        for operation in operations(tab):
            if operation.operation is OperationType.MUTATION and name_of(operation) != "SignIn5SignOut":
                assert {"code", "message"} <= _fields_within(tab, operation), name_of(operation)


def _fields_within(tab: Path, operation: OperationDefinitionNode) -> set[str]:
    fragments = {
        each.name.value: each
        for each in parse(tab.read_text()).definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    found: set[str] = set()

    class FieldNames(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            found.add(node.name.value)

        def enter_fragment_spread(self, node: FieldNode, *_: object) -> None:
            visit(fragments[node.name.value], FieldNames())

    visit(operation, FieldNames())
    return found


@pytest.fixture
async def admin(client: Client, company: Company) -> Client:
    return client.signed_in(await company.access_token())


async def test_every_query_of_the_tabs_answers_an_administrator(admin: Client) -> None:
    for tab in TABS:
        for operation in operations(tab):
            if operation.operation is OperationType.QUERY:
                answer = await run(admin, tab, name_of(operation))
                assert "errors" not in answer.json(), answer.text


async def test_the_poll_of_the_tabs_has_an_etag_and_is_answered_with_304(admin: Client) -> None:
    poll = TABS[PROCEDURE.index("PollTheSeats")]
    tag = (await run(admin, poll, "PollTheSeats")).headers["etag"]
    assert (await run(admin, poll, "PollTheSeats", {"if-none-match": tag})).status_code == 304


async def run(client: Client, tab: Path, name: str, headers: dict[str, str] | None = None) -> httpx2.Response:
    body = {"query": tab.read_text(), "operationName": name, "variables": variables(tab)}
    return await client.http.post("/graphql", json=body, headers=headers or {})
