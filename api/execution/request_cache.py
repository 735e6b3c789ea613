"""Queries that may be answered directly, each read once however often it is asked."""

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql import GraphQLError, OperationType

from api.documents.policy import DocumentRules
from api.execution.plan_cache import bound_plan
from api.http.etags import entity_tag, tagged, tagged_by_language
from api.http.parameters import Asked, asked_by_address, asked_by_body
from api.limits import Limits
from api.schema.build import Schema
from api.schema.context import Context
from engine.lru import Bounded
from engine.sql.plan import Bound
from engine.sql.plan_builder import NotPlannedError

# Bytes, more or less, of what requests are made of; small lists take twenty times what they are written in.
MOST_KEPT = 4_000_000
OVERHEAD = 2_000


@dataclass(frozen=True, slots=True)
class Question:
    """A query with its variables.

    `digest` tells it from all others; None where it cannot have one. `tagged` says that its answer has an entity tag,
    `translated` that it depends on the reader's language. `bound` is its plan; where it has none, `why` says why not.
    """

    asked: Asked
    cost: int
    digest: bytes | None
    tagged: bool
    translated: bool
    bound: Bound | None
    why: str = ""


class Questions:
    """The questions asked lately, by the requests that asked them."""

    def __init__(self, schema: Schema, rules: DocumentRules, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._trusted = rules.trusted
        self._kept: Bounded[Question] = Bounded(MOST_KEPT)

    def of_body(self, body: bytes) -> Question | Asked | None:
        """What a JSON body asks, if not as a question; None where something else must tell."""
        return self._kept.get(body) or self._read(body, body, asked_by_body)

    def of_address(self, query_string: bytes) -> Question | Asked | None:
        """The same of a request that stands in its address."""
        # Not as bytes: a body that is none of ours could be the same.
        key = (query_string,)
        return self._kept.get(key) or self._read(key, query_string, asked_by_address)

    def tag_fields(
        self, context: Context, query: str | None, variables: Mapping[str, Any] | None
    ) -> list[tuple[bytes, bytes]]:
        """The header fields that tell the tag of an answer that resolvers gave; none where it has none."""
        if context.recognised is None or not query:
            return []
        try:
            checked = self._schema.documents.check(self._schema._schema, query)  # noqa: SLF001
        except GraphQLError:
            return []
        digest = _digest(query, variables) if checked.dependence.versioned else None
        if digest is None:
            return []
        if not checked.dependence.translated:
            return tagged(entity_tag(context.recognised, digest))
        return tagged_by_language(entity_tag(context.recognised, in_language(digest, context.language)))

    def _read(self, key: Hashable, request: bytes, ask: Callable[..., Asked | None]) -> Question | Asked | None:
        asked = ask(request, self._trusted, self._limits)
        # Documents that nobody has sent before are read once it is known who asks.
        known = asked is not None and self._schema.documents.knows(asked.query)
        question = self._question(asked) if asked and known else None
        if question is None:
            return asked
        code = len(question.bound.compiled.structure.code) if question.bound else 0
        self._kept.put(key, question, OVERHEAD + 20 * len(request) + code)
        return question

    def _question(self, asked: Asked) -> Question | None:
        schema = self._schema._schema  # noqa: SLF001
        try:
            checked = self._schema.documents.check(schema, asked.query)
        except GraphQLError:
            return None
        operation = checked.operation(asked.operation_name)
        if operation is None or operation.operation is not OperationType.QUERY:
            return None
        cost = checked.cost(asked.operation_name) + asked.size.cost
        digest = _digest(asked.query, asked.variables)
        has_tag = checked.dependence.versioned and digest is not None
        question = Question(asked, cost, digest, has_tag, checked.dependence.translated, None)
        try:
            return replace(question, bound=bound_plan(schema, checked, operation, asked.variables))
        except NotPlannedError as why:
            return replace(question, why=str(why))


def in_language(digest: bytes, language: str) -> bytes:
    """The digest of a question that is asked in a language."""
    return digest + language.encode()


def _digest(query: str, variables: Mapping[str, Any] | None) -> bytes | None:
    """Of one size whatever was asked; None where variables are nested deeper than what can be written again."""
    try:
        asked = orjson.dumps([query, variables or {}], option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return None
    return hashlib.sha256(asked).digest()
