"""The business: tables, operations, errors, events, authority, migrations. Knows no HTTP, GraphQL or SMTP."""

from models.lean import without, without_sources

# For traces in colours, which show local variables and so are never printed here.
with without("rich"):
    import structlog  # noqa: F401

# Each model's class is parsed for comments that would document it; fields of pydantic's types are none of ours.
with without_sources(), without("pydantic"):
    import models.tables  # noqa: F401
