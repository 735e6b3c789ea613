"""The size of the variables of one request, counted before they are coerced."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import GraphQLError

from api.limits import Limits

# A value takes about a twentieth of the time of a response field.
VALUES_OF_ONE_FIELD = 20


class VariableSize(NamedTuple):
    """`values` counts lists, objects and scalars alike, `depth` how far they nest."""

    values: int = 0
    depth: int = 0

    @property
    def cost(self) -> int:
        """The cost of the variables; 0 for as few values as most requests have."""
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


def variables_error(size: VariableSize, limits: Limits) -> GraphQLError | None:
    """The error of variables that exceed a limit."""
    if size.values > limits.variable_values:
        text = f"The variables hold {size.values} values; at most {limits.variable_values} are allowed."
        return _limit_error(text, "variable values", size.values, limits.variable_values)
    if size.depth > limits.variable_depth:
        text = f"The variables are nested {size.depth} deep; at most {limits.variable_depth} is allowed."
        return _limit_error(text, "variable depth", size.depth, limits.variable_depth)
    return None


def _limit_error(text: str, limit: str, size: int, allowed: int) -> GraphQLError:
    return GraphQLError(
        text, extensions={"code": "LIMIT_EXCEEDED", "limit": limit, "asked": str(size), "allowed": allowed}
    )
