"""Plans: what they read, of whom, by how many statements, and when graphql-core answers instead."""

import re
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from api.limits import DEFAULT_LIMITS
from api.planned import QUERIES, USING
from api.schema import make_schema
from models.permission import Permission
from plans.mirrors import MIRRORS, Join, Listed, ToOne
from plans.plan import Bound, Plan
from plans.statement import KNOWN
from tests.support.client import Client
from tests.support.company import Company
from tests.support.statements import statements

SCHEMA = make_schema(DEFAULT_LIMITS)._schema
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
  }
}
"""
# Tables of everybody.
SHARED = {"packages"}


def bound(document: str = EVERYTHING, **variables: Any) -> Bound:
    read = parse(document)
    operation = read.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return Plan(SCHEMA, read, operation, USING).bind(variables)


async def shown_to(company: Company) -> str:
    plan = bound(n=100)
    return str(plan.answer(await plan.read_for(company.viewer)))


def taken(way: str) -> float:
    return QUERIES.labels(way)._value.get()


async def test_every_table_of_a_statement_is_held_to_the_account(company: Company) -> None:
    sql = bound(search="a", n=3).statement(KNOWN)
    tables = re.findall(r'(?:FROM|JOIN) "?(\w+)"? AS (\w+)', sql)
    assert {table for table, _ in tables} == {"accounts", "users", "licenses", "packages", "seat_pools", "domains"}
    for table, alias in tables:
        if table not in SHARED:
            column = "id" if table == "accounts" else "account_id"
            assert f"{alias}.{column} = viewer.account_id" in sql, (table, alias)


def test_no_mirror_calls_a_table_shared_that_is_not() -> None:
    joins = [join for mirror in MIRRORS.values() for join in mirror.joins.values()]
    joins += [
        field.join for mirror in MIRRORS.values() for field in mirror.fields.values() if isinstance(field, ToOne)
    ]
    assert {join.table for join in joins if isinstance(join, Join) and join.shared} <= SHARED
    assert {mirror.table for mirror in MIRRORS.values() if mirror.shared} <= SHARED


def test_every_list_of_an_account_asks_for_a_permission() -> None:
    lists = {name: field for name, field in MIRRORS["Account"].fields.items() if isinstance(field, Listed)}
    assert {name: field.requires for name, field in lists.items()} == {
        "users": Permission.MANAGE_USERS,
        "licenses": Permission.VIEW_INVENTORY,
        "domains": Permission.MANAGE_DOMAINS,
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
        ("{ account { name cart { version } } }", "Account.cart"),
        ("{ viewer { permissions } }", "Query.viewer"),
        ("{ account { users(first: 101) { totalCount } } }", "arguments"),
        ("query ($n: Int = -1) { account { users(first: $n) { totalCount } } }", "arguments"),
    ],
)
async def test_what_is_answered_which_way_is_counted(admin: Client, document: str, way: str) -> None:
    before = taken(way)
    await admin.post(document)
    assert taken(way) == before + 1


async def test_who_may_not_is_refused_by_graphql_core(standard: Client) -> None:
    before = taken("permission")
    answer = await standard.post("{ account { name users { totalCount } } }")
    assert answer["errors"][0]["extensions"] == {"code": "NOT_PERMITTED", "requires": "MANAGE_USERS"}
    assert answer["errors"][0]["path"] == ["account", "users"]
    assert taken("permission") == before + 1


async def test_a_list_of_which_nothing_is_read_takes_no_values(admin: Client, company: Company) -> None:
    document = 'query ($n: Int) { account { users(first: $n, filter: { search: "a" }) { __typename } } }'
    assert await admin.run(document, n=3) == {"account": {"users": {"__typename": "UserConnection"}}}
