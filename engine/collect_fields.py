"""Collecting the fields that a document selects of an object, for known values of @skip and @include."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)


@dataclass(frozen=True)
class Selector:
    """Collects fields as the specification does (section 6.3.2), for variables whose values are known."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    booleans: Mapping[str, Any]

    def fields(self, parent: GraphQLObjectType, *sets: SelectionSetNode | None) -> dict[str, list[FieldNode]]:
        """The nodes of an object's fields by response key, in order."""
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for each in sets:
            if each is not None:
                self._collect(parent, each, found, seen)
        return found

    def _collect(
        self,
        parent: GraphQLObjectType,
        selections: SelectionSetNode,
        found: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in selections.selections:
            if not self._included(node.directives):
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._applies(parent, node.type_condition.name.value if node.type_condition else None):
                    self._collect(parent, node.selection_set, found, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(parent, fragment.type_condition.name.value):
                    self._collect(parent, fragment.selection_set, found, seen)

    def _included(self, directives: tuple[DirectiveNode, ...] | None) -> bool:
        for directive in directives or ():
            if directive.name.value in {"skip", "include"} and directive.arguments:
                value = directive.arguments[0].value
                holds = self.booleans[value.name.value] if isinstance(value, VariableNode) else value.value  # pyright: ignore[reportAttributeAccessIssue]
                if holds == (directive.name.value == "skip"):
                    return False
        return True

    def _applies(self, parent: GraphQLObjectType, condition: str | None) -> bool:
        if condition is None or condition == parent.name:
            return True
        type_ = self.schema.get_type(condition)
        return is_abstract_type(type_) and self.schema.is_sub_type(type_, parent)
