"""The business: tables, operations, errors, events, authority, migrations. Knows no HTTP, GraphQL or SMTP."""

from models._imports import patterns_at_first_use, without, without_sources

# Coloured tracebacks show local variables, so they are not used here.
with without("rich"):
    import structlog  # noqa: F401

# Each model's class is parsed for comments that would document it; fields of pydantic's types are none of ours. One
# pattern of Tortoise's, for names of domains, takes a twentieth of a start (27 of 540 ms), and nothing uses it.
with without_sources(), without("pydantic"), patterns_at_first_use():
    import models.tables  # noqa: F401
