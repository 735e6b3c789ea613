"""How much the variables of one call hold, counted before anything looks at their types."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import GraphQLError

from api.limits import Limits

# Values take about a twentieth of the time that a field of an answer takes.
VALUES_OF_ONE_FIELD = 20


class VariableSize(NamedTuple):
    """`values` counts lists, objects and scalars alike, `depth` how far they nest."""

    values: int = 0
    depth: int = 0

    @property
    def cost(self) -> int:
        """What they add to the cost of an operation: nothing for as few as most have."""
        return self.values // VALUES_OF_ONE_FIELD


NONE = VariableSize()


def measure_variables(variables: Mapping[str, Any] | None) -> VariableSize:
    """Measure variables, level by level."""
    if not variables:
        return NONE
    values = depth = 0
    level = list(variables.values())
    while level:
        values += len(level)
        depth += 1
        inside: list[Any] = []
        for value in level:
            if type(value) is dict:
                inside += value.values()
            elif type(value) is list:
                inside += value
        level = inside
    return VariableSize(values, depth)


def variables_excess(size: VariableSize, limits: Limits) -> GraphQLError | None:
    """The refusal of variables that hold more than is allowed."""
    if size.values > limits.variable_values:
        text = f"The variables hold {size.values} values; at most {limits.variable_values} are allowed."
        return _refusal(text, "variable values", size.values, limits.variable_values)
    if size.depth > limits.variable_depth:
        text = f"The variables are nested {size.depth} deep; at most {limits.variable_depth} is allowed."
        return _refusal(text, "variable depth", size.depth, limits.variable_depth)
    return None


def _refusal(text: str, what: str, asked: int, allowed: int) -> GraphQLError:
    return GraphQLError(
        text, extensions={"code": "LIMIT_EXCEEDED", "limit": what, "asked": str(asked), "allowed": allowed}
    )
