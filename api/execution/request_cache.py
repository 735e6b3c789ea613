"""Parsed requests: the parameters of a request, and its operation as far as it is known."""

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql import OperationDefinitionNode, OperationType

from api.documents.cache import CheckedDocument
from api.documents.variable_size import VariableSize, measure_variables, variables_error
from api.execution.plan_cache import bind_plan
from api.http.etags import entity_tag, tag_fields
from api.http.parameters import GraphQLParameters, parameters_in_body, parameters_in_url
from api.schema.build import Schema
from api.schema.context import Services
from engine.lru import WeightedLRU
from engine.sql.plan import BoundPlan
from engine.sql.read_plan import NotPlannedError
from models.access.credentials import Authenticated

# Bytes, more or less, of parsed requests; small lists take twenty times the bytes of their text.
MOST_CACHED = 4_000_000
OVERHEAD = 2_000


@dataclass(frozen=True, slots=True)
class ParsedRequest:
    """A request's parameters, the size of its variables, and what they ask for.

    `checked` and `operation` are None where the document has not been read yet, or is wrong. `digest` identifies a
    query whose response has an entity tag. `plan` answers a query by one statement; `unplanned` is why there is none.
    """

    parameters: GraphQLParameters
    size: VariableSize
    checked: CheckedDocument | None = None
    operation: OperationDefinitionNode | None = None
    digest: bytes | None = None
    plan: BoundPlan | None = None
    unplanned: str = ""

    @property
    def is_query(self) -> bool:
        """Whether it is known to be a query."""
        return self.operation is not None and self.operation.operation is OperationType.QUERY

    @property
    def cost(self) -> int:
        """The cost of a known operation, with its variables."""
        return self.size.cost + (self.checked.cost(self.parameters.operation_name) if self.checked else 0)

    @property
    def translated(self) -> bool:
        """Whether the response depends on the reader's language."""
        return self.checked is not None and self.checked.dependencies.translated

    def tag(self, authenticated: Authenticated, language: str) -> str | None:
        """The entity tag of the response for a viewer; None where it has none."""
        if self.digest is None:
            return None
        return entity_tag(authenticated, self.digest + language.encode() if self.translated else self.digest)

    def tag_fields(self, tag: str | None) -> list[tuple[bytes, bytes]]:
        """The header fields of a response with this tag."""
        return tag_fields(tag, by_language=self.translated) if tag else []


class RequestCache:
    """The queries that were sent lately, parsed once; also the parser of all others."""

    def __init__(self, schema: Schema, services: Services) -> None:
        self._schema = schema
        self._limits = services.limits
        self._trusted = services.documents.trusted
        self._cached: WeightedLRU[ParsedRequest] = WeightedLRU(MOST_CACHED)

    def parse(self, method: str, query_string: bytes, body: bytes) -> ParsedRequest:
        """The request in a body or, of a GET, in the address. Raises HTTPException, GraphQLError."""
        # A tuple, which no body is.
        key: Hashable = (query_string,) if method == "GET" else body
        if (cached := self._cached.get(key)) is not None:
            return cached
        if method == "GET":
            parameters = parameters_in_url(query_string, self._trusted)
        else:
            parameters = parameters_in_body(body, self._trusted)
        request = self.with_operation(ParsedRequest(parameters, measure_variables(parameters.variables)))
        if request.is_query:
            code = len(request.plan.compiled.read_plan.code) if request.plan else 0
            self._cached.put(key, request, OVERHEAD + 20 * len(query_string or body) + code)
        return request

    def is_unread(self, request: ParsedRequest) -> bool:
        """Whether a request's document is new to the process, and its variables are no more than is allowed."""
        text = request.parameters.query
        if request.checked is not None or not text:
            return False
        return not self._is_excessive(request) and self._schema.documents.find(text) is None

    def with_operation(self, request: ParsedRequest) -> ParsedRequest:
        """A request with its operation, where its document was read and is good."""
        text = request.parameters.query
        checked = self._schema.documents.find(text) if text and not self._is_excessive(request) else None
        operation = checked.operation(request.parameters.operation_name) if checked else None
        if checked is None or operation is None:
            return request
        found = replace(request, checked=checked, operation=operation)
        return self._with_plan(found, checked, operation) if found.is_query else found

    def _with_plan(
        self, request: ParsedRequest, checked: CheckedDocument, operation: OperationDefinitionNode
    ) -> ParsedRequest:
        parameters = request.parameters
        digest = _digest(parameters.query, parameters.variables) if checked.dependencies.versioned else None
        try:
            plan = bind_plan(self._schema.core, checked, operation, parameters.variables)
        except NotPlannedError as why:
            return replace(request, digest=digest, unplanned=str(why))
        return replace(request, digest=digest, plan=plan)

    def _is_excessive(self, request: ParsedRequest) -> bool:
        return variables_error(request.size, self._limits) is not None


def _digest(query: str | None, variables: Mapping[str, Any] | None) -> bytes | None:
    """The SHA-256 of a query and its variables; None where these are nested too deep to be written."""
    try:
        text = orjson.dumps([query, variables or {}], option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return None
    return hashlib.sha256(text).digest()
