"""The callers: nobody, the administrator of the company, or one of its standard users."""

from tests.support.signed_in import admin, other_admin, standard

__all__ = ["admin", "other_admin", "standard"]
