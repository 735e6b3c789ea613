"""matrix.md has all that the schema has, and nothing else: somebody has to decide on each."""

from api.schema.enums import ErrorCode, Permission
from tests.authority.documents import node_types, object_type, readable_fields, type_at
from tests.authority.inputs import ARGUMENTS, IDS, INPUTS
from tests.authority.table import DONE, lines

SECTIONS = ["Mutations", "Nodes", "Fields", "Subscriptions"]


def test_every_mutation_has_a_line_and_an_input() -> None:
    tried = lines("Mutations")
    assert {line.thing for line in tried} == set(object_type("Mutation").fields)
    assert sorted(str(line) for line in tried) == sorted(INPUTS)


def test_every_type_with_an_id_has_a_line_and_an_id() -> None:
    assert sorted(str(line) for line in lines("Nodes")) == sorted(node_types()) == sorted(IDS)


def test_every_field_that_a_query_reaches_has_a_line() -> None:
    told = {f"{line.thing}.{field}" for line in lines("Fields") for field in line.fields}
    assert told == readable_fields()


def test_every_path_leads_to_the_type_of_its_line() -> None:
    wrong = {str(line): found for line in lines("Fields") if (found := type_at(line.path)) != line.thing}
    assert wrong == {}


def test_every_subscription_has_a_line_and_arguments() -> None:
    tried = lines("Subscriptions")
    assert {line.thing for line in tried} == set(object_type("Subscription").fields)
    assert sorted(str(line) for line in tried) == sorted(ARGUMENTS)


def test_every_outcome_is_one_that_the_header_explains() -> None:
    known = DONE | {"null", "unauthenticated"}
    known |= {code.name.lower() for code in ErrorCode} - {"not_permitted"}
    known |= {f"not_permitted {permission.name}" for permission in Permission}
    told = {outcome for section in SECTIONS for line in lines(section) for outcome in line.expected.values()}
    assert told - known == set()
