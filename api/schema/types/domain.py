"""Domain."""

from datetime import datetime
from functools import partial

import strawberry

from api.schema.enums import DomainState
from api.schema.ids import encode_id
from api.schema.node import Node
from engine.sql.mappings import MIRRORS, Column, Mirror, columns
from models import tables
from models.tables.domain import txt_name


@strawberry.type(
    description="An e-mail domain that the account claims. Users can be added once it is approved,"
    " and only with addresses of exactly this domain: a sub-domain is a domain of its own. Users who were added stay"
    " when an approval ends."
)
class Domain(Node):
    """A claim on an e-mail domain."""

    name: str = strawberry.field(description="In lower case; internationalised names in their ASCII form.")
    state: DomainState = strawberry.field(description="Where the claim stands.")
    txt_name: str = strawberry.field(description="The TXT record that proves ownership: publish `txtValue` here.")
    txt_value: str = strawberry.field(description="What to publish in the TXT record at `txtName`.")
    approved_at: datetime | None = strawberry.field(description="When it was approved; null until then.")

    @classmethod
    def of(cls, row: tables.Domain) -> "Domain":
        """Present a row."""
        return cls(
            id=encode_id("Domain", row.id),
            name=row.name,
            state=row.state,
            txt_name=row.txt_name,
            txt_value=row.txt_value,
            approved_at=row.approved_at,
        )


MIRRORS.add(
    Mirror(
        "Domain",
        "domains",
        {
            "id": Column(("id",), partial(encode_id, "Domain")),
            **columns("name", "state", "txt_value", "approved_at"),
            "txtName": Column(("name",), txt_name),
        },
    )
)
