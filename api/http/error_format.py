"""The format of top-level errors: each has extensions.code, and an internal error shows its reference alone."""

import re
import uuid

import structlog
from graphql import GraphQLError, GraphQLSyntaxError
from prometheus_client import Counter
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from api.http.date_time import serialize_datetime
from models.database.outages import UNAVAILABLE
from models.errors import BusinessError, InvalidInput, NotPermitted, RateLimited, StaleVersion, Unauthenticated

ERRORS = Counter("usher_errors", "Top-level errors in responses.", ["code"])

log = structlog.get_logger(__name__)

# Errors of a request without an operation to run, or with one that its method or transport does not allow.
REQUEST_FAULTS = (CannotGetOperationTypeError, InvalidOperationTypeError, MissingQueryError)


# The end of graphql-core's message about an unknown name.
SUGGESTION = re.compile(r" Did you mean [^?]*\?$")


def present(error: GraphQLError, *, suggests: bool = True) -> GraphQLError:
    """The error with its code; an unexpected one is logged, and replaced by a reference."""
    original = error.original_error
    while isinstance(original, GraphQLError):
        original = original.original_error
    if original is None:
        message = error.message if suggests else SUGGESTION.sub("", error.message)
        return _coded(error, message, {"code": _code(error), **(error.extensions or {})})
    if isinstance(original, REQUEST_FAULTS):
        return _coded(error, error.message or str(original), {"code": "BAD_REQUEST"})
    if isinstance(original, BusinessError):
        return _coded(error, str(original), {"code": original.code, **_facts(original)})
    return _masked(error, original)


def is_temporary(presented: GraphQLError) -> bool:
    """Whether a presented error is UNAVAILABLE: the same call will work later."""
    return (presented.extensions or {}).get("code") == "UNAVAILABLE"


def _code(error: GraphQLError) -> str:
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    # Errors of validation have no path, as nothing has run; those of variables have none either.
    return "GRAPHQL_VALIDATION_FAILED" if error.path is None else "BAD_REQUEST"


def _facts(original: BusinessError) -> dict[str, object]:
    if isinstance(original, NotPermitted):
        return {"requires": original.requires.value}
    if isinstance(original, InvalidInput):
        return {"fields": [{"path": list(path), "message": text} for path, text in original.fields]}
    if isinstance(original, RateLimited):
        return {"retryAt": serialize_datetime(original.retry_at)}
    if isinstance(original, Unauthenticated):
        return {"reason": original.reason.value}
    if isinstance(original, StaleVersion):
        return {"version": str(original.version)}
    return {}


def _masked(error: GraphQLError, original: BaseException) -> GraphQLError:
    reference = uuid.uuid4().hex[:12]
    path = ".".join(str(part) for part in error.path or [])
    if isinstance(original, UNAVAILABLE):
        log.warning("graphql.unavailable", reference=reference, path=path, error=type(original).__name__)
        text = (
            "The service cannot answer at the moment. Try again in a few seconds;"
            " a change without an idempotency key may have been done: look before you repeat it."
        )
        return _coded(error, text, {"code": "UNAVAILABLE", "reference": reference})
    log.error("graphql.internal_error", reference=reference, path=path, exc_info=original)
    text = f"Something went wrong on our side. Tell support this reference: {reference}."
    return _coded(error, text, {"code": "INTERNAL_ERROR", "reference": reference})


def _coded(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    ERRORS.labels(extensions["code"]).inc()
    coded = GraphQLError(message, path=error.path, extensions=extensions)
    # GraphQLError would compute the locations from the positions once more, by scanning all lines before them.
    coded.nodes, coded.source, coded.positions, coded.locations = (
        error.nodes,
        error.source,
        error.positions,
        error.locations,
    )
    return coded
