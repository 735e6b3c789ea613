"""Queries that resolvers are not needed for: those that have a plan, and those that the caller has the answer of.

Who asks is looked up by the same statement that reads the answer. Whatever cannot be answered so, refusals too, is
left to resolvers: nothing has happened, and nothing was charged.
"""

import time
from typing import Any

import orjson
from starlette.responses import Response

from api.answers import Written, written
from api.budget import spend, told
from api.context import Services
from api.heads import HeaderFields, header
from api.kept_answers import Kept, KeptAnswers
from api.not_modified import IF_NONE_MATCH, entity_tag, is_current, tagged
from api.planned import count
from api.questions import Question
from api.sent_secrets import SentSecret
from models.askers import Asker
from models.clock import now
from models.credentials import Recognised, note_use, recognise, recognised
from models.errors import RateLimited, Unauthenticated
from models.viewer import Viewer
from plans.bounded import Bounded
from plans.plan import Bound
from plans.structure import NotPlannedError

# Whose credential was refused, or whose budget was spent, in this many lately.
MOST_REFUSED = 5_000
# Seconds until a refused credential is tried again; it may be good again by then.
FORGOTTEN_AFTER = 5.0


class DirectAnswers:
    """Answers what it can of the requests of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept = KeptAnswers(services.kept_bytes)
        self._refused: Bounded[float] = Bounded(MOST_REFUSED)

    async def find(self, sent: SentSecret | None, fields: HeaderFields, question: Question) -> Response | None:
        """The answer to who sent a secret, or None."""
        if sent is None:
            count("nobody")
            return None
        if self._refused and self._was_refused(sent):
            return None
        try:
            if question.tagged and IF_NONE_MATCH in fields:
                return await self._unless_current(sent, question, fields)
            return await self._answered(sent, question)
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

    async def _unless_current(self, sent: SentSecret, question: Question, fields: HeaderFields) -> Response | None:
        """304 where the caller has the answer already; that is charged as the least there is."""
        seen = await recognise(sent.secret, sent.address)
        if (tag := _tag(seen, question)) and is_current(header(fields, IF_NONE_MATCH), tag):
            return Written(b"", [*told(spend(self._services, seen.viewer, 1)), *tagged(tag)], 304)
        return await self._answered(sent, question)

    async def _answered(self, sent: SentSecret, question: Question) -> Response | None:
        """The answer by one statement, which reads only who asks where the answer that is kept still holds."""
        bound = question.bound
        if bound is None:
            count(question.why)
            return None
        viewer = self._kept.caller(sent.hashed) if self._keeps(question) else None
        kept = self._last_answer(viewer, question)
        at = (None, None) if kept is None else (kept.event_id, kept.catalogue_version)
        row = await bound.read(sent.secret, Asker(sent.hashed, *at))
        seen = recognised(row, sent.address)
        if seen.viewer.api_key_id is not None:
            await note_use(row)
        if viewer is not None and not _is_shown_the_same(viewer, seen.viewer):
            self._kept.forget_caller(sent.hashed)
            return None
        if not _is_for(bound, seen.viewer):
            return None
        if kept is not None and kept.stands(seen):
            headers = told(spend(self._services, seen.viewer, question.cost))
            count("kept")
            return written(kept.body, [*headers, *tagged(kept.tag)])
        return self._planned(sent, question, bound, row, seen)

    def _planned(
        self, sent: SentSecret, question: Question, bound: Bound, row: Any, seen: Recognised
    ) -> Response | None:
        """The answer made of what was read, kept for the next who ask."""
        try:
            answer = bound.answer(row)
        except NotPlannedError as why:
            count(str(why))
            return None
        headers = told(spend(self._services, seen.viewer, question.cost))
        count("plan")
        body = orjson.dumps({"data": answer}, option=orjson.OPT_UTC_Z)
        tag = _tag(seen, question)
        if tag is None:
            return written(body, headers)
        if self._keeps(question):
            self._keep(sent, question, seen, Kept(body, tag, seen.event_id, seen.catalogue_version))
        return written(body, [*headers, *tagged(tag)])

    def _keeps(self, question: Question) -> bool:
        return self._kept.room > 0 and question.is_kept

    def _last_answer(self, viewer: Viewer | None, question: Question) -> Kept | None:
        return self._kept.find(viewer, question.digest) if viewer and question.digest else None

    def _keep(self, sent: SentSecret, question: Question, seen: Recognised, kept: Kept) -> None:
        if question.digest is not None:
            self._kept.keep(sent.hashed, seen.viewer, question.digest, kept)


def _is_shown_the_same(one: Viewer, other: Viewer) -> bool:
    return one.account_id == other.account_id and one.permissions == other.permissions


def _tag(seen: Recognised, question: Question) -> str | None:
    return entity_tag(seen, question.digest) if question.tagged and question.digest else None


def _is_for(bound: Bound, viewer: Viewer) -> bool:
    """Whether a viewer may see all of it; graphql-core says what not."""
    if not bound.is_for(viewer):
        count("permission")
        return False
    return True
