"""Domain."""

from datetime import datetime

import strawberry

from api.schema.enums import DomainState
from api.schema.node import Node
from api.schema.types.mapped import Mapped, column, mapped
from models import tables
from models.tables.domain import txt_name


@mapped(
    "domains",
    description="An e-mail domain that the account claims. Users can be added once it is approved,"
    " and only with addresses of exactly this domain: a sub-domain is a domain of its own. Users who were added stay"
    " when an approval ends.",
)
class Domain(Mapped, Node):
    """A claim on an e-mail domain."""

    row: strawberry.Private[tables.Domain]
    name: str = column("In lower case; internationalised names in their ASCII form.")
    state: DomainState = column("Where the claim stands.")
    txt_name: str = column("The TXT record that proves ownership: publish `txtValue` here.", "name", show=txt_name)
    txt_value: str = column("What to publish in the TXT record at `txtName`.")
    approved_at: datetime | None = column("When it was approved; null until then.")
