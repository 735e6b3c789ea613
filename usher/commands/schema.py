"""usher schema."""

import typer

from api.limits import DEFAULT_LIMITS
from api.schema.build import make_schema


def schema() -> None:
    """Print the schema in GraphQL's schema language, as schema.graphql has it."""
    typer.echo(make_schema(DEFAULT_LIMITS).as_str())
