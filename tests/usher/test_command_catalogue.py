"""usher catalogue: the packages on sale, from a file."""

import tomllib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from models.errors import CartEmpty, NotFound
from models.operations.purchasing.add_to_cart import add_to_cart
from models.operations.purchasing.proceed_to_purchase import proceed_to_purchase
from models.reads.packages import packages_on_sale
from models.rules.carts import read_cart
from models.rules.catalogue import SHIPPED
from models.tables import CatalogueVersion, Package, Purchase
from payments import make_provider
from tests.support.company import Company
from tests.support.history import empty_database
from tests.support.refused_command import assert_one_line, assert_refused
from tests.support.unchanged import nothing_changes
from tests.usher.conftest import Run

ENTRY = """
[[package]]
code = "{code}"
name = "{name}"
description = "What {name} includes."
tier = {tier}
protects_message_body = true
collects_confidential_information = false
unit_price = "{price}"
term = "MONTH"
"""


def catalogue(*entries: str, currency: str = "CAD") -> str:
    return f'currency = "{currency}"\n' + "".join(entries)


def entry(code: str, price: str, *, name: str = "Package", tier: int = 1, more: str = "") -> str:
    return ENTRY.format(code=code, name=name, tier=tier, price=price) + more


@pytest.fixture(autouse=True)
async def shipped_catalogue(pool: None) -> AsyncIterator[None]:
    """The shipped packages and no others, for the test and for those after it."""
    await empty_database()
    yield
    await empty_database()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of the operator's own catalogue."""
    return tmp_path / "catalogue.toml"


async def on_sale() -> dict[str, tuple[str, str, int]]:
    """Code, name, price and tier of each package on sale, lowest tier first."""
    return {
        package.code: (package.name, f"{package.unit_price} {package.currency}", package.tier)
        for package in await packages_on_sale()
    }


async def test_a_file_becomes_the_catalogue(run: Run, db: None, file: Path) -> None:
    ids = {package.code: package.id for package in await Package.all()}
    more = 'attachment_limit_megabytes = 5\nsignatory_limit = 0\ntranslations.fr.description = "Tout."\n'
    file.write_text(
        catalogue(
            entry("GOLD_2", "0", name="Gold", tier=9), entry("ECO", "61.5", name="Éco", more=more), currency="EUR"
        )
    )
    done = await run("catalogue", str(file))
    assert (done.code, done.out, done.err) == (0, "2 packages are on sale.\n", "")
    assert await on_sale() == {"ECO": ("Éco", "61.50 EUR", 1), "GOLD_2": ("Gold", "0.00 EUR", 9)}
    eco = await Package.get(code="ECO")
    assert eco.id == ids["ECO"]
    assert (eco.attachment_limit_megabytes, eco.signatory_limit, eco.term) == (5, 0, "MONTH")
    assert eco.description_in("fr-CA") == "Tout."
    gold = await Package.get(code="GOLD_2")
    assert (gold.attachment_limit_megabytes, gold.signatory_limit, gold.translations) == (None, None, {})
    assert await Package.filter(on_sale=False).order_by("code").values_list("code", flat=True) == ["ADVANCED", "PRO"]


async def test_a_byte_order_mark_is_passed_over(run: Run, db: None, file: Path) -> None:
    file.write_text(catalogue(entry("ECO", "61.5", name="Éco")), "utf-8-sig")
    done = await run("catalogue", str(file))
    assert (done.code, done.out, done.err) == (0, "1 packages are on sale.\n", "")
    assert await on_sale() == {"ECO": ("Éco", "61.50 CAD", 1)}


async def test_without_a_file_it_is_the_shipped_one_again(run: Run, db: None, file: Path) -> None:
    before = await on_sale()
    loaded = (await CatalogueVersion.get()).version
    file.write_text(catalogue(entry("GOLD", "1")))
    await run("catalogue", str(file))
    done = await run("catalogue")
    assert (done.code, done.out, done.err) == (0, "3 packages are on sale.\n", "")
    assert await on_sale() == before
    assert list(before) == [entry["code"] for entry in tomllib.loads(SHIPPED.read_text())["package"]]
    # Its version moves with each load, and nothing else does.
    async with nothing_changes("catalogue_version"):
        assert (await run("catalogue")).code == 0
    (now_loaded,) = await CatalogueVersion.all()
    assert (now_loaded.name, now_loaded.version > loaded) == ("on sale", True)


async def test_a_new_price_is_for_new_purchases_and_frozen_ones_keep_theirs(
    run: Run, company: Company, file: Path
) -> None:
    await company.put_in_cart(ECO=2)
    frozen = await company.validate()
    file.write_text(catalogue(entry("ECO", "99.00")))
    await run("catalogue", str(file))
    cart = await read_cart(company.viewer.user_id)
    assert [(line.unit_price, line.total) for line in cart.lines] == [(Decimal("99.00"), Decimal("198.00"))]
    done = await proceed_to_purchase(
        company.viewer,
        purchase_id=frozen.id,
        accept_licenses=True,
        payment_method="pm_card_visa",
        idempotency_key="frozen",
        provider=make_provider("sandbox"),
    )
    assert done.purchase.total == Decimal("120.00")
    assert (await Purchase.get(id=frozen.id)).total == Decimal("120.00")
    later = await company.buy(ECO=1)
    assert later.total == Decimal("99.00")


async def test_a_package_left_out_goes_off_sale_and_leaves_the_carts(run: Run, company: Company, file: Path) -> None:
    ann, *_ = company.users
    await company.buy(PRO=1)
    license = await company.assign(ann, "PRO")
    await company.put_in_cart(ECO=1, PRO=2)
    file.write_text(catalogue(entry("ECO", "60.00")))
    await run("catalogue", str(file))
    cart = await read_cart(company.viewer.user_id)
    assert [(line.package_id, line.quantity) for line in cart.lines] == [(company.packages["ECO"].id, 1)]
    assert cart.total == Decimal("60.00")
    async with nothing_changes():
        with pytest.raises(NotFound):
            await add_to_cart(company.viewer, package_id=company.packages["PRO"].id, quantity=1)
    # Seats that were bought remain, and can still be assigned.
    assert (await company.counts())["PRO"] == (1, 1, 0)
    await license.refresh_from_db()
    assert license.ended_at is None


async def test_a_cart_of_nothing_but_packages_off_sale_is_empty(run: Run, company: Company, file: Path) -> None:
    await company.put_in_cart(PRO=2)
    file.write_text(catalogue(entry("ECO", "60.00")))
    await run("catalogue", str(file))
    async with nothing_changes():
        with pytest.raises(CartEmpty):
            await company.validate()


GOOD = catalogue(entry("ECO", "60.00"))
BAD = {
    "not TOML": "currency = ",
    "empty": "",
    "no package": 'currency = "CAD"',
    "an empty list of packages": 'currency = "CAD"\npackage = []',
    "no currency": entry("ECO", "60.00"),
    "a currency in lower case": catalogue(entry("ECO", "60.00"), currency="cad"),
    "a currency of four letters": catalogue(entry("ECO", "60.00"), currency="CADS"),
    "a code in lower case": catalogue(entry("eco", "60.00")),
    "an empty code": catalogue(entry("", "60.00")),
    "an empty name": catalogue(entry("ECO", "60.00", name="")),
    "a name too long": catalogue(entry("ECO", "60.00", name="x" * 101)),
    "a price below zero": catalogue(entry("ECO", "-0.01")),
    "a price of half cents": catalogue(entry("ECO", "60.005")),
    "a price that is no number": catalogue(entry("ECO", "NaN")),
    "a price too high": catalogue(entry("ECO", "10000000000.00")),
    "tier zero": catalogue(entry("ECO", "60.00", tier=0)),
    "a tier that no database holds": catalogue(entry("ECO", "60.00", tier=3_000_000_000)),
    "a limit that no database holds": catalogue(
        entry("ECO", "60.00", more="attachment_limit_megabytes = 3000000000\n")
    ),
    "a limit of zero": catalogue(entry("ECO", "60.00", more="attachment_limit_megabytes = 0\n")),
    "signatories below zero": catalogue(entry("ECO", "60.00", more="signatory_limit = -1\n")),
    "a word it does not know": catalogue(entry("ECO", "60.00", more="colour = 'red'\n")),
    "an unknown word in a translation": catalogue(entry("ECO", "60.00", more="translations.fr.colour = 'rouge'\n")),
    "a translation without a description": catalogue(entry("ECO", "60.00", more="translations.fr.name = 'Éco'\n")),
    "another term": GOOD.replace("MONTH", "WEEK"),
    "a text with a NUL": catalogue(entry("ECO", "60.00", name="Ec\\u0000o")),
    "a price in half yen": catalogue(entry("ECO", "60.50"), currency="JPY"),
    "a price in half yen, after a good one": catalogue(entry("ECO", "60"), entry("PRO", "0.01"), currency="KRW"),
    "a currency that is none": catalogue(entry("ECO", "60.00"), currency="XQQ"),
    "the currency of no currency": catalogue(entry("ECO", "60.00"), currency="XXX"),
    "a currency for tests": catalogue(entry("ECO", "60.00"), currency="XTS"),
    "gold": catalogue(entry("ECO", "60.00"), currency="XAU"),
    "a currency that is no more": catalogue(entry("ECO", "60.00"), currency="DEM"),
    "a currency of three decimals": catalogue(entry("ECO", "60"), currency="KWD"),
    "a price of 10 000 seats too high": catalogue(entry("ECO", "100000001.00"), currency="IRR"),
    "prices of 10 000 seats each too high together": catalogue(entry("ECO", "99999999"), entry("PRO", "1.00")),
    "the same code twice": catalogue(entry("ECO", "60.00"), entry("ECO", "61.00")),
}


@pytest.mark.parametrize("wrong", BAD)
async def test_a_bad_file_is_refused_in_one_line_and_changes_nothing(
    run: Run, db: None, file: Path, wrong: str
) -> None:
    file.write_text(BAD[wrong])
    async with nothing_changes():
        done = await run("catalogue", str(file))
    assert_one_line(done, f"{file} is no catalogue: ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BAD["a price in half yen"], "ECO: 60.50 has more decimals than JPY has"),
        (BAD["a currency that is none"], "XQQ is no currency of ISO 4217 that people pay in"),
        (BAD["a currency of three decimals"], "KWD has 3 decimals, and amounts are kept with 2"),
        (
            BAD["a price of 10 000 seats too high"],
            "10000 seats of every package cost more than a purchase can hold, 999999999999.99",
        ),
        (BAD["a currency in lower case"], "currency: String should match pattern '^[A-Z]{3}$'"),
        (BAD["tier zero"], "package.0.tier: Input should be greater than or equal to 1"),
        (BAD["the same code twice"], "the same code twice"),
    ],
)
async def test_a_bad_file_is_refused_with_the_reason(run: Run, db: None, file: Path, text: str, reason: str) -> None:
    file.write_text(text)
    done = await run("catalogue", str(file))
    assert done.err.rstrip().endswith(f"{file} is no catalogue: {reason}"), done.err


@pytest.mark.parametrize(
    ("currency", "price"),
    [
        ("JPY", "6050"),
        ("JPY", "6050.00"),
        ("RSD", "60.50"),
        ("IRR", "99999999"),
        ("XCG", "0.01"),
        ("BZD", "1"),
        ("XOF", "0"),
    ],
)
async def test_amounts_that_the_currency_has_are_taken(
    run: Run, db: None, file: Path, currency: str, price: str
) -> None:
    file.write_text(catalogue(entry("ECO", price), currency=currency))
    assert (await run("catalogue", str(file))).code == 0
    assert await on_sale() == {"ECO": ("Package", f"{Decimal(price):.2f} {currency}", 1)}


async def test_what_is_no_text_file_is_refused_in_one_line(run: Run, db: None, file: Path) -> None:
    async with nothing_changes():
        assert_one_line(await run("catalogue", str(file)), f"{file} is no catalogue: ")
        file.write_bytes(b"currency = '\xff'")
        not_text = "line 1 is not UTF-8 text; save it as UTF-8"
        assert_refused(await run("catalogue", str(file)), f"{file} is no catalogue: {not_text}")
        file.write_text(GOOD, "utf-16")
        utf_16 = "it is UTF-16 text, as PowerShell's > writes it; save it as UTF-8"
        assert_refused(await run("catalogue", str(file)), f"{file} is no catalogue: {utf_16}")
        assert_one_line(await run("catalogue", str(file.parent)), f"{file.parent} is no catalogue: ")
