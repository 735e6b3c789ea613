"""Search entries, which searches of a large account read in place of its users and licenses. The relay fills it."""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.database.ids import new_id
from models.migrating.build_indexes import BuildIndexes, BuildUniqueIndexes
from models.migrating.schema_change import Kind, SchemaChange
from models.migrating.steps import AddConstraints, Statements, reference

UNIQUE = {"search_versions_account_key": "search_versions (account_id)"}
INDEXES = {
    # All that a search reads, so that it reads nothing but the index.
    "search_entries_list_idx": "search_entries (account_id, user_id) INCLUDE (package_id, search_text)",
    "search_entries_package_idx": "search_entries (account_id, package_id, user_id) INCLUDE (search_text)",
    # One in 256 entries, which tell how many of all have a word.
    "search_entries_sample_idx": "search_entries (account_id, user_id) INCLUDE (search_text)"
    " WHERE get_byte(uuid_send(user_id), 15) = 0",
}

# Vacuumed early: of pages that have changed since, a read of the index has to look at the table as well.
SEARCH_ENTRIES = """
CREATE TABLE IF NOT EXISTS search_entries (
    user_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    package_id uuid NOT NULL,
    search_text text
) WITH (
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_insert_scale_factor = 0.01,
    autovacuum_analyze_scale_factor = 0.02
)
"""

SEARCH_VERSIONS = """
CREATE TABLE IF NOT EXISTS search_versions (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    version bigint NOT NULL
)
"""


_ENTRY = ops.CreateModel(
    name="SearchEntry",
    fields=[
        ("user_id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
        ("account", reference("models.Account", "account_id")),
        ("package_id", fields.UUIDField()),
        ("search_text", fields.TextField(null=True)),
    ],
    options={
        "table": "search_entries",
        "app": "models",
        "pk_attr": "user_id",
        "table_description": "A user as a search sees them. `package_id` is of zeros without a license; a long text is null, and looked up.",
    },
    bases=["Model"],
)

_VERSION = ops.CreateModel(
    name="SearchVersion",
    fields=[
        ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
        ("account", reference("models.Account", "account_id")),
        ("version", fields.BigIntField()),
    ],
    options={
        "table": "search_versions",
        "app": "models",
        "pk_attr": "id",
        "table_description": "The version of an account that its search entries are of. Its events tell what changed since.",
    },
    bases=["Model"],
)


class Migration(SchemaChange):
    dependencies = [("models", "0009_retention")]
    kind = Kind.EXPAND
    oldest_version = "0.1.0"

    operations = [
        Statements(SEARCH_ENTRIES, SEARCH_VERSIONS, declares=[_ENTRY, _VERSION]),
        AddConstraints(
            {
                table: {
                    f"{table}_account_id_fkey": "FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE RESTRICT"
                }
                for table in ("search_entries", "search_versions")
            }
        ),
        BuildUniqueIndexes(UNIQUE),
        BuildIndexes(INDEXES),
    ]
