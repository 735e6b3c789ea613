"""The operation that each server runs: the same document if its schema allows it, else an equal one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.schema.ids import encode_id
from benchmarks.dataset import Assignable, secret

INVENTORY = (
    "query Inventory { account { seatInventory { version pools { package { code }"
    " purchased assigned activated available } } } }"
)
USERS = (
    "query Users { account { users(first: 50) { totalCount nodes { id email firstName lastName"
    " license { id assignedAt package { code name } } } pageInfo { hasNextPage endCursor } } } }"
)
# The same for Usher, with another root field.
USERS_AND_VIEWER = USERS.replace("{ account", "{ viewer { __typename } account", 1)
ASSIGN = (
    "mutation Assign($input: AssignLicenseInput!) { assignLicense(input: $input) { __typename"
    " ... on LicenseAssigned { license { id } pools { assigned available } } } }"
)
FOLLOW = "subscription Follow { seatCountsChanged { version pools { purchased assigned activated available } } }"

# Lists of a large account. Everybody is found by `example`, nobody by `nobody`, and of 500 000 users every fifth by
# `user1`, none of whom is among the last 300 000. Those without a license are the last ones.
_BOTH = "totalCount nodes { id email }"
_PAGE = "nodes { id email } pageInfo { hasNextPage }"
LISTS = {
    name: f"query List {{ account {{ users({wanted}) {{ {shown} }} }} }}"
    for name, wanted, shown in (
        ("50 users", "first: 50", "nodes { id email }"),
        ("how many users", "first: 50", "totalCount"),
        ("50 without a license, and how many", "first: 50, filter: { licensed: false }", _BOTH),
        ("50 with a package, and how many", 'first: 50, filter: { packageCode: "PRO" }', _BOTH),
        ("a search that finds few, and how many", 'first: 50, filter: { search: "user77 last" }', _BOTH),
        ("a search that finds nobody, and how many", 'first: 50, filter: { search: "nobody" }', _BOTH),
        ("a search that finds everybody", 'first: 50, filter: { search: "example" }', _PAGE),
        ("a search that finds everybody, how many", 'first: 50, filter: { search: "example" }', "totalCount"),
        ("a search that finds many, none near the end, from the end", 'last: 50, filter: { search: "user1" }', _PAGE),
        ("a search, of those without a license", 'first: 50, filter: { search: "example", licensed: false }', _PAGE),
        (
            "a search, of those without, how many",
            'first: 50, filter: { search: "example", licensed: false }',
            "totalCount",
        ),
        (
            "a search, of those with a license, how many",
            'first: 50, filter: { search: "example", licensed: true }',
            "totalCount",
        ),
        (
            "a search, of a package, how many",
            'first: 50, filter: { search: "example", packageCode: "PRO" }',
            "totalCount",
        ),
    )
}
LISTS["how many seat events"] = "query List { account { seatEvents(first: 1) { totalCount } } }"

POSTGRAPHILE_INVENTORY = (
    "query Inventory { account { version pools(orderBy: TIER_ASC) { nodes { package { code }"
    " purchased assigned activated available } } } }"
)
POSTGRAPHILE_USERS = (
    "query Users { account { users(first: 50, orderBy: PRIMARY_KEY_ASC) { totalCount"
    " nodes { id: rowId email firstName lastName license { id: rowId assignedAt package { code name } } }"
    " pageInfo { hasNextPage endCursor } } } }"
)
POSTGRAPHILE_ASSIGN = (
    "mutation Assign($input: AssignLicenseInput!) { assignLicense(input: $input)"
    " { assignment: result { licenseId assigned available refusal } } }"
)


@dataclass(frozen=True)
class Call:
    """One request: where, as whom, with which body and which other headers."""

    path: str
    account: int
    body: Any
    headers: Mapping[str, str]

    @property
    def all_headers(self) -> dict[str, str]:
        """Every header but those of the connection."""
        return {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Authorization": f"Bearer {secret(self.account)}",
            **self.headers,
        }

    @property
    def text(self) -> str:
        """The body, as JSON."""
        return json.dumps(self.body, separators=(",", ":"))

    @property
    def raw(self) -> str:
        """The request as it goes over the wire."""
        lines = [f"POST {self.path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(self.text)}"]
        lines += [f"{name}: {value}" for name, value in self.all_headers.items()]
        return "\r\n".join([*lines, "", self.text])


def query(document: str, account: int, **headers: str) -> Call:
    """A call of GraphQL."""
    return Call("/graphql", account, {"query": document}, headers)


def assign(who: Assignable) -> Call:
    """W3 where ids are those of the rows."""
    return _mutation(ASSIGN, who, str(who.user_id), str(who.package_id))


def assign_at_usher(who: Assignable) -> Call:
    """W3 with Usher's ids."""
    return _mutation(ASSIGN, who, encode_id("User", who.user_id), encode_id("Package", who.package_id))


def assign_at_postgraphile(who: Assignable) -> Call:
    """W3 as PostGraphile names it."""
    return _mutation(POSTGRAPHILE_ASSIGN, who, str(who.user_id), str(who.package_id))


def assign_at_floor(who: Assignable) -> Call:
    """W3 without GraphQL."""
    return Call("/assign", who.account, {"userId": str(who.user_id), "packageId": str(who.package_id)}, {})


def floor(path: str, account: int) -> Call:
    """W1 and W2 without GraphQL."""
    return Call(path, account, {}, {})


def _mutation(document: str, who: Assignable, user_id: str | UUID, package_id: str) -> Call:
    variables = {"input": {"userId": user_id, "packageId": package_id}}
    return Call("/graphql", who.account, {"query": document, "variables": variables}, {})


def inventory_in(answer: Any) -> Any:
    """The data of an answer to W1, in one shape for all servers."""
    account = answer["data"]["account"]
    found = account.get("seatInventory") or {"version": account["version"], "pools": account["pools"]["nodes"]}
    names = ("purchased", "assigned", "activated", "available")
    pools = [(pool["package"]["code"], *(pool[name] for name in names)) for pool in found["pools"]]
    return str(found["version"]), pools


def users_in(answer: Any) -> Any:
    """The data of an answer to W2, in one shape for all servers, without ids and cursors: each server has its own."""
    users = answer["data"]["account"]["users"]
    page = [
        (
            node["email"],
            node["firstName"],
            node["lastName"],
            node["license"] and (node["license"]["package"]["code"], node["license"]["package"]["name"]),
        )
        for node in users["nodes"]
    ]
    identified = all(
        node["id"] and node["license"]["id"] and node["license"]["assignedAt"] for node in users["nodes"]
    )
    paged = bool(users["pageInfo"]["endCursor"])
    return users["totalCount"], page, users["pageInfo"]["hasNextPage"], identified, paged
