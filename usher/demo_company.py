"""The made-up company of the demo, built by the same operations that everybody uses."""

from models.access.viewer import Viewer
from models.operations.licensing.assign_license import assign_license
from models.operations.people.add_domain import add_domain
from models.operations.people.add_user import add_user
from models.operations.people.approve_domain import approve_domain
from models.operations.purchasing.add_to_cart import add_to_cart
from models.operations.purchasing.proceed_to_purchase import proceed_to_purchase
from models.operations.purchasing.validate_purchase import validate_purchase
from models.operations.sign_in.open_account import open_account
from models.reads.packages import packages_on_sale
from models.reads.users import user_by_email
from models.rules.carts import read_cart
from models.tables import Role, User
from payments import make_provider
from usher.sign_in import sign_in

COMPANY = "Example Company"
DOMAIN = "example.com"
ADMINISTRATOR = f"admin@{DOMAIN}"

# First name, department as last name, locale.
PEOPLE = [
    ("Alex", "Accounting", "en"),
    ("Bobbie", "Purchasing", "en"),
    ("Camille", "Juridique", "fr-CA"),
    ("Dominique", "Ventes", "fr-CA"),
    ("Elliot", "Engineering", "en"),
    ("Frankie", "Support", "en"),
    ("Gabriel", "Finances", "fr-CA"),
    ("Harper", "Legal", "en"),
    ("Indigo", "Design", "en"),
    ("Jules", "Production", "fr-CA"),
    ("Kim", "Research", "en"),
    ("Lou", "Marketing", "en"),
]
SEATS = {"ECO": 5, "ADVANCED": 4, "PRO": 2}
GIVEN = {"ECO": 2, "ADVANCED": 3, "PRO": 1}


async def fill_demo_company(payments: str) -> bool:
    """Make the company unless it is there; tells whether it was made."""
    if await user_by_email(ADMINISTRATOR):
        return False
    await open_account(
        company_name=COMPANY,
        email=ADMINISTRATOR,
        first_name="Robin",
        last_name="Administration",
        locale="en",
        caller=None,
    )
    viewer = (await sign_in(ADMINISTRATOR)).viewer
    people = await _add_people(viewer)
    await _buy_seats(viewer, payments)
    await _give_seats(viewer, people)
    return True


async def _add_people(viewer: Viewer) -> list[User]:
    await add_domain(viewer, name=DOMAIN)
    await approve_domain(viewer.account_id, name=DOMAIN)
    return [
        await add_user(
            viewer,
            email=f"{first_name.lower()}@{DOMAIN}",
            first_name=first_name,
            last_name=last_name,
            locale=locale,
            role=Role.STANDARD,
        )
        for first_name, last_name, locale in PEOPLE
    ]


async def _buy_seats(viewer: Viewer, payments: str) -> None:
    for package in await packages_on_sale():
        if package.code in SEATS:
            await add_to_cart(viewer, package_id=package.id, quantity=SEATS[package.code])
    cart = await read_cart(viewer.cart_owner_id)
    purchase = (await validate_purchase(viewer, cart_version=str(cart.version))).purchase
    await proceed_to_purchase(
        viewer,
        purchase_id=purchase.id,
        accept_licenses=True,
        payment_method="pm_card_visa",
        idempotency_key="demo",
        provider=make_provider(payments),
    )


async def _give_seats(viewer: Viewer, people: list[User]) -> None:
    waiting = iter(people)
    for package in await packages_on_sale():
        for _ in range(GIVEN.get(package.code, 0)):
            await assign_license(viewer, user_id=next(waiting).id, package_id=package.id)
