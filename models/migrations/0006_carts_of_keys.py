"""Carts of API keys, and purchases without a cart.

It only adds and loosens, so that processes of the version before go on beside it: they find their carts by `user_id`,
which stays unique.
"""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.ids import new_id

CHECKS = {
    "carts": {"owner": "(user_id IS NULL) <> (api_key_id IS NULL)"},
    "cart_lines": {"owner": "(user_id IS NULL) <> (api_key_id IS NULL)"},
}
UNIQUE = {
    "carts_user_key": "carts (user_id)",
    "carts_api_key_key": "carts (api_key_id)",
    "cart_lines_api_key_key": "cart_lines (api_key_id, package_id)",
    "purchases_owner_waiting_key": "purchases (coalesce(api_key_id, buyer_id))"
    " WHERE state = 'AWAITING_ACCEPTANCE' AND cart_version IS NOT NULL",
    "purchases_owner_cart_key": "purchases (coalesce(api_key_id, buyer_id), cart_version)"
    " WHERE state IN ('AWAITING_PAYMENT', 'COMPLETED')",
}
INDEXES = {
    "purchases_prepared_idx": "purchases (coalesce(api_key_id, buyer_id), id)"
    " WHERE state = 'AWAITING_ACCEPTANCE' AND cart_version IS NULL",
    # The seats that are on their way, which count when more are bought.
    "purchases_paying_idx": "purchases (account_id) WHERE state = 'AWAITING_PAYMENT'",
}
DROPPED_INDEXES = ["purchases_waiting_key", "purchases_cart_key"]

_STATEMENTS = [
    "ALTER TABLE carts DROP CONSTRAINT carts_pkey",
    "ALTER TABLE carts ADD id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY",
    "ALTER TABLE carts ALTER user_id DROP NOT NULL",
    "ALTER TABLE cart_lines ALTER user_id DROP NOT NULL",
    "ALTER TABLE purchases ALTER cart_version DROP NOT NULL",
    *(
        f"ALTER TABLE {table} ADD api_key_id uuid REFERENCES api_keys (id) ON DELETE RESTRICT"
        for table in ("carts", "cart_lines", "purchases")
    ),
    *(
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_check CHECK ({condition})"
        for table, conditions in CHECKS.items()
        for name, condition in conditions.items()
    ),
    *(f"DROP INDEX {name}" for name in DROPPED_INDEXES),
    *(f"CREATE UNIQUE INDEX {name} ON {columns}" for name, columns in UNIQUE.items()),
    *(f"CREATE INDEX {name} ON {columns}" for name, columns in INDEXES.items()),
]


class _ByHand(ops.RunSQL):
    """Statements that Tortoise cannot write, and what it has to know of their outcome."""

    def __init__(self, sql: str, declared: list[Any]) -> None:
        super().__init__(sql, reverse_sql=ops.RunSQL.noop)
        self._declared = declared

    def state_forward(self, app_label: str, state: Any) -> None:
        for each in self._declared:
            each.state_forward(app_label, state)


def _reference(model: str, column: str, *, null: bool = False) -> Any:
    return fields.ForeignKeyField(
        model,
        source_field=column,
        null=null,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )


_CART = ops.CreateModel(
    name="Cart",
    fields=[
        ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
        ("user", _reference("models.User", "user_id", null=True)),
        ("api_key", _reference("models.ApiKey", "api_key_id", null=True)),
        ("account", _reference("models.Account", "account_id")),
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


class Migration(migrations.Migration):
    dependencies = [("models", "0005_claims_and_proofs")]

    initial = False

    operations = [
        _ByHand(
            ";\n".join(_STATEMENTS),
            [
                ops.DeleteModel("Cart"),
                _CART,
                ops.AlterField("CartLine", "user", _reference("models.User", "user_id", null=True)),
                ops.AddField("CartLine", "api_key", _reference("models.ApiKey", "api_key_id", null=True)),
                ops.AlterField("Purchase", "cart_version", fields.BigIntField(null=True)),
                ops.AddField("Purchase", "api_key", _reference("models.ApiKey", "api_key_id", null=True)),
            ],
        ),
    ]
