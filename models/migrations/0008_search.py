"""Search texts of people, indexes for the filters of lists, and the lengths of the lists of large accounts.

People whom processes of the version before add have no `search_text` until the relay fills it.
"""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.database.ids import new_id
from models.migrating.build_indexes import BuildIndexes, BuildUniqueIndexes
from models.migrating.schema_change import Kind, SchemaChange
from models.migrating.steps import AddConstraints, Statements, reference

UNIQUE = {
    "account_totals_account_key": "account_totals (account_id)",
    "unlicensed_users_user_key": "unlicensed_users (account_id, user_id)",
}
INDEXES = {
    # With a short pending list, as each search reads it as a whole.
    "users_search_idx": "users USING gin (search_grams(account_id, search_text)) WITH (gin_pending_list_limit = 64)",
    "users_unsearched_idx": "users (account_id, id) WHERE search_text IS NULL",
    # To delete a user.
    "unlicensed_users_person_idx": "unlicensed_users (user_id)",
    "licenses_package_idx": "licenses (account_id, package_id, user_id) WHERE ended_at IS NULL",
}

# Every one, two and three characters in a row of each word, as numbers, each seeded with a byte of the account: so large
# accounts keep out of each other's way, and small ones share what they have in common. The same by any locale.
SEARCH_GRAMS = """
CREATE OR REPLACE FUNCTION search_grams(account_id uuid, search_text text) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
DECLARE
    seed bigint := get_byte(uuid_send(account_id), 15);
    grams bigint[] := '{}';
    made int := 0;
    word text;
    gram text;
BEGIN
    FOREACH word IN ARRAY string_to_array(search_text, ' ') LOOP
        FOR place IN 1 .. length(word) LOOP
            gram := substr(word, place, 3);
            grams[made + 1] := hashtextextended(gram COLLATE "C", seed);
            grams[made + 2] := hashtextextended(left(gram, 2) COLLATE "C", seed);
            grams[made + 3] := hashtextextended(left(gram, 1) COLLATE "C", seed);
            made := made + 3;
        END LOOP;
    END LOOP;
    RETURN grams;
END $$
"""

ACCOUNT_TOTALS = """
CREATE TABLE IF NOT EXISTS account_totals (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    version bigint NOT NULL,
    users bigint NOT NULL,
    seat_events bigint NOT NULL
)
"""

UNLICENSED_USERS = """
CREATE TABLE IF NOT EXISTS unlicensed_users (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    user_id uuid NOT NULL
)
"""

# Each by itself, as it locks the table that it refers to.
REFERENCES = {
    "account_totals": {"account": "accounts"},
    "unlicensed_users": {"account": "accounts", "user": "users"},
}


_ACCOUNT_TOTALS = ops.CreateModel(
    name="AccountTotals",
    fields=[
        ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
        ("account", reference("models.Account", "account_id")),
        ("version", fields.BigIntField()),
        ("users", fields.BigIntField()),
        ("seat_events", fields.BigIntField()),
    ],
    options={
        "table": "account_totals",
        "app": "models",
        "pk_attr": "id",
        "table_description": "The users and seat events of an account at a version. What came after is counted by its events.",
    },
    bases=["Model"],
)

_UNLICENSED_USER = ops.CreateModel(
    name="UnlicensedUser",
    fields=[
        ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
        ("account", reference("models.Account", "account_id")),
        ("user", reference("models.User", "user_id")),
    ],
    options={
        "table": "unlicensed_users",
        "app": "models",
        "pk_attr": "id",
        "table_description": "A user of such an account who had no license at that version; those since are found by its events.",
    },
    bases=["Model"],
)


class Migration(SchemaChange):
    dependencies = [("models", "0007_blocked_deliveries")]
    kind = Kind.EXPAND
    oldest_version = "0.1.0"

    operations = [
        Statements(
            "ALTER TABLE users ADD COLUMN IF NOT EXISTS search_text text",
            ACCOUNT_TOTALS,
            UNLICENSED_USERS,
            SEARCH_GRAMS,
            declares=[
                ops.AddField("User", "search_text", fields.TextField(null=True)),
                _ACCOUNT_TOTALS,
                _UNLICENSED_USER,
            ],
        ),
        AddConstraints(
            {
                table: {
                    f"{table}_{name}_id_fkey": f"FOREIGN KEY ({name}_id) REFERENCES {other} (id) ON DELETE RESTRICT"
                    for name, other in others.items()
                }
                for table, others in REFERENCES.items()
            }
        ),
        BuildUniqueIndexes(UNIQUE),
        BuildIndexes(INDEXES),
    ]
