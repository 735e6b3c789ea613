"""What is kept of plans and answers: what was used lately, and no more than there is room for."""

from uuid import uuid4

import orjson

from api.documents.cache import Documents
from api.documents.policy import DEFAULT_RULES
from api.execution.request_cache import Questions, _digest
from api.limits import DEFAULT_LIMITS
from api.schema.build import make_schema
from api.schema.connections import encode_cursor
from engine.lru import Bounded
from engine.sql.plan import COMPILED, STATEMENTS
from tests.reading.test_plans import ASKING, bound


def test_what_was_used_longest_ago_makes_room() -> None:
    kept: Bounded[str] = Bounded(3)
    for key in "abc":
        kept.put(key, key, 1)
    assert kept.get("a") == "a"
    kept.put("d", "d", 2)
    assert [kept.get(key) for key in "abcd"] == ["a", None, None, "d"]


def test_a_value_takes_the_place_of_the_one_before_it() -> None:
    kept: Bounded[int] = Bounded(3)
    for number in range(9):
        kept.put("a", number, 2)
    kept.put("b", 0, 1)
    assert (kept.get("a"), kept.get("b")) == (8, 0)


def test_what_is_heavier_than_all_there_is_room_for_is_not_kept() -> None:
    kept: Bounded[str] = Bounded(3)
    kept.put("a", "a", 1)
    kept.put("b", "b", 4)
    assert (kept.get("a"), kept.get("b")) == (None, None)
    kept.forget("b")
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
    assert STATEMENTS._weight <= STATEMENTS._most == 8_000_000
    assert COMPILED._weight <= COMPILED._most == 24_000_000
    assert len(STATEMENTS._kept) > 100


def test_no_requests_make_the_process_keep_more_than_its_share() -> None:
    schema = make_schema(DEFAULT_LIMITS)
    questions = Questions(schema, DEFAULT_RULES, DEFAULT_LIMITS)
    fields = " ".join(f"a{n}: name" for n in range(40))
    schema.documents.check(schema.core, f"{{ account {{ {fields} }} }}")
    for number in range(3_000):
        body = orjson.dumps({"query": f"{{ account {{ {fields} }} }}", "variables": {"n": number}})
        question = questions.of_body(body)
        assert question is not None
        assert questions.of_body(body) is question
    assert questions._kept._weight <= questions._kept._most == 4_000_000
    assert 100 < len(questions._kept._kept) < 3_000


def test_no_documents_make_the_process_keep_more_than_their_share() -> None:
    documents, schema = Documents(DEFAULT_LIMITS), make_schema(DEFAULT_LIMITS).core
    kept = documents._kept
    for number in range(200):
        # Many short words: it is not the length that takes room.
        document = (
            "{ " + " ".join(f"{chr(97 + n % 26)}{n // 26}_{number}: packages {{ id }}" for n in range(120)) + " }"
        )
        checked = documents.check(schema, document)
        assert kept._kept[document][1] > 500 * checked.document.token_count > 25 * len(document)
    assert kept._weight <= kept._most == 32_000_000
    assert 50 < len(kept) < 200
    assert not documents.knows("{ a0_0: packages { id } }")
    assert documents.knows(document)
