"""Trusted documents, which a request may name by their SHA-256 in place of sending them."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from graphql import GraphQLError

PREFIX = "sha256:"


class TrustedDocuments:
    """The documents in the operator's manifests, read at start."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = {document_hash(text): text for text in texts}
        self._known = frozenset(self._texts.values())

    def __contains__(self, text: str) -> bool:
        """Whether a document is one of them, to the last character."""
        return text in self._known

    def find(self, digest: str) -> str:
        """The document with this hash. Raises GraphQLError where there is none."""
        if digest not in self._texts:
            # The text that Apollo's clients look for.
            raise GraphQLError("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})
        return self._texts[digest]


NO_DOCUMENTS = TrustedDocuments()


def document_hash(text: str) -> str:
    """A document's SHA-256, in lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def names_a_document(request: Mapping[str, Any]) -> bool:
    """Whether a request names its document by documentId or persistedQuery."""
    return request.get("documentId") is not None or _persisted_query(request) is not None


def naming_problem(request: Mapping[str, Any]) -> str | None:
    """The problem of a malformed documentId or persistedQuery; None for a well-formed one."""
    if not isinstance(request.get("documentId"), str | None):
        return "documentId must be a string or null."
    persisted = _persisted_query(request)
    if persisted is None:
        return None
    if (
        not isinstance(persisted, dict)
        or persisted.get("version") != 1
        or not isinstance(persisted.get("sha256Hash"), str)
    ):
        return "extensions.persistedQuery must be an object with version 1 and a sha256Hash."
    return None


def requested_document(request: Mapping[str, Any], trusted: TrustedDocuments) -> Any:
    """The document of a request: its text, or the trusted document with its hash.

    Nothing is registered: a text with its hash is run as any other text. Raises GraphQLError if the hash is unknown,
    or is not that of the text.
    """
    text = request.get("query")
    if not names_a_document(request):
        return text
    digest = _digest(request)
    if not isinstance(text, str) or not text:
        return trusted.find(digest)
    if document_hash(text) != digest:
        raise GraphQLError(
            "The document does not have the hash that is sent with it.", extensions={"code": "BAD_REQUEST"}
        )
    return text


def _digest(request: Mapping[str, Any]) -> str:
    named = request.get("documentId")
    if named is None:
        return _persisted_query(request)["sha256Hash"]
    # A documentId of another scheme names no document here.
    return named.removeprefix(PREFIX) if named.startswith(PREFIX) else ""


def _persisted_query(request: Mapping[str, Any]) -> Any:
    extensions = request.get("extensions")
    return extensions.get("persistedQuery") if isinstance(extensions, dict) else None
