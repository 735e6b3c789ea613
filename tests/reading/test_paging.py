"""Connections: pages over 120 users, forwards and backwards."""

import base64
from typing import Any

import pytest

from api.schema.ids import encode_id
from models.database.clock import now
from models.database.ids import new_id
from models.tables import Role, User
from tests.support.answers import codes, refused
from tests.support.client import Client
from tests.support.company import Company

PAGE = (
    "query ($first: Int, $after: String, $last: Int, $before: String, $filter: UserFilter) { account {"
    " users(first: $first, after: $after, last: $last, before: $before, filter: $filter) {"
    " edges { cursor node { email } } nodes { email }"
    " pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } } }"
)
Page = dict[str, Any]


@pytest.fixture
async def crowd(company: Company) -> list[str]:
    """The e-mail addresses of 120 users, oldest first: the company's four, and 116 more."""
    await User.bulk_create(person(company, f"user{number:03}") for number in range(116))
    return [
        "admin@example.com",
        *(user.email for user in company.users),
        *(f"user{n:03}@example.com" for n in range(116)),
    ]


def person(company: Company, name: str) -> User:
    return User(
        id=new_id(),
        account_id=company.account_id,
        email=f"{name}@example.com",
        first_name=name,
        last_name="Example",
        locale="en",
        role=Role.STANDARD,
        created_at=now(),
    )


async def page(client: Client, **window: Any) -> Page:
    """One page; fails unless its parts agree with each other."""
    found = (await client.run(PAGE, **window))["account"]["users"]
    assert [edge["node"] for edge in found["edges"]] == found["nodes"]
    cursors = [edge["cursor"] for edge in found["edges"]]
    info = found["pageInfo"]
    assert (info["startCursor"], info["endCursor"]) == ((cursors[0], cursors[-1]) if cursors else (None, None))
    return found


def emails(found: Page) -> list[str]:
    return [node["email"] for node in found["nodes"]]


def more(found: Page) -> tuple[bool, bool]:
    """Whether there is more before and after."""
    return found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["hasNextPage"]


def end(found: Page) -> str:
    return found["pageInfo"]["endCursor"]


def start(found: Page) -> str:
    return found["pageInfo"]["startCursor"]


async def test_pages_forwards_give_every_user_once(admin: Client, crowd: list[str]) -> None:
    one = await page(admin, first=50)
    two = await page(admin, first=50, after=end(one))
    three = await page(admin, first=50, after=end(two))
    beyond = await page(admin, first=50, after=end(three))
    assert [emails(found) for found in (one, two, three)] == [crowd[:50], crowd[50:100], crowd[100:]]
    assert [more(found) for found in (one, two, three)] == [(False, True), (True, True), (True, False)]
    assert (emails(beyond), more(beyond)) == ([], (True, False))
    assert {found["totalCount"] for found in (one, two, three, beyond)} == {120}


async def test_pages_backwards_give_every_user_once(admin: Client, crowd: list[str]) -> None:
    one = await page(admin, last=50)
    two = await page(admin, last=50, before=start(one))
    three = await page(admin, last=50, before=start(two))
    beyond = await page(admin, last=50, before=start(three))
    assert [emails(found) for found in (one, two, three)] == [crowd[70:], crowd[20:70], crowd[:20]]
    assert [more(found) for found in (one, two, three)] == [(True, False), (True, True), (False, True)]
    assert (emails(beyond), more(beyond)) == ([], (False, True))
    assert {found["totalCount"] for found in (one, two, three, beyond)} == {120}


async def test_a_page_that_ends_exactly_with_the_list_has_no_next(admin: Client, crowd: list[str]) -> None:
    one = await page(admin, first=100)
    rest = await page(admin, first=20, after=end(one))
    assert (emails(rest), more(rest)) == (crowd[100:], (True, False))
    assert more(await page(admin, first=19, after=end(one))) == (True, True)
    tail = await page(admin, last=100)
    head = await page(admin, last=20, before=start(tail))
    assert (emails(head), more(head)) == (crowd[:20], (False, True))


async def test_fifty_are_given_when_no_number_is(admin: Client, crowd: list[str]) -> None:
    found = await page(admin)
    assert (emails(found), more(found)) == (crowd[:50], (False, True))


async def test_none_are_given_when_none_are_wanted(admin: Client, crowd: list[str]) -> None:
    nothing = await page(admin, first=0)
    assert (emails(nothing), more(nothing), nothing["totalCount"]) == ([], (False, True), 120)
    nothing = await page(admin, last=0)
    assert (emails(nothing), more(nothing), nothing["totalCount"]) == ([], (True, False), 120)


async def test_a_window_between_two_cursors(admin: Client, crowd: list[str]) -> None:
    edges = (await page(admin, first=100))["edges"]
    between = {"after": edges[9]["cursor"], "before": edges[20]["cursor"]}
    assert emails(await page(admin, **between)) == crowd[10:20]
    assert emails(await page(admin, first=3, **between)) == crowd[10:13]
    assert emails(await page(admin, last=3, **between)) == crowd[17:20]
    inside_out = {"after": edges[20]["cursor"], "before": edges[9]["cursor"]}
    assert emails(await page(admin, **inside_out)) == []


async def test_a_cursor_keeps_its_place_when_rows_come_and_go(
    admin: Client, company: Company, crowd: list[str]
) -> None:
    one = await page(admin, first=50)
    # The row of the cursor goes, with others on both sides, and one comes at the end.
    gone = [crowd[10], crowd[49], crowd[50], crowd[77]]
    await User.filter(email__in=gone).delete()
    await person(company, "late").save(force_create=True)
    two = await page(admin, first=50, after=end(one))
    three = await page(admin, first=50, after=end(two))
    left = [email for email in crowd[50:] if email not in gone]
    assert emails(two) + emails(three) == [*left, "late@example.com"]
    assert (more(two), two["totalCount"]) == ((True, True), 117)
    back = await page(admin, last=100, before=end(one))
    assert emails(back) == [email for email in crowd[:49] if email not in gone]


async def test_pages_of_a_filtered_list_count_and_page_only_what_fits(admin: Client, crowd: list[str]) -> None:
    search = {"search": "user00"}
    one = await page(admin, first=6, filter=search)
    two = await page(admin, first=6, after=end(one), filter=search)
    assert emails(one) + emails(two) == [f"user00{number}@example.com" for number in range(10)]
    assert [more(one), more(two)] == [(False, True), (True, False)]
    assert {one["totalCount"], two["totalCount"]} == {10}


async def test_a_cursor_of_another_account_shows_nothing_of_it(
    admin: Client, other_admin: Client, crowd: list[str]
) -> None:
    # The other account was opened after this one's first four users.
    foreign = end(await page(other_admin, first=1))
    assert emails(await page(admin, first=100, before=foreign)) == crowd[:4]
    assert emails(await page(admin, first=100, after=foreign)) == crowd[4:104]


@pytest.mark.parametrize(
    ("window", "fields"),
    [
        ({"first": 101}, ["first"]),
        ({"first": -1}, ["first"]),
        ({"last": 101}, ["last"]),
        ({"last": -1}, ["last"]),
        ({"first": 2**31 - 1}, ["first"]),
        ({"first": 10, "last": 10}, ["last"]),
        ({"first": 101, "last": -1}, ["first", "last", "last"]),
    ],
)
async def test_impossible_sizes_are_refused(admin: Client, window: dict[str, int], fields: list[str]) -> None:
    extensions = refused(await admin.post(PAGE, **window), "INVALID_INPUT", "account", "users")
    assert [field["path"] for field in extensions["fields"]] == [[name] for name in fields]


async def test_garbage_cursors_are_refused(admin: Client, company: Company) -> None:
    garbage = [
        "",
        "x",
        "%%%",
        "é",
        "\x00",
        "null",
        encode_id("User", company.administrator.id),
        str(company.administrator.id),
        base64.b64encode(b"Account.users:").decode(),
        base64.b64encode(b"Account.users:not-a-key").decode(),
        base64.b64encode(f"Account.users:{company.administrator.id.hex}".encode()).decode(),
        base64.b64encode(f"after:{company.administrator.id}".encode()).decode(),
        base64.b64encode(f"Account.users:{company.administrator.id}".encode()).decode() + "\n",
        base64.urlsafe_b64encode(b"\xff\xfe\xfd").decode(),
        "A" * 100_000,
    ]
    for argument in ("after", "before"):
        for cursor in garbage:
            answer = await admin.post(PAGE, **{argument: cursor})
            extensions = refused(answer, "INVALID_INPUT", "account", "users")
            assert [field["path"] for field in extensions["fields"]] == [[argument]], cursor[:50]


@pytest.mark.parametrize("size", ["ten", 1.5, 2**31, [1], True])
async def test_a_size_that_is_no_whole_number_is_no_valid_request(admin: Client, size: Any) -> None:
    answer = await admin.post(PAGE, first=size)
    assert codes(answer) == ["GRAPHQL_VALIDATION_FAILED"]
    assert "data" not in answer


@pytest.mark.parametrize("connection", ["users", "licenses", "purchases"])
async def test_every_connection_has_the_same_limits(admin: Client, connection: str) -> None:
    document = f"query ($n: Int) {{ account {{ {connection}(first: $n) {{ totalCount }} }} }}"
    refused(await admin.post(document, n=101), "INVALID_INPUT", "account", connection)
    refused(await admin.post(document, n=-1), "INVALID_INPUT", "account", connection)
    assert set((await admin.run(document, n=100))["account"]) == {connection}
