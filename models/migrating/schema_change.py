"""The declarations of a migration, by which two versions can run beside each other."""

from enum import StrEnum

from tortoise import migrations


class Kind(StrEnum):
    """Whether a migration removes something that an older version needs."""

    EXPAND = "EXPAND"
    CONTRACT = "CONTRACT"


class SchemaChange(migrations.Migration):
    """The base of every migration.

    It is not one transaction. Its operations, of `models/migrating/steps.py` and `models/migrating/build_indexes.py`,
    are statements with a transaction each, which may be run again.
    """

    initial = False
    atomic = False

    kind: Kind
    # The oldest version whose processes may run beside the schema that this makes.
    oldest_version: str
