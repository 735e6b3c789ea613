"""Admitting documents and operations: their cost, and the room for it in the client's budget."""

from graphql import GraphQLError

from api.documents.cache import CheckedDocument, DocumentCache, parse_error_cost
from api.documents.variable_size import VariableSize
from api.schema.context import Context
from api.schema.cost_headers import charge, charge_refused, owe_check, require_room
from models.errors import RateLimited

# Even the smallest request takes half a millisecond.
LEAST_ANONYMOUS_COST = 20


def operation_cost(context: Context, checked: CheckedDocument, operation_name: str | None) -> int:
    """The cost of an operation of a valid document, without its variables."""
    introspection, limits = checked.introspection(operation_name).cost, context.services.limits
    if context.viewer is None:
        cost = checked.anonymous_cost(operation_name) + min(introspection, limits.anonymous_cost_per_minute // 2)
        return max(LEAST_ANONYMOUS_COST, cost)
    return checked.cost(operation_name) + min(introspection, limits.cost_per_minute // 2)


def read_document(context: Context, documents: DocumentCache, text: str) -> None:
    """Check a document that is not cached, which takes longer than running most. Raises RateLimited.

    Its errors are presented and charged when it is run.
    """
    if documents.find(text) is not None:
        return
    require_room(context)
    try:
        checked = documents.check(text)
    except GraphQLError:
        return
    if not checked.errors:
        costs = [operation_cost(context, checked, name) for name in checked.operations]
        owe_check(context, max(costs), checked.check_cost)


def may_read_document(context: Context, documents: DocumentCache, text: str | None) -> bool:
    """Check a document; whether the client's budget has room for it."""
    try:
        read_document(context, documents, text or "")
    except RateLimited:
        return False
    return True


class Admission:
    """Admits one operation, and charges the check of its document as well, if that is new or invalid."""

    def __init__(self, context: Context, documents: DocumentCache, size: VariableSize) -> None:
        self._context = context
        self._documents = documents
        self._size = size
        self._least_cost = 1 if context.viewer else LEAST_ANONYMOUS_COST
        self._is_new = False

    def read(self, text: str) -> CheckedDocument:
        """The document, which may have errors. Raises GraphQLError, RateLimited."""
        require_room(self._context)
        self._is_new = self._documents.find(text) is None
        try:
            self._documents.require_allowed_variables(self._size)
            checked = self._documents.check(text)
        except GraphQLError as error:
            self._charge_refused(parse_error_cost(text, error))
            raise
        if checked.errors:
            self._charge_refused(checked.check_cost)
        return checked

    def charge(self, checked: CheckedDocument, cost: int) -> None:
        """Charge an operation of a document without errors, and its variables. Raises RateLimited."""
        total = max(self._least_cost, self._size.cost + cost)
        if self._is_new:
            owe_check(self._context, total, checked.check_cost)
        charge(self._context, total)

    def _charge_refused(self, cost: int) -> None:
        charge_refused(self._context, max(self._least_cost, self._size.cost + cost))
