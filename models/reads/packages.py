"""Finding packages."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from uuid import UUID

from models.database.coalescing import fetch_together
from models.database.connection import fetch
from models.errors import InvalidInput
from models.reads.conditions import Condition
from models.reads.rows import rows_where
from models.tables import Package

_ALL_KNOWN = (
    "NOT EXISTS (SELECT FROM unnest({value}::text[]) AS given (code)"
    " WHERE NOT EXISTS (SELECT FROM packages WHERE packages.code = given.code))"
)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}\Z")


def package_code(given: str) -> str:
    """A code in the catalogue's spelling; empty where no package can have it."""
    code = given.upper() if given.isascii() else ""
    return code if _CODE.match(code) else ""


def codes_condition(sql: str, given: Iterable[str]) -> Condition:
    """A condition on the codes of packages, `{value}` in its SQL; each code must be a package's."""
    return Condition(sql, [package_code(each) for each in given], requires=_ALL_KNOWN)


async def require_known_codes(given: Sequence[str], *path: str) -> None:
    """Refuse a code of no package, on sale or not: most likely it is misspelt. Raises InvalidInput with the path."""
    codes = [package_code(each) for each in given]
    rows = await fetch("SELECT code FROM packages WHERE code = ANY($1)", codes)
    known = {row["code"] for row in rows}
    bad = [_what_is_wrong(code) for code in dict.fromkeys(codes) if code not in known]
    if bad:
        raise InvalidInput([(path, text) for text in bad])


def _what_is_wrong(code: str) -> str:
    return f"No package has the code {code}." if code else "Not the code of a package, for example PRO."


# Packages that can be bought.
ON_SALE = Condition("{row}.on_sale")


async def packages_on_sale() -> list[Package]:
    """Packages that can be bought, lowest tier first."""
    return await Package.filter(on_sale=True).order_by("tier", "code")


async def packages_by_id(ids: Sequence[UUID]) -> dict[UUID, Package]:
    """Packages by id, off sale too: what was bought keeps its package."""
    return {package.id: package for package in await rows_where(Package, "id = ANY($1)", list(ids))}


async def package_by_id(package_id: UUID) -> Package:
    """A package, off sale too; concurrent calls are coalesced into one statement. Raises LookupError."""
    row = await fetch_together(_by_id(), (package_id,))
    _, *columns = row.values()
    if columns[0] is None:
        raise LookupError(f"no package {package_id}")
    (package,) = Package.of_records([columns])
    return package


@cache
def _by_id() -> str:
    columns = ", ".join(f'package."{column}"' for column in Package.columns())
    return f"""
        SELECT caller_number, {columns}
        FROM unnest((SELECT $1::uuid[])) WITH ORDINALITY AS asked (id, caller_number)
        CROSS JOIN (SELECT $2::timestamptz AS moment) AS asked_at
        LEFT JOIN packages AS package ON package.id = asked.id
    """  # noqa: S608 - names of columns
