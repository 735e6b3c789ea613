"""The GraphQL parameters of a request: query, variables, operationName."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from api.documents.trusted import TrustedDocuments, naming_problem, requested_document

JSON_PARAMETERS = ("variables", "extensions")


@dataclass(frozen=True, slots=True)
class GraphQLParameters:
    """The text of a document, the variables, and the name of the operation to run."""

    query: str | None
    variables: dict[str, Any] | None
    operation_name: str | None


def parameters_in_body(body: bytes, trusted: TrustedDocuments) -> GraphQLParameters:
    """The parameters in a body of JSON. Raises HTTPException, GraphQLError."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HTTPException(400, "Unable to parse request body as JSON") from None
    if not isinstance(given, dict):
        raise HTTPException(400, "The request body must be a JSON object.")
    if not isinstance(given.get("operationName"), str | None):
        raise HTTPException(400, "The GraphQL operation's `operationName` must be a string or null.")
    return _parameters(given, trusted)


def parameters_in_url(query_string: bytes, trusted: TrustedDocuments) -> GraphQLParameters:
    """The parameters in the URL of a request; empty ones are absent. Raises HTTPException, GraphQLError."""
    given: dict[str, Any] = {name: value for name, value in QueryParams(query_string).items() if value}
    for name in JSON_PARAMETERS:
        if name in given:
            given[name] = _parsed(name, given[name])
    return _parameters(given, trusted)


def _parsed(name: str, value: str) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise HTTPException(400, f"The parameter `{name}` must be JSON.") from None


def _parameters(given: Mapping[str, Any], trusted: TrustedDocuments) -> GraphQLParameters:
    if problem := naming_problem(given):
        raise HTTPException(400, problem)
    query = requested_document(given, trusted)
    _require("query", query, str, "a string")
    for name in JSON_PARAMETERS:
        _require(name, given.get(name), dict, "an object")
    return GraphQLParameters(query, given.get("variables"), given.get("operationName"))


def _require(name: str, value: Any, kind: type, described: str) -> None:
    if not isinstance(value, kind | None):
        text = f"The GraphQL operation's `{name}` must be {described} or null, if provided."
        raise HTTPException(400, text)
