from uuid import uuid4

from orjson import loads
from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from models.database.ids import new_id
from models.migrating.schema_change import Kind, SchemaChange
from models.tables.credential import SessionKind, TokenPurpose
from models.tables.domain import DomainState
from models.tables.license import LicenseEnd
from models.tables.package import Term
from models.tables.payment import PaymentState
from models.tables.purchase import PurchaseState
from models.tables.user import Role


class Migration(SchemaChange):
    initial = True
    # A new database: nothing runs beside it.
    atomic = True
    kind = Kind.EXPAND
    oldest_version = "0.1.0"

    operations = [
        ops.CreateModel(
            name="Account",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("name", fields.CharField(max_length=200)),
                ("version", fields.BigIntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "accounts",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A business. `version` counts its events: it grows by one with each, and only with them.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Cart",
            fields=[
                ("user_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.BigIntField(default=0)),
            ],
            options={
                "table": "carts",
                "app": "models",
                "pk_attr": "user_id",
                "table_description": "A user's cart; no row means an empty one at version 0. Prices are the catalogue's until validation.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Domain",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=253)),
                (
                    "state",
                    fields.CharEnumField(
                        description="PENDING: PENDING\nAPPROVED: APPROVED\nREFUSED: REFUSED",
                        enum_type=DomainState,
                        max_length=20,
                    ),
                ),
                ("txt_value", fields.CharField(max_length=100)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("approved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("check_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "domains",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A claim on an e-mail domain. Approved by its DNS TXT record or by the operator; one account at most.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Event",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("version", fields.BigIntField(null=True)),
                ("type", fields.CharField(max_length=60)),
                ("actor_id", fields.UUIDField(null=True)),
                ("occurred_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("data", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("pools", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("relayed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "events",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One thing that happened, committed with the change it tells of.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("operation", fields.CharField(max_length=60)),
                ("key", fields.CharField(max_length=255)),
                ("input_hash", fields.BinaryField()),
                ("payment_id", fields.UUIDField(null=True)),
                ("answer", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "idempotency_records",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One key of one account and operation, with the hash of its input and the answer, null while it is under way.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Package",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("code", fields.CharField(max_length=40)),
                ("name", fields.CharField(max_length=100)),
                ("description", fields.CharField(max_length=500)),
                ("tier", fields.IntField()),
                ("protects_message_body", fields.BooleanField()),
                ("attachment_limit_megabytes", fields.IntField(null=True)),
                ("signatory_limit", fields.IntField(null=True)),
                ("collects_confidential_information", fields.BooleanField()),
                ("unit_price", fields.DecimalField(max_digits=12, decimal_places=2)),
                ("currency", fields.CharField(max_length=3)),
                ("term", fields.CharEnumField(description="MONTH: MONTH\nYEAR: YEAR", enum_type=Term, max_length=10)),
                ("on_sale", fields.BooleanField(default=True)),
                ("translations", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "packages",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A license package. The catalogue file is its source; `code` is the stable public key.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SandboxCharge",
            fields=[
                ("payment_id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("method", fields.CharField(max_length=255)),
                ("amount", fields.DecimalField(max_digits=14, decimal_places=2)),
                ("currency", fields.CharField(max_length=3)),
                ("charged_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sandbox_charges",
                "app": "models",
                "pk_attr": "payment_id",
                "table_description": "What the sandbox provider remembers: one row per charge, keyed as a real provider keys repeats.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SeatPool",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "package",
                    fields.ForeignKeyField(
                        "models.Package",
                        source_field="package_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("purchased", fields.IntField()),
                ("assigned", fields.IntField()),
                ("activated", fields.IntField()),
            ],
            options={
                "table": "seat_pools",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Counters of one package in one account: 0 <= activated <= assigned <= purchased.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="User",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("email", fields.CharField(max_length=254)),
                ("first_name", fields.CharField(max_length=100)),
                ("last_name", fields.CharField(max_length=100)),
                ("locale", fields.CharField(max_length=35)),
                (
                    "role",
                    fields.CharEnumField(
                        description="STANDARD: STANDARD\nADMINISTRATOR: ADMINISTRATOR", enum_type=Role, max_length=20
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "users",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A person of one account; the e-mail address is unique across the installation, case ignored.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CartLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "package",
                    fields.ForeignKeyField(
                        "models.Package",
                        source_field="package_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("quantity", fields.IntField()),
            ],
            options={
                "table": "cart_lines",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One package and how many seats of it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Delivery",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "event",
                    fields.ForeignKeyField(
                        "models.Event",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("consumer", fields.CharField(max_length=80)),
                (
                    "recipient",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="recipient_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("in_order", fields.BooleanField(default=True)),
                ("attempts", fields.IntField(default=0)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("leased_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("failed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_error", fields.CharField(null=True, max_length=300)),
            ],
            options={
                "table": "deliveries",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Unique per event and consumer. Open until `sent_at` (done) or `failed_at` (given up, with `last_error`).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="License",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "package",
                    fields.ForeignKeyField(
                        "models.Package",
                        source_field="package_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("assigned_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("assigned_by", fields.UUIDField(null=True)),
                ("activated_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "end_reason",
                    fields.CharEnumField(
                        null=True,
                        description="REMOVED: REMOVED\nCHANGED: CHANGED\nTRANSFERRED: TRANSFERRED",
                        enum_type=LicenseEnd,
                        max_length=20,
                    ),
                ),
                ("link_event_id", fields.UUIDField(null=True)),
            ],
            options={
                "table": "licenses",
                "app": "models",
                "pk_attr": "id",
                "table_description": "An interval: from `assigned_at` to `ended_at`, never reused; one live license per user.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Purchase",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "buyer",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="buyer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.CharField(max_length=20)),
                (
                    "state",
                    fields.CharEnumField(
                        description="AWAITING_ACCEPTANCE: AWAITING_ACCEPTANCE\nAWAITING_PAYMENT: AWAITING_PAYMENT\nCOMPLETED: COMPLETED\nFAILED: FAILED\nCANCELLED: CANCELLED\nEXPIRED: EXPIRED",
                        enum_type=PurchaseState,
                        max_length=20,
                    ),
                ),
                ("cart_version", fields.BigIntField()),
                ("total", fields.DecimalField(max_digits=14, decimal_places=2)),
                ("currency", fields.CharField(max_length=3)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("accepted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("completed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "purchases",
                "app": "models",
                "pk_attr": "id",
                "table_description": "Frozen lines and prices.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Payment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "purchase",
                    fields.ForeignKeyField(
                        "models.Purchase",
                        source_field="purchase_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("provider", fields.CharField(max_length=40)),
                ("method", fields.CharField(max_length=255)),
                (
                    "state",
                    fields.CharEnumField(
                        description="REQUIRES_ACTION: REQUIRES_ACTION\nPROCESSING: PROCESSING\nSUCCEEDED: SUCCEEDED\nDECLINED: DECLINED",
                        enum_type=PaymentState,
                        max_length=20,
                    ),
                ),
                ("amount", fields.DecimalField(max_digits=14, decimal_places=2)),
                ("currency", fields.CharField(max_length=3)),
                ("client_secret", fields.CharField(null=True, max_length=255)),
                ("decline_code", fields.CharField(null=True, max_length=100)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("look_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "payments",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The intent to charge, written before the provider is asked. Its id is the provider's idempotency key.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PurchaseLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "purchase",
                    fields.ForeignKeyField(
                        "models.Purchase",
                        source_field="purchase_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "package",
                    fields.ForeignKeyField(
                        "models.Package",
                        source_field="package_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("quantity", fields.IntField()),
                ("unit_price", fields.DecimalField(max_digits=12, decimal_places=2)),
                ("term", fields.CharEnumField(description="MONTH: MONTH\nYEAR: YEAR", enum_type=Term, max_length=10)),
            ],
            options={
                "table": "purchase_lines",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One package of a purchase, at the price and term it had when validated.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SeatGrant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "package",
                    fields.ForeignKeyField(
                        "models.Package",
                        source_field="package_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "purchase_line",
                    fields.ForeignKeyField(
                        "models.PurchaseLine",
                        source_field="purchase_line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("quantity", fields.IntField()),
                ("term", fields.CharEnumField(description="MONTH: MONTH\nYEAR: YEAR", enum_type=Term, max_length=10)),
                ("granted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "seat_grants",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A lot of seats from one purchase line, with its term. Live until `ended_at`.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("hash", fields.BinaryField()),
                (
                    "kind",
                    fields.CharEnumField(
                        description="COOKIE: COOKIE\nBEARER: BEARER", enum_type=SessionKind, max_length=10
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("revoked_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sessions",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A signed-in client. Revoking it ends it at once everywhere.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Token",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ("hash", fields.BinaryField()),
                (
                    "purpose",
                    fields.CharEnumField(
                        description="SIGN_IN: SIGN_IN\nACTIVATE: ACTIVATE", enum_type=TokenPurpose, max_length=20
                    ),
                ),
                (
                    "account",
                    fields.ForeignKeyField(
                        "models.Account",
                        source_field="account_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "user",
                    fields.ForeignKeyField(
                        "models.User",
                        source_field="user_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "license",
                    fields.ForeignKeyField(
                        "models.License",
                        source_field="license_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("event_id", fields.UUIDField(null=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "tokens",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A mailed, single-use, expiring secret. `event_id` is the event that entitled the link.",
            },
            bases=["Model"],
        ),
    ]
