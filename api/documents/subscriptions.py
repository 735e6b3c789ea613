"""Recognising subscriptions, also in documents that have errors."""

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse

from api.limits import Limits


def is_subscription(document: str, operation_name: str | None, limits: Limits) -> bool:
    """Whether a document's operation, of several without a name the first, is a subscription.

    A document with a syntax error has none.
    """
    if len(document) > limits.document_characters:
        return False
    try:
        definitions = parse(document, max_tokens=limits.document_tokens).definitions
    except (GraphQLError, RecursionError):
        return False
    operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
    named = [node for node in operations if not operation_name or (node.name and node.name.value == operation_name)]
    return bool(named) and named[0].operation is OperationType.SUBSCRIPTION
