"""The schema as the tests' servers serve it."""

from api.limits import DEFAULT_LIMITS
from api.schema.build import make_schema

schema = make_schema(DEFAULT_LIMITS)
