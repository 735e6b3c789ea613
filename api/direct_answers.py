"""Queries that graphql-core is not needed for: those that have a plan, and those that the caller has the answer of.

Who asks is looked up by the same statement that reads the answer. Whatever cannot be answered so, refusals too, is
left to graphql-core: nothing has happened, and nothing was charged.
"""

import time
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import orjson
from graphql import GraphQLError, OperationType
from starlette.requests import Request
from starlette.responses import Response
from strawberry.http import GraphQLRequestData

from api.answers import JSON
from api.asked import Asked
from api.budget import spend, told
from api.callers import exact_address_of
from api.context import Context, Services
from api.documents import Checked
from api.kept_answers import Kept, KeptAnswers, question
from api.not_modified import HEADERS, IF_NONE_MATCH, entity_tag, is_current
from api.planned import QUERIES, bound_plan
from api.schema import Schema
from api.sent_secrets import sent_secret
from models.clock import now
from models.credentials import Recognised, recognise
from models.errors import RateLimited, Unauthenticated
from models.secrets import secret_hash
from models.viewer import Viewer
from plans.bounded import Bounded
from plans.plan import Bound

# Whose credential was refused, or whose budget was spent, in this many lately.
MOST_REFUSED = 5_000
# Seconds until a refused credential is tried again; it may be good again by then.
FORGOTTEN_AFTER = 5.0


@dataclass(frozen=True)
class Question:
    """A query that may be answered directly.

    `credential` is the hash of the secret, by which callers are remembered; `tagged` says that its answer has an
    entity tag.
    """

    asked: Asked
    secret: str
    credential: bytes
    address: str
    cost: int
    tagged: bool
    bound: Bound | None

    @property
    def kept(self) -> bool:
        """Whether its answers are kept."""
        return self.tagged and self.bound is not None and self.bound.lasting


class DirectAnswers:
    """Answers what it can of the requests of one process."""

    def __init__(self, schema: Schema, services: Services, origins: AbstractSet[str]) -> None:
        self._schema = schema
        self._services = services
        self._origins = origins
        self._kept = KeptAnswers(services.kept_bytes)
        self._refused: Bounded[float] = Bounded(MOST_REFUSED)

    async def find(self, request: Request, asked: Asked) -> Response | None:
        """The answer to a request, or None."""
        has_answer = IF_NONE_MATCH in request.headers
        question = self._question(request, asked, has_answer=has_answer)
        if question is None or self._was_refused(question):
            return None
        try:
            if has_answer and question.tagged:
                return await self._unless_current(request, question)
            return await self._answered(question)
        except Unauthenticated:
            self._refuse(question, FORGOTTEN_AFTER)
        except RateLimited as refused:
            self._refuse(question, (refused.retry_at - now()).total_seconds())
        return None

    def _refuse(self, question: Question, seconds: float) -> None:
        """Have graphql-core tell the next refusals: it looks at who asks before anything is read."""
        self._refused.put(question.credential, time.monotonic() + seconds, 1)

    def _was_refused(self, question: Question) -> bool:
        return (self._refused.get(question.credential) or 0) > time.monotonic()

    def tag(self, context: Context, data: GraphQLRequestData) -> str | None:
        """The tag of an answer that graphql-core gave, if it has one."""
        checked = self._checked(data.query) if data.query else None
        if checked is None or not checked.versioned or context.recognised is None:
            return None
        return entity_tag(context.recognised, data.query or "", data.variables)

    def _question(self, request: Request, asked: Asked, *, has_answer: bool) -> Question | None:
        checked = self._checked(asked.query)
        operation = checked.operation(asked.operation_name) if checked else None
        if checked is None or operation is None or operation.operation is not OperationType.QUERY:
            return None
        secret = sent_secret(request, self._origins, secure_cookies=self._services.secure_cookies)
        if secret is None:
            QUERIES.labels("nobody").inc()
            return None
        bound = bound_plan(self._schema._schema, checked, operation, asked.variables)  # noqa: SLF001
        if bound is None and not (has_answer and checked.versioned):
            return None
        cost, address = checked.cost(asked.operation_name), exact_address_of(request)
        return Question(asked, secret, secret_hash(secret), address, cost, checked.versioned, bound)

    def _checked(self, query: str) -> Checked | None:
        """The document, if nothing is wrong with it."""
        try:
            return self._schema.documents.check(self._schema._schema, query)  # noqa: SLF001
        except GraphQLError:
            return None

    async def _unless_current(self, request: Request, question: Question) -> Response | None:
        """304 where the caller has the answer already; that is charged as the least there is."""
        seen = await recognise(question.secret, question.address)
        tag = entity_tag(seen, question.asked.query, question.asked.variables)
        if tag and is_current(request, tag):
            budget = spend(self._services, seen.viewer, 1)
            return Response(status_code=304, headers={**told(budget), "etag": tag, **HEADERS})
        return await self._answered(question)

    async def _answered(self, question: Question) -> Response | None:
        """The answer by one statement, which reads only who asks where the answer that is kept still holds."""
        bound = question.bound
        if bound is None:
            return None
        viewer = self._kept.caller(question.credential) if question.kept else None
        kept = self._last_answer(viewer, question)
        at = (None, None) if kept is None else (kept.event_id, kept.catalogue_version)
        seen, row = await bound.read(question.secret, question.address, *at)
        if viewer is not None and seen.viewer != viewer:
            self._kept.forget_caller(question.credential)
            return None
        if not _is_for(bound, seen.viewer):
            return None
        headers = told(spend(self._services, seen.viewer, question.cost))
        if kept is not None and kept.stands(seen):
            QUERIES.labels("kept").inc()
            return _response(kept.body, headers, kept.tag)
        QUERIES.labels("plan").inc()
        body = _written(bound.answer(row))
        tag = entity_tag(seen, question.asked.query, question.asked.variables) if question.tagged else None
        self._keep(question, seen, body, tag)
        return _response(body, headers, tag)

    def _last_answer(self, viewer: Viewer | None, asking: Question) -> Kept | None:
        key = question(viewer, asking.asked.query, asking.asked.variables) if viewer else None
        return self._kept.find(key) if key else None

    def _keep(self, asking: Question, seen: Recognised, body: bytes, tag: str | None) -> None:
        if not asking.kept or tag is None:
            return
        if key := question(seen.viewer, asking.asked.query, asking.asked.variables):
            kept = Kept(body, tag, seen.event_id, seen.catalogue_version)
            self._kept.keep(asking.credential, key, kept, seen.viewer)


def _is_for(bound: Bound, viewer: Viewer) -> bool:
    """Whether a viewer may see all of it; graphql-core says what not."""
    if not bound.is_for(viewer):
        QUERIES.labels("permission").inc()
        return False
    return True


def _written(data: object) -> bytes:
    return orjson.dumps({"data": data}, option=orjson.OPT_UTC_Z)


def _response(body: bytes, headers: dict[str, str], tag: str | None) -> Response:
    if tag:
        headers |= {"etag": tag, **HEADERS}
    return Response(body, media_type=JSON, headers=headers)
