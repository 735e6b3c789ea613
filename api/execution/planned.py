"""Queries that resolvers are not needed for: those that have a plan, and those that the caller has the answer of.

Who asks is looked up by the same statement that reads the answer. Whatever cannot be answered so, refusals too, is
left to resolvers: nothing has happened, and nothing was charged.
"""

import time
from typing import Any, NamedTuple

import orjson
from starlette.responses import Response

from api.auth.credentials import SentSecret
from api.execution.plan_cache import count
from api.execution.request_cache import Question, in_language
from api.http.etags import IF_NONE_MATCH, entity_tag, is_current, tagged, tagged_by_language
from api.http.headers import ACCEPT_LANGUAGE, HeaderFields, header
from api.http.languages import preferred_language
from api.http.responses import Written, written
from api.schema.context import Services
from api.schema.cost_headers import spend, told
from engine.lru import Bounded
from engine.sql.plan import Bound
from engine.sql.plan_builder import NotPlannedError
from models.access.callers import Asker
from models.access.credentials import Recognised, note_use, recognise, recognised
from models.access.viewer import Viewer
from models.database.clock import now
from models.errors import RateLimited, Unauthenticated
from models.text.languages import language_of

# Whose credential was refused, or whose budget was spent, in this many lately.
MOST_REFUSED = 5_000
# Seconds until a refused credential is tried again; it may be good again by then.
FORGOTTEN_AFTER = 5.0


class DirectAnswers:
    """Answers what it can of the requests of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._refused: Bounded[float] = Bounded(MOST_REFUSED)

    async def find(self, sent: SentSecret | None, fields: HeaderFields, question: Question) -> Response | None:
        """The answer to who sent a secret, or None."""
        if sent is None:
            count("nobody")
            return None
        if self._refused and self._was_refused(sent):
            return None
        asking = Asking(sent, question, _preferred(question, fields))
        try:
            if question.tagged and IF_NONE_MATCH in fields:
                return await self._unless_current(asking, fields)
            return await self._answered(asking)
        except Unauthenticated:
            self._refuse(sent, FORGOTTEN_AFTER)
        except RateLimited as refused:
            self._refuse(sent, (refused.retry_at - now()).total_seconds())
        return None

    def _was_refused(self, sent: SentSecret) -> bool:
        return (self._refused.get(sent.hashed) or 0) > time.monotonic()

    def _refuse(self, sent: SentSecret, seconds: float) -> None:
        """Have graphql-core tell the next refusals: it looks at who asks before anything is read."""
        self._refused.put(sent.hashed, time.monotonic() + seconds, 1)

    async def _unless_current(self, asking: "Asking", fields: HeaderFields) -> Response | None:
        """304 where the caller has the answer already; that is charged as the least there is."""
        seen = await recognise(asking.sent.secret, asking.sent.address)
        if (tag := asking.tag(seen)) and is_current(header(fields, IF_NONE_MATCH), tag):
            return Written(b"", [*told(spend(self._services, seen.viewer, 1)), *asking.tag_fields(tag)], 304)
        return await self._answered(asking)

    async def _answered(self, asking: "Asking") -> Response | None:
        """The answer by one statement, which reads who asks as well."""
        sent, question = asking.sent, asking.question
        bound = question.bound
        if bound is None:
            count(question.why)
            return None
        row = await bound.read(sent.secret, Asker(sent.hashed), asking.language)
        seen = recognised(row, sent.address)
        if seen.viewer.api_key_id is not None:
            await note_use(row)
        if not _is_for(bound, seen.viewer):
            return None
        return self._planned(asking, bound, row, seen)

    def _planned(self, asking: "Asking", bound: Bound, row: Any, seen: Recognised) -> Response | None:
        """The answer made of what was read."""
        try:
            answer = bound.answer(row)
        except NotPlannedError as why:
            count(str(why))
            return None
        headers = told(spend(self._services, seen.viewer, asking.question.cost))
        count("plan")
        body = orjson.dumps({"data": answer}, option=orjson.OPT_UTC_Z)
        tag = asking.tag(seen)
        return written(body, [*headers, *(asking.tag_fields(tag) if tag else [])])


class Asking(NamedTuple):
    """A question, the secret that came with it, and the language that is preferred, where that matters."""

    sent: SentSecret
    question: Question
    language: str | None

    def digest(self, viewer: Viewer) -> bytes | None:
        """The digest of the question, in the language of the reader where that matters."""
        digest = self.question.digest
        if digest is None or not self.question.translated:
            return digest
        return in_language(digest, self.language or language_of(viewer.locale))

    def tag(self, seen: Recognised) -> str | None:
        """The tag of the answer; None where it has none."""
        digest = self.digest(seen.viewer) if self.question.tagged else None
        return entity_tag(seen, digest) if digest else None

    def tag_fields(self, tag: str) -> list[tuple[bytes, bytes]]:
        """The header fields that tell it."""
        return tagged_by_language(tag) if self.question.translated else tagged(tag)


def _preferred(question: Question, fields: HeaderFields) -> str | None:
    return preferred_language(header(fields, ACCEPT_LANGUAGE)) if question.translated else None


def _is_for(bound: Bound, viewer: Viewer) -> bool:
    """Whether a viewer may see all of it; graphql-core says what not."""
    if not bound.is_for(viewer):
        count("permission")
        return False
    return True
