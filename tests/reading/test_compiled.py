"""Operations that are compiled: what of them graphql-core has to do after all, and what becomes of errors."""

from typing import Any

import pytest
from graphql import FieldNode, GraphQLObjectType, NameNode

from api.execution.metrics import QUERIES
from api.limits import DEFAULT_LIMITS
from api.schema.build import make_schema
from api.schema.ids import encode_id
from engine.breadth_first.program import BYTES_OF_FIELD, COMPILED
from engine.breadth_first.resolvers import resolver_field
from models.tables import License
from tests.support.client import Client
from tests.support.company import Company
from tests.support.resolved import BY_RESOLVERS
from tests.support.statements import statements

pytestmark = pytest.mark.usefixtures("refuse_plans")

SCHEMA = make_schema(DEFAULT_LIMITS).core
# Nobody but an administrator may see them.
REFUSED = "account { name users { totalCount } }"


def taken() -> tuple[float, float]:
    """How many operations were compiled, and of how many something was left to graphql-core."""
    errors = QUERIES.labels("errors")._value.get()
    return QUERIES.labels("compiled")._value.get() + errors, errors


async def answered(client: Client, document: str, *, left: int = 0, **variables: Any) -> dict[str, Any]:
    """The answer to a document that is compiled; `left` tells whether it is left to graphql-core."""
    compiled, errors = taken()
    answer = await client.post(document + BY_RESOLVERS, **variables)
    assert taken() == (compiled + 1, errors + left), document
    return answer


def not_permitted(*path: str | int, line: int = 1, column: int) -> dict[str, Any]:
    return {
        "message": "This needs the permission MANAGE_USERS.",
        "locations": [{"line": line, "column": column}],
        "path": list(path),
        "extensions": {"code": "NOT_PERMITTED", "requires": "MANAGE_USERS"},
    }


def test_every_resolver_of_the_schema_can_be_called() -> None:
    types = [each for each in SCHEMA.type_map.values() if isinstance(each, GraphQLObjectType)]
    fields = [
        field
        for type_ in types
        if not type_.name.startswith("__") and type_.name != "Subscription"
        for field in type_.fields.values()
        if field.extensions["strawberry-definition"].base_resolver
    ]
    assert len(fields) > 60
    for field in fields:
        resolver_field(SCHEMA, field, FieldNode(name=NameNode(value="any"), arguments=()))


async def test_an_error_makes_the_nearest_nullable_field_null(standard: Client) -> None:
    answer = await answered(standard, f"{{ packages {{ code }} viewer {{ permissions {REFUSED} }} }}", left=1)
    error = not_permitted("viewer", "account", "users", column=57)
    assert answer == {"data": {"packages": PACKAGES, "viewer": None}, "errors": [error]}


async def test_an_error_where_nothing_is_nullable_makes_all_null(standard: Client) -> None:
    answer = await answered(standard, f"{{ packages {{ code }} {REFUSED} }}", left=1)
    assert answer == {"data": None, "errors": [not_permitted("account", "users", column=36)]}


async def test_a_refused_field_spoils_nothing_beside_it(standard: Client, company: Company) -> None:
    await company.buy(PRO=1)
    await company.assign(company.users[0], "PRO")
    document = f"{{ a: viewer {{ user {{ license {{ package {{ code }} }} }} }} b: viewer {{ {REFUSED} }} }}"
    answer = await answered(standard, document, left=1)
    assert answer["data"] == {"a": {"user": {"license": {"package": {"code": "PRO"}}}}, "b": None}
    assert [error["path"] for error in answer["errors"]] == [["b", "account", "users"]]


async def test_fragments_on_unions_and_interfaces_with_aliases(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    license = await company.assign(company.users[0], "PRO")
    ids = [
        encode_id("License", license.id),
        "bm90aGluZw==",
        encode_id("User", company.users[0].id),
        encode_id("License", license.id),
    ]
    document = """
    query ($ids: [ID!]!) { nodes(ids: $ids) { kind: __typename ...Any ... on User { license { again: id ...Of } } } }
    fragment Any on Node { id ... on License { ...Of state } }
    fragment Of on License { package { code } package { tier } }
    """
    answer = await answered(admin, document, ids=ids)
    package = {"code": "PRO", "tier": company.packages["PRO"].tier}
    held = {"kind": "License", "id": ids[0], "package": package, "state": "ASSIGNED"}
    user = {"kind": "User", "id": ids[2], "license": {"again": ids[0], "package": package}}
    assert answer == {"data": {"nodes": [held, None, user, held]}}
    assert [list(each or ()) for each in answer["data"]["nodes"]] == [list(held), [], list(user), list(held)]


@pytest.mark.parametrize("shown", [True, False])
async def test_variables_say_what_is_selected(admin: Client, shown: bool) -> None:
    document = """
    query ($shown: Boolean!) {
      viewer { permissions @skip(if: $shown) user @include(if: $shown) { email } }
      packages { code @include(if: $shown) }
    }
    """
    answer = (await answered(admin, document, shown=shown))["data"]
    assert answer["packages"] == (PACKAGES if shown else [{}, {}, {}])
    assert list(answer["viewer"]) == (["user"] if shown else ["permissions"])


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { queryType { name } } }",
        "query ($shown: Boolean) { packages { code @skip(if: $shown) } }",
        "query ($first: Int!) { account { purchases(first: $first) { totalCount } } }",
        "{ nothing }",
    ],
)
async def test_what_is_for_graphql_core_as_a_whole(admin: Client, document: str) -> None:
    before = taken()
    await admin.post(document, shown=None, first="one")
    assert taken() == before


async def test_rows_at_the_same_depth_are_read_by_one_statement(admin: Client, company: Company) -> None:
    await company.buy(PRO=2, ECO=1)
    for user, code in zip(company.users, ["PRO", "ECO", "PRO"], strict=True):
        await company.assign(user, code)
    licenses = [encode_id("License", each.id) for each in await License.all()]
    document = """
    query ($ids: [ID!]!) {
      viewer { account { users { nodes { license { user { email } package { code } } } } } }
      nodes(ids: $ids) { ... on License { package { name } user { license { package { tier } } } } }
    }
    """
    await answered(admin, document, ids=licenses)
    with statements() as sent:
        await answered(admin, document, ids=licenses)
    # The viewer, the account, the users, the licenses by id and by user, the packages, the users by id.
    assert len(sent) <= 8, sent


async def test_an_answer_that_lasts_has_a_tag(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    document = {"query": "{ account { seatEvents { nodes { version } } } }" + BY_RESOLVERS}
    compiled, errors = taken()
    answer = await admin.http.post("/graphql", json=document)
    assert taken() == (compiled + 1, errors)
    again = await admin.http.post("/graphql", json=document, headers={"if-none-match": answer.headers["etag"]})
    assert (answer.status_code, again.status_code) == (200, 304)


async def test_what_is_compiled_is_kept_within_bounds(admin: Client) -> None:
    names = [f"$v{number}: Boolean!" for number in range(8)]
    fields = " ".join(
        f"p{number}: packages @include(if: $v{number}) {{ id code name description tier unitPrice {{ amount }} }}"
        for number in range(8)
    )
    document = f"query ({', '.join(names)}) {{ packages {{ code }} {fields} }}"
    for shape in range(40):
        await answered(admin, document, **{f"v{number}": bool(shape >> number & 1) for number in range(8)})
    weights: Any = {key: weight for key, (_, weight) in COMPILED._entries.items()}
    newest = max(number for number, _ in weights)
    of_nothing, of_three = (weights[newest, (*shown, *[False] * 5)] for shown in ([False] * 3, [True] * 3))
    # Each of the three has itself, six columns, and the price's.
    assert of_three - of_nothing == 3 * 8 * BYTES_OF_FIELD
    assert of_nothing > 25 * len(document)
    assert COMPILED.weight <= COMPILED.maxsize == 24_000_000


PACKAGES = [{"code": "ECO"}, {"code": "ADVANCED"}, {"code": "PRO"}]
