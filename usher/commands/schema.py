"""usher schema."""

import typer

from api.schema import schema as graphql_schema


def schema() -> None:
    """Print the schema in GraphQL's schema language, as schema.graphql has it."""
    typer.echo(graphql_schema.as_str())
