"""The packages on sale, as a file that an operator edits."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.database.connection import fetch, transaction
from models.database.ids import new_id
from models.database.json import to_json
from models.rules.currencies import currency_problem, has_too_many_decimals
from models.rules.inputs import MAX_QUANTITY
from models.rules.purchases import MOST_TOTAL
from models.text.text_files import read_utf8

SHIPPED = Path(__file__).with_name("catalogue.toml")


# GraphQL's Int.
MAX_INT = 2**31 - 1
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
Text100 = Annotated[str, Field(min_length=1, max_length=100, pattern=PRINTABLE)]
Text500 = Annotated[str, Field(min_length=1, max_length=500, pattern=PRINTABLE)]


class Translation(BaseModel):
    """The name and description of a package in another language; those that are missing are the English ones."""

    model_config = ConfigDict(extra="forbid")

    name: Text100 | None = None
    description: Text500


class PackageEntry(BaseModel):
    """One package of a catalogue file; sizes in decimal megabytes, prices in the catalogue's currency."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")
    name: Text100
    description: Text500
    tier: int = Field(ge=1, le=MAX_INT)
    protects_message_body: bool
    attachment_limit_megabytes: int | None = Field(default=None, gt=0, le=MAX_INT)
    signatory_limit: int | None = Field(default=None, ge=0, le=MAX_INT)
    collects_confidential_information: bool
    unit_price: Decimal = Field(ge=0, max_digits=12, decimal_places=2)
    term: Literal["MONTH", "YEAR"]
    translations: dict[str, Translation] = {}


class Catalogue(BaseModel):
    """A whole catalogue file: one currency (ISO 4217) and its packages."""

    model_config = ConfigDict(extra="forbid")

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    package: list[PackageEntry] = Field(min_length=1)

    @model_validator(mode="after")
    def _refuse_doubles(self) -> Self:
        codes = [entry.code for entry in self.package]
        if len(codes) != len(set(codes)):
            raise ValueError("the same code twice")
        return self

    @model_validator(mode="after")
    def _refuse_amounts_that_cannot_be_charged(self) -> Self:
        if problem := currency_problem(self.currency):
            raise ValueError(problem)
        for entry in self.package:
            if has_too_many_decimals(self.currency, entry.unit_price):
                raise ValueError(f"{entry.code}: {entry.unit_price} has more decimals than {self.currency} has")
        if MAX_QUANTITY * sum(entry.unit_price for entry in self.package) > MOST_TOTAL:
            raise ValueError(
                f"{MAX_QUANTITY} seats of every package cost more than a purchase can hold, {MOST_TOTAL}"
            )
        return self


def read_catalogue(path: Path) -> Catalogue:
    """Read a catalogue file. Raises OSError, and ValueError, also as TOMLDecodeError and ValidationError."""
    return Catalogue.model_validate(tomllib.loads(read_utf8(path)))


async def load_shipped_catalogue() -> None:
    """Add the shipped packages to a database that has none."""
    if not await fetch("SELECT FROM packages LIMIT 1"):
        await load_catalogue(read_catalogue(SHIPPED))


async def load_catalogue(catalogue: Catalogue) -> None:
    """Make the catalogue the packages on sale: known codes are updated, codes it leaves out go off sale.

    Purchases keep the prices they were validated at, and licenses of a package off sale go on.
    """
    async with transaction():
        await fetch("UPDATE packages SET on_sale = false")
        for entry in catalogue.package:
            await _upsert(entry, catalogue.currency)
        # By the clock, so that no version comes again after a backup was restored.
        await fetch(
            "INSERT INTO catalogue_version AS kept (name, version)"
            " VALUES ('on sale', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)"
            " ON CONFLICT (name) DO UPDATE SET version = greatest(kept.version + 1, excluded.version)"
        )


async def _upsert(entry: PackageEntry, currency: str) -> None:
    translations = to_json(entry.model_dump(exclude_none=True)["translations"])
    values: dict[str, Any] = entry.model_dump() | {
        "currency": currency,
        "on_sale": True,
        "translations": translations,
    }
    columns = ", ".join(values)
    places = ", ".join(f"${place}" for place in range(2, len(values) + 2))
    await fetch(
        f"INSERT INTO packages (id, {columns}) VALUES ($1, {places})"  # noqa: S608 - names of our own fields
        f" ON CONFLICT (code) DO UPDATE SET ({columns}) = ({places})",
        new_id(),
        *values.values(),
    )
