"""Admitting documents and operations: what they cost, and whether a client's budget has room for them."""

from graphql import GraphQLError

from api.documents.cache import Checked, Documents, reading_cost
from api.documents.variable_size import VariableSize
from api.schema.context import Context
from api.schema.cost_headers import charge, charge_refused, owe_reading, require_room
from models.errors import RateLimited

# A call takes half a millisecond and more, however little it asks.
LEAST_OF_ANONYMOUS = 20


def operation_cost(context: Context, checked: Checked, operation_name: str | None) -> int:
    """The cost of an operation of a good document, without its variables."""
    introspection, limits = checked.introspection(operation_name).cost, context.services.limits
    if context.viewer is None:
        cost = checked.anonymous_cost(operation_name) + min(introspection, limits.anonymous_cost_per_minute // 2)
        return max(LEAST_OF_ANONYMOUS, cost)
    return checked.cost(operation_name) + min(introspection, limits.cost_per_minute // 2)


def read_document(context: Context, documents: Documents, text: str) -> None:
    """Read a document that is new to the process, which takes longer than running most. Raises RateLimited.

    Its errors are presented, and charged, where it is run.
    """
    if documents.knows(text):
        return
    require_room(context)
    try:
        checked = documents.check(text)
    except GraphQLError:
        return
    if not checked.errors:
        costs = [operation_cost(context, checked, name) for name in checked.operations]
        owe_reading(context, max(costs), checked.reading)


def may_read_document(context: Context, documents: Documents, text: str | None) -> bool:
    """Read a document; whether the client's budget has room for it."""
    try:
        read_document(context, documents, text or "")
    except RateLimited:
        return False
    return True


class Admission:
    """Admits one operation of a document that may be new, or wrong: that costs as well."""

    def __init__(self, context: Context, documents: Documents, size: VariableSize) -> None:
        self._context = context
        self._documents = documents
        self._size = size
        self._least = 1 if context.viewer else LEAST_OF_ANONYMOUS
        self._is_new = False

    def read(self, text: str) -> Checked:
        """The document, which may have errors. Raises GraphQLError, RateLimited."""
        require_room(self._context)
        self._is_new = not self._documents.knows(text)
        try:
            self._documents.require_modest(self._size)
            checked = self._documents.check(text)
        except GraphQLError as error:
            self._charge_refused(reading_cost(text, error))
            raise
        if checked.errors:
            self._charge_refused(checked.reading)
        return checked

    def charge(self, checked: Checked, cost: int) -> None:
        """Charge an operation of a document without errors, and its variables. Raises RateLimited."""
        whole = max(self._least, self._size.cost + cost)
        if self._is_new:
            owe_reading(self._context, whole, checked.reading)
        charge(self._context, whole)

    def _charge_refused(self, cost: int) -> None:
        charge_refused(self._context, max(self._least, self._size.cost + cost))
