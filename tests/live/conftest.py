"""The clients that call."""

from tests.support.signed_in import admin, other_admin, standard

__all__ = ["admin", "other_admin", "standard"]
