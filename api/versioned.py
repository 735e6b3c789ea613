"""Which documents answer the same as long as the account and the catalogue are at the same versions."""

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

# Fields whose every change is an event of the account, or a new version of the catalogue; of a type all, where null.
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


def is_versioned(schema: GraphQLSchema, document: DocumentNode) -> bool:
    """Whether a valid document is one query that reads nothing but versioned fields."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
        return False
    types = TypeInfo(schema)
    looking = _Unversioned(types)
    visit(document, TypeInfoVisitor(types, looking))
    return not looking.found


class _Unversioned(Visitor):
    """Finds fields that may change by themselves."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.found = False

    def enter_field(self, node: FieldNode, *_args: object) -> None:
        """Look at one field."""
        name = node.name.value
        parent = self._types.get_parent_type()
        fields = VERSIONED.get(parent.name, set()) if parent else set()
        if name != "__typename" and fields is not None and name not in fields:
            self.found = True
