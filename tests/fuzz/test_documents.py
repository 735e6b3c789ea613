"""Valid documents over the whole schema, with values of every kind: each is answered, and the rows stay right."""

import httpx2
from graphql import GraphQLField, get_named_type
from hypothesis import strategies as st

from tests.fuzz.callers import WHO, Callers
from tests.fuzz.documents import SCHEMA, documents
from tests.fuzz.known import Known
from tests.fuzz.responses import answers, is_http_answer
from tests.fuzz.running import every, watched

pytestmark = watched()

MUTATIONS: dict[str, GraphQLField] = SCHEMA.mutation_type.fields  # pyright: ignore[reportOptionalMemberAccess]


def success_of(mutation: GraphQLField) -> str:
    """The type that a mutation answers when it is done; it comes first in its union."""
    type_ = get_named_type(mutation.type)
    return getattr(type_, "types", (type_,))[0].name


async def test_whatever_is_asked_is_answered(http: httpx2.AsyncClient, known: Known, callers: Callers) -> None:
    async def examine(example):
        who, document = example
        response = await callers.post(http, who, document)
        answer = is_http_answer(response.status_code, response.headers["content-type"], response.content)
        answers(document, answer)

    asked = documents(known, ("query", "query", "query", "query", "query", "subscription"))
    await every(st.tuples(st.sampled_from(WHO), asked), 500, examine)


async def test_whatever_is_to_be_changed_is_answered(
    http: httpx2.AsyncClient, known: Known, callers: Callers
) -> None:
    seen: set[str] = set()

    async def examine(example):
        who, document = example
        response = await callers.post(http, who, document)
        answer = is_http_answer(response.status_code, response.headers["content-type"], response.content)
        seen.update(answers(document, answer))

    callers_of_changes = st.sampled_from(["administrator", "administrator", "administrator", *WHO])
    await every(st.tuples(callers_of_changes, documents(known, ("mutation",))), 500, examine)
    done = {f"{name} {success_of(field)}" for name, field in MUTATIONS.items()}
    assert {answer.partition(" ")[0] for answer in seen} == set(MUTATIONS)
    assert len(seen & done) >= 15, "the documents do not get far any more"
