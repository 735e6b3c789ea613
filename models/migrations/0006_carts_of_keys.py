"""Carts of API keys, and purchases without a cart.

It only adds and loosens, so that processes of the version before go on beside it: they find their carts by `user_id`,
which stays unique.
"""

from tortoise import fields
from tortoise.migrations import operations as ops

from models.database.ids import new_id
from models.migrating.build_indexes import BuildIndexes, BuildUniqueIndexes, DropIndexes
from models.migrating.schema_change import Kind, SchemaChange
from models.migrating.steps import AddConstraints, FillRows, Statements, reference

CHECKS = {
    "carts": {"owner": "(user_id IS NULL) <> (api_key_id IS NULL)"},
    "cart_lines": {"owner": "(user_id IS NULL) <> (api_key_id IS NULL)"},
}
# By which processes of the version before find a cart, whose primary key it was.
UNIQUE_BEFORE = {"carts_user_key": "carts (user_id)"}
UNIQUE_AFTER = {
    "carts_api_key_key": "carts (api_key_id)",
    "cart_lines_api_key_key": "cart_lines (api_key_id, package_id)",
    "purchases_owner_waiting_key": "purchases (coalesce(api_key_id, buyer_id))"
    " WHERE state = 'AWAITING_ACCEPTANCE' AND cart_version IS NOT NULL",
    "purchases_owner_cart_key": "purchases (coalesce(api_key_id, buyer_id), cart_version)"
    " WHERE state IN ('AWAITING_PAYMENT', 'COMPLETED')",
}
UNIQUE = UNIQUE_BEFORE | UNIQUE_AFTER
INDEXES = {
    "purchases_prepared_idx": "purchases (coalesce(api_key_id, buyer_id), id)"
    " WHERE state = 'AWAITING_ACCEPTANCE' AND cart_version IS NULL",
    # The seats that are on their way, which count when more are bought.
    "purchases_paying_idx": "purchases (account_id) WHERE state = 'AWAITING_PAYMENT'",
}
DROPPED_INDEXES = ["purchases_waiting_key", "purchases_cart_key"]


_CART = ops.CreateModel(
    name="Cart",
    fields=[
        ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
        ("user", reference("models.User", "user_id", null=True)),
        ("api_key", reference("models.ApiKey", "api_key_id", null=True)),
        ("account", reference("models.Account", "account_id")),
        ("version", fields.BigIntField(default=0)),
    ],
    options={
        "table": "carts",
        "app": "models",
        "pk_attr": "id",
        "table_description": "A cart; no row means an empty one at version 0. Prices are the catalogue's until validation.",
    },
    bases=["Model"],
)


_TABLES = ("carts", "cart_lines", "purchases")


class Migration(SchemaChange):
    dependencies = [("models", "0005_claims_and_proofs")]
    kind = Kind.EXPAND
    oldest_version = "0.1.0"

    operations = [
        # A primary key of its own for each cart, whose place the user had. With a default that differs by row, ADD COLUMN
        # would write the table anew while everybody waits.
        Statements(
            "ALTER TABLE carts ADD COLUMN IF NOT EXISTS id uuid",
            "ALTER TABLE carts ALTER COLUMN id SET DEFAULT gen_random_uuid()",
        ),
        FillRows("carts", "id = gen_random_uuid()", where="id IS NULL"),
        AddConstraints({"carts": {"carts_has_id": "CHECK (id IS NOT NULL)"}}),
        Statements(
            # The constraint spares it the reading of all rows.
            "ALTER TABLE carts ALTER COLUMN id SET NOT NULL",
            "ALTER TABLE carts DROP CONSTRAINT IF EXISTS carts_has_id",
        ),
        BuildUniqueIndexes({"carts_id_key": "carts (id)", **UNIQUE_BEFORE}),
        Statements(
            "ALTER TABLE carts DROP CONSTRAINT carts_pkey, ADD CONSTRAINT carts_pkey PRIMARY KEY USING INDEX carts_id_key",
            "ALTER TABLE carts ALTER COLUMN user_id DROP NOT NULL",
            "ALTER TABLE cart_lines ALTER COLUMN user_id DROP NOT NULL",
            "ALTER TABLE purchases ALTER COLUMN cart_version DROP NOT NULL",
            *(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS api_key_id uuid" for table in _TABLES),
            declares=[
                ops.DeleteModel("Cart"),
                _CART,
                ops.AlterField("CartLine", "user", reference("models.User", "user_id", null=True)),
                ops.AddField("CartLine", "api_key", reference("models.ApiKey", "api_key_id", null=True)),
                ops.AlterField("Purchase", "cart_version", fields.BigIntField(null=True)),
                ops.AddField("Purchase", "api_key", reference("models.ApiKey", "api_key_id", null=True)),
            ],
        ),
        AddConstraints(
            {
                table: {
                    f"{table}_api_key_id_fkey": "FOREIGN KEY (api_key_id) REFERENCES api_keys (id) ON DELETE RESTRICT",
                    **{f"{table}_{name}_check": f"CHECK ({check})" for name, check in CHECKS.get(table, {}).items()},
                }
                for table in _TABLES
            }
        ),
        BuildUniqueIndexes(UNIQUE_AFTER),
        BuildIndexes(INDEXES),
        DropIndexes(*DROPPED_INDEXES),
    ]
