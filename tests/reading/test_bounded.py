"""The cache of plans: it keeps the recently used, and no more than there is room for."""

from uuid import uuid4

import orjson

from api.auth.csrf import Origins
from api.documents.cache import DocumentCache
from api.execution.request_cache import RequestCache, _digest
from api.limits import DEFAULT_LIMITS
from api.schema.build import make_schema
from api.schema.connections import encode_cursor
from api.schema.context import Services
from engine.lru import WeightedLRU
from engine.sql.plan import COMPILED, STATEMENTS
from models.events.seat_feed import Feed
from payments import make_provider
from tests.reading.test_plans import ASKING, bound


def test_what_was_used_longest_ago_makes_room() -> None:
    kept: WeightedLRU[str] = WeightedLRU(3)
    for key in "abc":
        kept.put(key, key, 1)
    assert kept.get("a") == "a"
    kept.put("d", "d", 2)
    assert [kept.get(key) for key in "abcd"] == ["a", None, None, "d"]


def test_a_value_takes_the_place_of_the_one_before_it() -> None:
    kept: WeightedLRU[int] = WeightedLRU(3)
    for number in range(9):
        kept.put("a", number, 2)
    kept.put("b", 0, 1)
    assert (kept.get("a"), kept.get("b")) == (8, 0)


def test_what_is_heavier_than_all_there_is_room_for_is_not_kept() -> None:
    kept: WeightedLRU[str] = WeightedLRU(3)
    kept.put("a", "a", 1)
    kept.put("b", "b", 4)
    assert (kept.get("a"), kept.get("b")) == ("a", None)
    kept.put("c", "c", 3)
    assert kept.get("c") == "c"


def test_a_long_question_takes_no_more_than_a_short_one() -> None:
    short = _digest("{ account { id } }", None)
    long = _digest("{ account { id } }" + "#" * 10_000, {"x": "y" * 100_000})
    assert [len(each) for each in (short, long) if each] == [32, 32]
    assert short != long


def test_no_document_makes_the_process_keep_more_than_its_share() -> None:
    lists = " ".join(f"a{n}: licenses(first: 1, after: $c{n}) {{ nodes {{ id }} }}" for n in range(10))
    variables = ", ".join(f"$c{n}: String" for n in range(10))
    document = f"query ({variables}, $s: Boolean = false) {{ account {{ id @skip(if: $s) {lists} }} }}"
    cursor = encode_cursor("Account.licenses", uuid4())
    for shape in range(2**10):
        given = {f"c{n}": cursor for n in range(10) if shape >> n & 1}
        bound(document, **given, s=bool(shape % 2)).statement(ASKING)
    assert STATEMENTS.weight <= STATEMENTS.maxsize == 8_000_000
    assert COMPILED.weight <= COMPILED.maxsize == 24_000_000
    assert len(STATEMENTS) > 100


def test_no_requests_make_the_process_keep_more_than_its_share() -> None:
    schema = make_schema(DEFAULT_LIMITS)
    requests = RequestCache(schema, Services(Feed(), make_provider("sandbox"), Origins("https://example.com")))
    fields = " ".join(f"a{n}: name" for n in range(40))
    schema.documents.check(f"{{ account {{ {fields} }} }}")
    for number in range(3_000):
        body = orjson.dumps({"query": f"{{ account {{ {fields} }} }}", "variables": {"n": number}})
        request = requests.parse("POST", b"", body)
        assert request.plan is not None
        assert requests.parse("POST", b"", body) is request
    assert requests._cached.weight <= requests._cached.maxsize == 4_000_000
    assert 100 < len(requests._cached) < 3_000


def test_no_documents_make_the_process_keep_more_than_their_share() -> None:
    documents = DocumentCache(make_schema(DEFAULT_LIMITS).core, DEFAULT_LIMITS)
    kept = documents._cached
    for number in range(200):
        # Many short words: it is not the length that takes room.
        document = (
            "{ " + " ".join(f"{chr(97 + n % 26)}{n // 26}_{number}: packages {{ id }}" for n in range(120)) + " }"
        )
        checked = documents.check(document)
        assert kept._entries[document][1] > 500 * checked.document.token_count > 25 * len(document)
    assert kept.weight <= kept.maxsize == 32_000_000
    assert 50 < len(kept) < 200
    assert documents.find("{ a0_0: packages { id } }") is None
    assert documents.find(document) is not None
