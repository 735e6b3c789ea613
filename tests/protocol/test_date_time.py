"""DateTime: RFC 3339 and nothing else, as a literal and as a variable."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given, settings
from hypothesis import strategies as st

from api.http.date_time import parse_datetime, serialize_datetime
from models.tables import ApiKey
from tests.support.answers import codes
from tests.support.client import Client
from tests.support.company import Company
from tests.support.unchanged import nothing_changes

GOOD = {
    "2077-03-04T05:06:07Z": "2077-03-04T05:06:07Z",
    "2077-03-04t05:06:07z": "2077-03-04T05:06:07Z",
    "2077-03-04T05:06:07z": "2077-03-04T05:06:07Z",
    "2077-03-04 05:06:07Z": "2077-03-04T05:06:07Z",
    "2077-03-04T05:06:07.5Z": "2077-03-04T05:06:07.500000Z",
    "2077-03-04T05:06:07.123456789Z": "2077-03-04T05:06:07.123456Z",
    "2077-03-04T05:06:07-00:00": "2077-03-04T05:06:07Z",
    "2077-03-04T05:06:07+05:30": "2077-03-03T23:36:07Z",
    "2077-03-04T05:06:07-23:59": "2077-03-05T05:05:07Z",
    # Leap seconds.
    "2077-12-31T23:59:60Z": "2078-01-01T00:00:00Z",
    "2077-06-30t23:59:60.25z": "2077-07-01T00:00:00.250000Z",
    "2077-12-31T15:59:60-08:00": "2078-01-01T00:00:00Z",
    "2078-01-01T05:29:60+05:30": "2078-01-01T00:00:00Z",
}
BAD = [
    "",
    "2077-03-04",
    "2077-03-04T05:06:07",
    "2077-03-04T05:06Z",
    "2077-03-04T05Z",
    "20770304T050607Z",
    "2077-03-04T050607Z",
    "2077-W09-4T05:06:07Z",
    "2077-063T05:06:07Z",
    "2077-03-04T05:06:07,5Z",
    "2077-03-04T05:06:07.Z",
    "2077-03-04T05:06:07+05",
    "2077-03-04T05:06:07+0530",
    "2077-03-04T05:06:07+05:30:15",
    "2077-03-04T05:06:07+05:60",
    "2077-03-04T05:06:07+24:00",
    "2077-03-04T05:06:07 Z",
    "2077-03-04T05:06:07Z\n",
    " 2077-03-04T05:06:07Z",
    "2077-03-04T24:00:00Z",
    "2077-03-04T05:60:07Z",
    "2077-03-04T05:06:61Z",
    "2077-02-29T05:06:07Z",
    "2077-13-04T05:06:07Z",
    "2077-3-4T05:06:07Z",
    "77-03-04T05:06:07Z",
    "+2077-03-04T05:06:07Z",
    "0000-03-04T05:06:07Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "9999-12-31T23:59:60Z",
    "\uff12077-03-04T05:06:07Z",
    # A sixtieth second where no leap second can be.
    "2077-03-04T05:06:60Z",
    "2077-03-04T23:59:60Z",
    "2077-12-31T23:58:60Z",
    "2077-12-31T23:59:60+01:00",
]
BY_VARIABLE = (
    'mutation ($at: DateTime!) { createApiKey(input: {name: "x", scopes: [VIEW_INVENTORY], expiresAt: $at})'
    " { __typename ... on ApiKeyCreated { apiKey { expiresAt } } } }"
)


def by_literal(text: str) -> str:
    return BY_VARIABLE.replace("($at: DateTime!)", "").replace("$at", f'"{text}"')


@pytest.mark.parametrize("text", GOOD)
async def test_what_rfc_3339_allows_is_taken(admin: Client, company: Company, text: str) -> None:
    taken = {"createApiKey": {"__typename": "ApiKeyCreated", "apiKey": {"expiresAt": GOOD[text]}}}
    assert await admin.run(BY_VARIABLE, at=text) == taken
    assert await admin.run(by_literal(text)) == taken
    assert {serialize_datetime(key.expires_at) for key in await ApiKey.all() if key.expires_at} == {GOOD[text]}


async def test_what_it_does_not_allow_is_refused(admin: Client, company: Company) -> None:
    async with nothing_changes():
        for text in BAD:
            assert codes(await admin.post(BY_VARIABLE, at=text)) == ["GRAPHQL_VALIDATION_FAILED"], text
            literal = await admin.post(by_literal(text.replace("\n", "\\n")))
            assert codes(literal) == ["GRAPHQL_VALIDATION_FAILED"], text


@pytest.mark.parametrize("value", [None, 1, 1.5, True, ["2077-03-04T05:06:07Z"], {"at": 1}, 4070908800])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError):
        parse_datetime(value)


OFFSETS = st.integers(min_value=-23 * 60 - 59, max_value=23 * 60 + 59).map(lambda n: timezone(timedelta(minutes=n)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS)  # noqa: DTZ001 - given zones


@settings(derandomize=True, deadline=None)
@given(moment=MOMENTS, small=st.booleans())
def test_every_moment_is_read_as_it_was_written(moment: datetime, small: bool) -> None:
    text = moment.isoformat()
    text = text.lower() if small else text
    assert parse_datetime(text) == moment
    written = serialize_datetime(moment)
    assert written.endswith("Z")
    assert parse_datetime(written.lower() if small else written) == moment


@settings(derandomize=True, deadline=None)
@given(text=st.text(alphabet="0123456789-:.,TtZzW+ ", max_size=30) | st.from_regex(r"\d{4}-\d\d-\d\d[Tt]\S{1,15}"))
def test_whatever_is_taken_is_a_moment_in_utc_that_its_own_text_gives_again(text: str) -> None:
    try:
        moment = parse_datetime(text)
    except GraphQLError:
        return
    assert moment.tzinfo is UTC
    assert text[10] in "Tt "
    assert parse_datetime(serialize_datetime(moment)) == moment
