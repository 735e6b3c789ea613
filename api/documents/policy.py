"""The policy of documents: introspection may be off, and only trusted documents may run."""

import re
from dataclasses import dataclass
from typing import Any

from graphql import BREAK, DocumentNode, FieldNode, GraphQLError, Visitor, visit

from api.documents.trusted import NO_DOCUMENTS, TrustedDocuments

# A text without either word needs no search of its tree.
INTROSPECTION = re.compile(r"\b__(schema|type)\b")


@dataclass(frozen=True)
class DocumentRules:
    """`introspection` permits introspection; `only_trusted` permits the `trusted` documents alone."""

    introspection: bool = True
    only_trusted: bool = False
    trusted: TrustedDocuments = NO_DOCUMENTS


DEFAULT_RULES = DocumentRules()


def require_trusted(rules: DocumentRules, text: str) -> None:
    """Raise GraphQLError if a document must be trusted and is not, before it is parsed."""
    if rules.only_trusted and text not in rules.trusted:
        raise GraphQLError(
            "This server runs trusted documents alone, and this is none of them.",
            extensions={"code": "DOCUMENT_NOT_TRUSTED"},
        )


def policy_errors(rules: DocumentRules, document: DocumentNode, text: str) -> list[GraphQLError]:
    """The errors of a forbidden document. `__typename`, which clients add everywhere, is always allowed."""
    if rules.introspection or not INTROSPECTION.search(text):
        return []
    finder = _IntrospectionFinder()
    visit(document, finder)
    if finder.found is None:
        return []
    text = "This server does not tell its schema: __schema and __type are switched off."
    return [GraphQLError(text, finder.found, extensions={"code": "INTROSPECTION_DISABLED"})]


class _IntrospectionFinder(Visitor):
    """Finds the first introspection field, under any alias."""

    def __init__(self) -> None:
        super().__init__()
        self.found: FieldNode | None = None

    def enter_field(self, node: FieldNode, *_args: Any) -> Any:
        """Stop at an introspection field."""
        if node.name.value in {"__schema", "__type"}:
            self.found = node
            return BREAK
        return None
