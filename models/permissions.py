"""The permissions, and those of each role."""

from enum import StrEnum

from models.tables.user import Role


class Permission(StrEnum):
    """One area of authority. Anything not granted is denied."""

    VIEW_INVENTORY = "VIEW_INVENTORY"
    ASSIGN_LICENSES = "ASSIGN_LICENSES"
    MANAGE_USERS = "MANAGE_USERS"
    MANAGE_DOMAINS = "MANAGE_DOMAINS"
    PURCHASE = "PURCHASE"
    VIEW_BILLING = "VIEW_BILLING"
    VIEW_ACTIVITY = "VIEW_ACTIVITY"
    MANAGE_INTEGRATIONS = "MANAGE_INTEGRATIONS"
    MANAGE_ROLES = "MANAGE_ROLES"


GRANTED: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.STANDARD: frozenset(),
}
