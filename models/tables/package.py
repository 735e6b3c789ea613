"""Packages of licenses."""

from decimal import Decimal
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models.database.ids import new_id
from models.money.periods import Term
from models.tables.hydration import Row


class Package(Row, Model):
    """A license package. The catalogue file is its source; `code` is the stable public key."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    code = fields.CharField(max_length=40)
    name = fields.CharField(max_length=100)
    description = fields.CharField(max_length=500)
    tier = fields.IntField()
    protects_message_body = fields.BooleanField()
    attachment_limit_megabytes = fields.IntField(null=True)
    signatory_limit = fields.IntField(null=True)
    collects_confidential_information = fields.BooleanField()
    unit_price: Decimal = fields.DecimalField(max_digits=12, decimal_places=2)
    currency = fields.CharField(max_length=3)
    term = fields.CharEnumField(Term, max_length=10)
    on_sale = fields.BooleanField(default=True)
    translations: dict[str, dict[str, str]] = fields.JSONField(default=dict)

    class Meta(Model.Meta):
        table = "packages"

    def name_in(self, locale: str) -> str:
        """The name in the language of a BCP 47 locale, in English where there is no translation."""
        return self._translated("name", locale) or self.name

    def description_in(self, locale: str) -> str:
        """The same of the description."""
        return self._translated("description", locale) or self.description

    def _translated(self, text: str, locale: str) -> str | None:
        return self.translations.get(locale.split("-", maxsplit=1)[0], {}).get(text)
