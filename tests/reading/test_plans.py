"""Plans: what they read, of whom, by how many statements, and when graphql-core answers instead."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from graphql import OperationDefinitionNode, get_named_type, is_leaf_type, parse

from api.execution.metrics import QUERIES, UNPLANNED
from api.execution.plan_cache import PLANNING
from api.limits import DEFAULT_LIMITS
from api.schema.build import make_schema
from engine.sql.mappings import MAPPINGS, Join, ToMany, ToOne
from engine.sql.plan import BoundPlan, Plan
from engine.sql.read_plan import NotPlannedError
from models.access.credentials import credential_sql
from models.access.secrets import secret_hash
from models.database.clock import now
from models.database.connection import run_alone
from models.permissions import Permission
from models.tables import Session, User
from tests.support.answers import refused
from tests.support.api_keys import make_key
from tests.support.client import Client
from tests.support.company import Company
from tests.support.planned import answered
from tests.support.resolved import BY_RESOLVERS
from tests.support.statements import statements

pytestmark = pytest.mark.usefixtures("refuse_plans")

SCHEMA = make_schema(DEFAULT_LIMITS).core
EVERYTHING = """
query ($search: String, $n: Int) {
  account {
    id name version
    seatInventory(packageCodes: ["PRO"]) { version asOf pools { id available package { id unitPrice { amount } } } }
    users(first: $n, filter: { search: $search, licensed: true, packageCode: "PRO" }) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { email license { state package { code } user { email license { id } } } } }
    }
    domains { id name state txtName txtValue approvedAt }
    licenses(last: 2, filter: { state: ACTIVE }) { nodes { user { email } package { name } } totalCount }
    purchases { nodes { total { amount } lines { total { currency } package { code } } payment { state } } }
    cart { version total { amount currency } lines { total { amount } } }
    sessions { nodes { user { email } } totalCount }
    apiKeys { nodes { lastUsedAt createdBy { email } secrets { hint } } }
    seatEvents(first: $n) { nodes { type counts { available package { code } } } totalCount }
  }
  viewer { user { email } apiKey { name } sessions { nodes { client } } }
  packages { code }
}
"""
# Arguments that must be given.
GIVEN = {"id": '"UGFja2FnZTo="', "ids": '["UGFja2FnZTo="]'}
ASKING = "SELECT id AS account_id FROM accounts"
# Tables of everybody.
SHARED = {"packages"}


def bound(document: str = EVERYTHING, **variables: Any) -> BoundPlan:
    read = parse(document)
    operation = read.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return Plan(SCHEMA, read, operation, PLANNING).bind(variables)


async def shown_to(company: Company) -> str:
    plan = bound(n=100)
    return str(await answered(plan, company.account_id))


def taken(way: str) -> float:
    return QUERIES.labels(way)._value.get() + UNPLANNED.labels(way)._value.get()


async def test_every_table_of_a_statement_is_held_to_the_account(company: Company) -> None:
    sql = bound(search="a", n=3).statement(ASKING)
    for mapping in MAPPINGS.values():
        if mapping.table.startswith("("):
            assert "line.account_id" in mapping.table or "event.account_id" in mapping.table
            sql = sql.replace(mapping.table, f'"{mapping.type_name}"')
    tables = re.findall(r'(?:FROM|JOIN) "?(\w+)"? AS (\w+)', sql)
    assert {table for table, _ in tables} == {
        *("accounts", "users", "licenses", "packages", "seat_pools", "domains"),
        *("search_entries", "search_versions", "events", "account_totals"),
        *("purchases", "PurchaseLine", "payments", "carts", "CartLine", "sessions"),
        *("api_keys", "api_key_secrets", "SeatCounts"),
    }
    for table, alias in tables:
        if table not in SHARED:
            column = "id" if table == "accounts" else "account_id"
            of_row = "user_id" if table == "search_entries" else "id"
            between = [
                f"ROW({alias}.{column}, {alias}.{of_row}) {sign} ROW(viewer.account_id, " for sign in (">=", "<=")
            ]
            held = f"{alias}.{column} = viewer.account_id" in sql or all(bound in sql for bound in between)
            assert held, (table, alias)


def test_no_mirror_calls_a_table_shared_that_is_not() -> None:
    joins = [join for mirror in MAPPINGS.values() for join in mirror.joins.values()]
    joins += [
        field.join for mirror in MAPPINGS.values() for field in mirror.fields.values() if isinstance(field, ToOne)
    ]
    assert {join.table for join in joins if isinstance(join, Join) and join.shared} <= SHARED
    assert {mirror.table for mirror in MAPPINGS.values() if mirror.shared} <= SHARED


def test_every_field_that_reads_rows_has_a_plan() -> None:
    assert dict(unplanned()) == {"Query.rateLimit": "Query.rateLimit"}


def unplanned() -> Iterator[tuple[str, str]]:
    """The fields that queries lead to and that have no plan, and why not."""
    query = SCHEMA.query_type
    assert query is not None
    paths = {query.name: "%s"}
    for type_name in (looked_at := [query.name]):
        for name, field in getattr(SCHEMA.get_type(type_name), "fields", {}).items():
            given = "".join(f"({argument}: {GIVEN[argument]})" for argument in field.args if argument in GIVEN)
            inside = get_named_type(field.type)
            selected = "" if is_leaf_type(inside) else " { __typename }"
            document = "{ " + paths[type_name] % f"{name}{given}{selected}" + " }"
            try:
                bound(document)
            except NotPlannedError as why:
                yield f"{type_name}.{name}", str(why)
                continue
            if not is_leaf_type(inside) and inside.name not in paths:
                paths[inside.name] = paths[type_name] % f"{name}{given} {{ %s }}"
                looked_at.append(inside.name)


def test_every_list_of_an_account_asks_for_a_permission() -> None:
    lists = {name: field for name, field in MAPPINGS["Account"].fields.items() if isinstance(field, ToMany)}
    assert {name: field.requires for name, field in lists.items()} == {
        "users": Permission.MANAGE_USERS,
        "licenses": Permission.VIEW_INVENTORY,
        "domains": Permission.MANAGE_DOMAINS,
        "purchases": Permission.VIEW_BILLING,
        "seatEvents": Permission.VIEW_INVENTORY,
        "sessions": Permission.MANAGE_USERS,
        "apiKeys": Permission.MANAGE_INTEGRATIONS,
    }


async def test_another_account_s_rows_are_in_no_answer(
    company: Company, other_company: Company, admin: Client
) -> None:
    for each in (company, other_company):
        await each.buy(PRO=1)
        await each.assign(each.users[0], "PRO")
    shown = await shown_to(company)
    assert "ann@example.com" in shown
    assert "example.org" not in shown
    assert (await shown_to(other_company)).count("example.com") == 0


async def test_a_whole_document_is_one_statement_with_the_credential(admin: Client, company: Company) -> None:
    await admin.run(EVERYTHING, n=2)
    with statements() as sent:
        await admin.run(EVERYTHING, n=2)
    assert len(sent) == 1, sent


@pytest.mark.parametrize(
    ("document", "way"),
    [
        ("{ account { name } }", "plan"),
        ("{ account { name cart { version } } }", "plan"),
        ("{ rateLimit { cost } viewer { permissions } }", "plan"),
        ("{ rateLimit { cost } }", "Query.rateLimit"),
        ("{ __schema { queryType { name } } account { name } }", "Query.__schema"),
        ("{ viewer { permissions } }", "plan"),
        ("{ account { users(first: 101) { totalCount } } }", "arguments"),
        ("query ($n: Int = -1) { account { users(first: $n) { totalCount } } }", "arguments"),
    ],
)
async def test_what_is_answered_which_way_is_counted(admin: Client, document: str, way: str) -> None:
    before = taken(way)
    await admin.post(document)
    assert taken(way) == before + 1


@pytest.mark.parametrize(
    "document",
    [
        "{ account { name } }",
        "{ account { name cart { version } } rateLimit { cost } }",
        "{ account { users(first: 101) { totalCount } } }",
        "{ account { purchases(first: 101) { totalCount } } viewer { permissions } }",
        "{ __schema { queryType { name } } }",
        "{ nothing }",
        "mutation { signOut { session { id } } }",
    ],
)
async def test_each_operation_is_counted_once(admin: Client, document: str) -> None:
    def counted() -> float:
        return sum(each.value for each in QUERIES.collect()[0].samples if each.name.endswith("_total"))

    before = counted()
    await admin.post(document)
    assert counted() == before + 1


async def test_a_field_without_a_plan_is_answered_beside_those_that_have_one(admin: Client, company: Company) -> None:
    fields = "limited: rateLimit { cost limit ...Rest } viewer { user { email } } ... on Query { account { name } }"
    document = f"{{ __typename {fields} }} fragment Rest on RateLimit {{ accountLimit }}"
    await admin.run(document)
    with statements() as sent:
        answer = await admin.http.post("/graphql", json={"query": document})
    assert len(sent) == 1, sent
    resolved = await admin.http.post("/graphql", json={"query": document + BY_RESOLVERS})
    assert answer.content == resolved.content
    assert answer.headers["usher-cost"] == resolved.headers["usher-cost"]
    assert answer.json()["data"]["limited"]["cost"] == int(answer.headers["usher-cost"])


async def test_what_a_key_is_shown_of_its_first_use(admin: Client, company: Company) -> None:
    key = admin.signed_in((await make_key(admin, Permission.VIEW_INVENTORY)).secret)
    document = "{ viewer { apiKey { lastUsedAt secrets { lastUsedAt } } } }"
    first = await key.run(document)
    assert first["viewer"]["apiKey"]["lastUsedAt"] is not None
    before = taken("plan")
    assert await key.run(document) == first
    assert taken("plan") == before + 1


async def test_who_may_not_is_refused_by_graphql_core(standard: Client) -> None:
    before = taken("permission")
    answer = await standard.post("{ account { name users { totalCount } } }")
    assert answer["errors"][0]["extensions"] == {"code": "NOT_PERMITTED", "requires": "MANAGE_USERS"}
    assert answer["errors"][0]["path"] == ["account", "users"]
    assert taken("permission") == before + 1


async def test_a_list_of_which_nothing_is_read_takes_no_values(admin: Client, company: Company) -> None:
    document = 'query ($n: Int) { account { users(first: $n, filter: { search: "a" }) { __typename } } }'
    assert await admin.run(document, n=3) == {"account": {"users": {"__typename": "UserConnection"}}}


async def test_a_search_finds_the_same_whatever_the_letters(admin: Client, company: Company) -> None:
    await User.filter(id=company.users[0].id).update(last_name="Groß", first_name="Éric ǆ")
    for search in ("groß", "GROSS", "éric", "ÉRIC", "ǆ", "Ǆ", "100%", "_"):
        wanted = "account { users(filter: { search: $search }) { nodes { email } } }"
        planned = await admin.run(f"query ($search: String) {{ {wanted} }}", search=search)
        whole = await admin.run(f"query ($search: String) {{ {wanted} }}{BY_RESOLVERS}", search=search)
        assert planned["account"] == whole["account"], search
    assert planned["account"]["users"]["nodes"] == []


async def test_a_document_of_very_many_lists_is_for_graphql_core(admin: Client, company: Company) -> None:
    await company.buy(PRO=1)
    await company.assign(company.users[0], "PRO")
    lists = " ".join(f"a{n}: licenses(first: 1) {{ nodes {{ ...L }} }}" for n in range(56))
    fields = "id state assignedAt activatedAt package { code name description tier } user { email locale }"
    before = taken("size")
    answer = await admin.run(f"{{ account {{ {lists} }} }} fragment L on License {{ {fields} }}")
    assert answer["account"]["a0"]["nodes"][0]["package"]["code"] == "PRO"
    assert answer["account"]["a55"] == answer["account"]["a0"]
    assert taken("size") == before + 1


async def test_a_condition_that_is_null_is_refused_as_ever(admin: Client) -> None:
    document = "query ($x: Boolean = true) { account { name @skip(if: $x) id } }"
    answer = await admin.post(document, x=None)
    refused(answer, "BAD_REQUEST", "account")
    given = "Expected variable '$x' provided to non-null type 'Boolean!' not to be None."
    assert answer["errors"][0]["message"] == f"Argument 'if' has invalid value: {given}"


async def test_for_a_credential_that_has_ended_nothing_is_read(company: Company) -> None:
    secret = await company.access_token()
    plan = bound("{ account { name } }")
    statement = plan.statement(credential_sql(secret))
    session = await Session.get(hash=secret_hash(secret))

    async def name_at(moment: datetime) -> str | None:
        [row] = await run_alone(statement, [session.hash], moment)
        return row["name"]

    assert await name_at(now()) == "Company of example.com"
    assert await name_at(session.expires_at) is None
    await Session.all().update(revoked_at=now())
    assert await name_at(now()) is None


async def test_who_was_refused_costs_no_read_but_of_who_they_are(admin: Client) -> None:
    await Session.all().update(revoked_at=now())
    await admin.post("{ account { name } }")
    with statements() as sent:
        answer = await admin.post("{ account { name } }")
    assert answer["errors"][0]["extensions"]["reason"] == "REVOKED"
    assert len(sent) == 1, sent
    assert "AS answer" not in sent[0]
