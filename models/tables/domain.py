"""An e-mail domain that an account claims."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.ids import new_id
from models.tables.row import Row


class DomainState(StrEnum):
    """Where the claim stands."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class Domain(Row, Model):
    """A claim on an e-mail domain. Approved by its DNS TXT record or by the operator; one account at most."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    name = fields.CharField(max_length=253)
    state = fields.CharEnumField(DomainState, max_length=20)
    txt_value = fields.CharField(max_length=100)
    created_at = fields.DatetimeField()
    approved_at = fields.DatetimeField(null=True)
    check_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "domains"

    @property
    def txt_name(self) -> str:
        """The DNS name under which `txt_value` is published."""
        return txt_name(self.name)


def txt_name(domain: str) -> str:
    """The DNS name under which a claim on a domain is proved."""
    return f"_usher-challenge.{domain}"
