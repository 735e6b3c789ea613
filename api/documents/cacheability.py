"""Whether the responses to a document depend on versions alone, and on the reader's language."""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)

# Fields whose every change is an event of the account, or a new version of the catalogue; None is all of a type.
# A cart has a version of its own, prices expire by themselves, and so do sessions and API keys.
VERSIONED: dict[str, set[str] | None] = {
    "Query": {"account"},
    "Account": {"id", "name", "version", "seatInventory", "users", "licenses", "domains", "seatEvents"},
    "SeatInventory": None,
    "SeatPool": None,
    "SeatCounts": None,
    "SeatEvent": None,
    "SeatEventConnection": None,
    "SeatEventEdge": None,
    "Package": None,
    "Money": None,
    "User": None,
    "UserConnection": None,
    "UserEdge": None,
    "License": None,
    "LicenseConnection": None,
    "LicenseEdge": None,
    "Domain": None,
    "PageInfo": None,
}


# Fields that show texts of the catalogue, in the language of the reader.
TRANSLATED = {("Package", "name"), ("Package", "description")}


@dataclass(frozen=True)
class ResponseDependencies:
    """`versioned` is set for one query of versioned fields alone, `translated` for translated texts."""

    versioned: bool
    translated: bool


NOT_VERSIONED = ResponseDependencies(versioned=False, translated=False)


def response_dependencies(schema: GraphQLSchema, document: DocumentNode) -> ResponseDependencies:
    """The dependencies of the responses to a valid document."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    types = TypeInfo(schema)
    finder = _DependencyFinder(types)
    visit(document, TypeInfoVisitor(types, finder))
    is_query = len(operations) == 1 and operations[0].operation is OperationType.QUERY
    return ResponseDependencies(is_query and not finder.unversioned, finder.translated)


class _DependencyFinder(Visitor):
    """Finds fields that may change by themselves, and those that are translated."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.unversioned = False
        self.translated = False

    def enter_field(self, node: FieldNode, *_args: object) -> None:
        """Examine one field."""
        name = node.name.value
        parent = self._types.get_parent_type()
        fields = VERSIONED.get(parent.name, set()) if parent else set()
        if name != "__typename" and fields is not None and name not in fields:
            self.unversioned = True
        if parent and (parent.name, name) in TRANSLATED:
            self.translated = True
