"""One notice to one person, made from one event."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class Delivery(Row, Model):
    """Unique per event and consumer. Open until `sent_at` (done) or `failed_at` (given up, with `last_error`).

    Deliveries `in_order` go to one person in the order of what happened; the others neither wait nor are waited for.
    `blocked` ones wait for an earlier one, and claims skip them: triggers keep the mark. The claim that finds an
    unmarked one that has to wait marks it.
    Its id makes the Message-ID and the secret link of the mail, so a repeat is the same mail.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    event_id: UUID
    event = fields.ForeignKeyField("models.Event", related_name=False, on_delete=fields.RESTRICT)
    consumer = fields.CharField(max_length=80)
    recipient_id: UUID
    recipient = fields.ForeignKeyField("models.User", related_name=False, on_delete=fields.RESTRICT)
    in_order = fields.BooleanField(default=True)
    blocked = fields.BooleanField(default=False)
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    failed_at = fields.DatetimeField(null=True)
    last_error = fields.CharField(max_length=300, null=True)

    class Meta(Model.Meta):
        table = "deliveries"
