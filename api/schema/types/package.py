"""Package."""

from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.enums import Term
from api.schema.node import Node
from api.schema.types.mapped import Mapped, column, mapped, planned
from api.schema.types.money import Money, money
from engine.sql.mappings import Join, ToOne, Translated
from models import tables


@mapped(
    "packages",
    shared=True,
    description="A license package of the catalogue: what it protects, and what a seat of it costs.",
)
class Package(Mapped, Node):
    """A license package."""

    row: strawberry.Private[tables.Package]
    code: str = column("The stable public key: ECO, ADVANCED, PRO.")
    tier: int = column("Position in its family; an upgrade goes to a strictly higher tier.")
    protects_message_body: bool = column("Whether the text of a message is protected.")
    attachment_limit_megabytes: int | None = column(
        "Decimal megabytes per transmission; null when attachments are not protected."
    )
    signatory_limit: int | None = column("Signers per document: 0 none, null any number.")
    collects_confidential_information: bool = column(
        "Whether confidential information can be collected from other people."
    )
    unit_price: Money = money("Price of one seat for one term, before taxes.", "unit_price")
    term: Term = column("The term that the price is for.")

    @planned(
        Translated("name"),
        "What people call it, in English or French: as Accept-Language prefers (also as a field of"
        " connection_init), else in the language of the viewer's locale, else in English.",
    )
    def name(self, info: Info) -> str:
        """The name in the reader's language."""
        return self.row.name_in(info.context.language)

    @planned(Translated("description"), "What it protects, in one or two sentences, in the same language as `name`.")
    def description(self, info: Info) -> str:
        """The description in the reader's language."""
        return self.row.description_in(info.context.language)


# The package of a row that refers to one.
PACKAGE = ToOne(Join("packages", on={"id": "package_id"}, shared=True))


async def load_package(info: Info, package_id: UUID) -> Package:
    """The package of a row that refers to one; the foreign key holds that it exists."""
    package = await info.context.packages.load_shown(package_id, Package.of)
    if package is None:
        raise LookupError("a row refers to a package that does not exist")
    return package
