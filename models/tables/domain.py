"""An e-mail domain that an account claims."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.tables.hydration import Row


class DomainState(StrEnum):
    """The state of a claim."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class DomainProof(StrEnum):
    """The proof behind an approval."""

    TXT = "TXT"
    OPERATOR = "OPERATOR"


class Domain(Row, Model):
    """A claim on an e-mail domain. Approved by its DNS TXT record or by the operator; one account at most.

    `approved_by` is null in claims that are not approved, and in those approved before it was recorded.
    """

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    account_id: UUID
    account = fields.ForeignKeyField("models.Account", related_name=False, on_delete=fields.RESTRICT)
    name = fields.CharField(max_length=253)
    state = fields.CharEnumField(DomainState, max_length=20)
    txt_value = fields.CharField(max_length=100)
    created_at: datetime = fields.DatetimeField()
    approved_at: datetime | None = fields.DatetimeField(null=True)
    approved_by: DomainProof | None = fields.CharEnumField(  # pyright: ignore[reportAssignmentType] - null is left out
        DomainProof, max_length=10, null=True
    )
    check_at: datetime | None = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "domains"

    @property
    def txt_name(self) -> str:
        """The DNS name under which `txt_value` is published."""
        return txt_name(self.name)


def txt_name(domain: str) -> str:
    """The DNS name under which a claim on a domain is proved."""
    return f"_usher-challenge.{domain}"
