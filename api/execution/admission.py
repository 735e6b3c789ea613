"""Whether a document that nobody has sent before is read: reading one takes longer than running most."""

from collections.abc import Awaitable, Callable

import orjson
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response

from api.http.parameters import Asked
from api.http.responses import Written, shown, written
from api.schema.build import Schema
from api.schema.checked_documents import cost_of
from api.schema.context import Context
from api.schema.cost_headers import owe_reading, require_room
from models.errors import RateLimited

Recognising = Callable[[Request, Response], Awaitable[Context]]


def admit(context: Context, schema: Schema, text: str) -> None:
    """Read a document, for a caller who has something left. Raises RateLimited.

    What is wrong with it is for whatever runs it to tell, and to charge.
    """
    documents = schema.documents
    if documents.knows(text):
        return
    require_room(context)
    try:
        checked = documents.check(schema._schema, text)  # noqa: SLF001
    except GraphQLError:
        return
    if not checked.errors:
        owe_reading(context, max(cost_of(context, checked, name) for name in checked.operations), checked.reading)


def is_admitted(context: Context, schema: Schema, text: str | None) -> bool:
    """The same; whether it was read."""
    try:
        admit(context, schema, text or "")
    except RateLimited:
        return False
    return True


class Admission:
    """Admits the documents of requests before anything else reads them."""

    def __init__(self, schema: Schema, recognising: Recognising) -> None:
        self._schema = schema
        self._recognising = recognising

    def must_ask(self, asked: object) -> bool:
        """Whether a request's document was not read yet."""
        return isinstance(asked, Asked) and not self._schema.documents.knows(asked.query)

    def admits(self, context: Context, text: str | None) -> bool:
        """Whether a document is read by now."""
        return is_admitted(context, self._schema, text)

    async def refusal(self, request: Request, asked: Asked) -> Response | None:
        """The answer to a caller who has nothing left; None once the document is read."""
        response = Written(b"", [])
        context = await self._recognising(request, response)
        try:
            admit(context, self._schema, asked.query)
        except RateLimited as refused:
            body = orjson.dumps({"errors": [shown(refused).formatted]})
            return written(body, response.raw_headers, response.status_code)
        return None
