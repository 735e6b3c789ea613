"""Which documents are run at all, whatever their size."""

import re
from dataclasses import dataclass
from typing import Any

from graphql import BREAK, DocumentNode, FieldNode, GraphQLError, Visitor, visit

from api.documents.trusted import NO_DOCUMENTS, TrustedDocuments

# Where neither word stands in a text there is nothing to look for in its tree.
ASKS_FOR_THE_SCHEMA = re.compile(r"\b__(schema|type)\b")


@dataclass(frozen=True)
class DocumentRules:
    """`introspection` tells the schema to those who ask; `only_trusted` runs none but the `trusted` documents."""

    introspection: bool = True
    only_trusted: bool = False
    trusted: TrustedDocuments = NO_DOCUMENTS


DEFAULT_RULES = DocumentRules()


def require_trusted(rules: DocumentRules, text: str) -> None:
    """Raise GraphQLError where a document may not be run here, before anything of it is read."""
    if rules.only_trusted and text not in rules.trusted:
        raise GraphQLError(
            "This server runs trusted documents alone, and this is none of them.",
            extensions={"code": "DOCUMENT_NOT_TRUSTED"},
        )


def forbidden(rules: DocumentRules, document: DocumentNode, text: str) -> list[GraphQLError]:
    """Why a document is not run, if so. `__typename`, which clients add everywhere, is always answered."""
    if rules.introspection or not ASKS_FOR_THE_SCHEMA.search(text):
        return []
    finder = _SchemaFields()
    visit(document, finder)
    if finder.found is None:
        return []
    text = "This server does not tell its schema: __schema and __type are switched off."
    return [GraphQLError(text, finder.found, extensions={"code": "INTROSPECTION_DISABLED"})]


class _SchemaFields(Visitor):
    """Finds the first field that tells the schema, under whatever alias."""

    def __init__(self) -> None:
        super().__init__()
        self.found: FieldNode | None = None

    def enter_field(self, node: FieldNode, *_args: Any) -> Any:
        """Stop where the field is one."""
        if node.name.value in {"__schema", "__type"}:
            self.found = node
            return BREAK
        return None
