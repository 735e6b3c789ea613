"""What a request asks, as it says it."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.datastructures import QueryParams

from api.documents.trusted import TrustedDocuments, asked_document, naming_problem
from api.documents.variable_size import NONE, VariableSize, measure_variables, variables_excess
from api.http.url_parameters import read_url_parameters
from api.limits import Limits


@dataclass(frozen=True)
class Asked:
    """One operation of a document, with variables and how much they hold."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    size: VariableSize = field(default=NONE)


def asked_by_body(body: bytes, trusted: TrustedDocuments, limits: Limits) -> Asked | None:
    """What a JSON body asks; None where anything about it is wrong or unusual, to be told elsewhere."""
    try:
        return _asked(orjson.loads(body), trusted, limits)
    except orjson.JSONDecodeError:
        return None


def asked_by_address(query_string: bytes, trusted: TrustedDocuments, limits: Limits) -> Asked | None:
    """The same of a request that stands in its address."""
    try:
        return _asked(read_url_parameters(QueryParams(query_string)), trusted, limits)
    except HTTPException:
        return None


def _asked(given: Any, trusted: TrustedDocuments, limits: Limits) -> Asked | None:
    if not isinstance(given, dict) or naming_problem(given):
        return None
    try:
        query = asked_document(given, trusted)
    except GraphQLError:
        return None
    if not isinstance(query, str):
        return None
    variables, name = given.get("variables"), given.get("operationName")
    usual = all(isinstance(given.get(each), dict | None) for each in ("variables", "extensions"))
    if not usual or not isinstance(name, str | None) or not query:
        return None
    size = measure_variables(variables)
    return None if variables_excess(size, limits) else Asked(query, variables, name, size)
