"""Package."""

from functools import partial
from uuid import UUID

import strawberry

from api.schema.context import Info
from api.schema.enums import Term
from api.schema.ids import encode_id
from api.schema.node import Node
from api.schema.types.money import Money
from engine.sql.mappings import MIRRORS, Column, Embedded, Mirror, Translated, columns
from models import tables


@strawberry.type(description="A license package of the catalogue: what it protects, and what a seat of it costs.")
class Package(Node):
    """A license package."""

    row: strawberry.Private[tables.Package]
    code: str = strawberry.field(description="The stable public key: ECO, ADVANCED, PRO.")
    tier: int = strawberry.field(description="Position in its family; an upgrade goes to a strictly higher tier.")
    protects_message_body: bool = strawberry.field(description="Whether the text of a message is protected.")
    attachment_limit_megabytes: int | None = strawberry.field(
        description="Decimal megabytes per transmission; null when attachments are not protected."
    )
    signatory_limit: int | None = strawberry.field(description="Signers per document: 0 none, null any number.")
    collects_confidential_information: bool = strawberry.field(
        description="Whether confidential information can be collected from other people."
    )
    unit_price: Money = strawberry.field(description="Price of one seat for one term, before taxes.")
    term: Term = strawberry.field(description="The term that the price is for.")

    @strawberry.field(
        description="What people call it, in English or French: as Accept-Language prefers (also as a field of"
        " connection_init), else in the language of the viewer's locale, else in English."
    )
    def name(self, info: Info) -> str:
        """The name in the reader's language."""
        return self.row.name_in(info.context.language)

    @strawberry.field(description="What it protects, in one or two sentences, in the same language as `name`.")
    def description(self, info: Info) -> str:
        """The description in the reader's language."""
        return self.row.description_in(info.context.language)

    @classmethod
    def of(cls, row: tables.Package) -> "Package":
        """Present a row."""
        return cls(
            id=encode_id("Package", row.id),
            row=row,
            code=row.code,
            tier=row.tier,
            protects_message_body=row.protects_message_body,
            attachment_limit_megabytes=row.attachment_limit_megabytes,
            signatory_limit=row.signatory_limit,
            collects_confidential_information=row.collects_confidential_information,
            unit_price=Money(amount=row.unit_price, currency=row.currency),
            term=row.term,
        )


MIRRORS.add(
    Mirror(
        "Package",
        "packages",
        {
            "id": Column(("id",), partial(encode_id, "Package")),
            "name": Translated("name"),
            "description": Translated("description"),
            **columns("code", "tier", "protects_message_body", "attachment_limit_megabytes"),
            **columns("signatory_limit", "collects_confidential_information", "term"),
            "unitPrice": Embedded("Money", {"amount": Column(("unit_price",), str), **columns("currency")}),
        },
        shared=True,
    )
)


async def load_package(info: Info, package_id: UUID) -> Package:
    """The package of a row that refers to one; the foreign key holds that it exists."""
    package = await info.context.packages.load_shown(package_id, Package.of)
    if package is None:
        raise LookupError("a row refers to a package that does not exist")
    return package
