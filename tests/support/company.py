"""Making accounts, users and seats, by the operations that everybody uses."""

from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from models.access.credentials import issue_token
from models.access.secrets import new_secret
from models.access.viewer import Viewer
from models.database.clock import now
from models.operations.licensing.assign_license import assign_license
from models.operations.people.add_domain import add_domain
from models.operations.people.add_user import add_user
from models.operations.people.approve_domain import approve_domain
from models.operations.purchasing.add_to_cart import add_to_cart
from models.operations.purchasing.proceed_to_purchase import proceed_to_purchase
from models.operations.purchasing.validate_purchase import validate_purchase
from models.operations.sign_in.complete_sign_in import complete_sign_in
from models.operations.sign_in.open_account import open_account
from models.operations.sign_in.request_sign_in import SIGN_IN_LINK_LIFETIME
from models.reads.inventory import read_inventory
from models.reads.packages import packages_on_sale
from models.rules.carts import read_cart
from models.tables import License, Package, Purchase, Role, SessionKind, TokenPurpose, User
from payments import make_provider

_keys = count(1)


@dataclass
class Company:
    """An account as tests use it. `viewer` is its administrator."""

    domain: str
    administrator: User
    viewer: Viewer
    packages: dict[str, Package]
    users: list[User] = field(default_factory=list)

    @property
    def account_id(self) -> UUID:
        """The account's id."""
        return self.viewer.account_id

    async def add_user(self, name: str, *, locale: str = "en", role: Role = Role.STANDARD) -> User:
        """Add a user of the approved domain."""
        user = await add_user(
            self.viewer,
            email=f"{name.lower()}@{self.domain}",
            first_name=name,
            last_name="Example",
            locale=locale,
            role=role,
        )
        self.users.append(user)
        return user

    async def put_in_cart(self, **seats: int) -> None:
        """Put seats in the administrator's cart, e.g. PRO=2."""
        for code, quantity in seats.items():
            await add_to_cart(self.viewer, package_id=self.packages[code].id, quantity=quantity)

    async def validate(self) -> Purchase:
        """Validate the cart as it is."""
        cart = await read_cart(self.viewer.user_id)
        return (await validate_purchase(self.viewer, cart_version=str(cart.version))).purchase

    async def buy(self, **seats: int) -> Purchase:
        """Buy and pay seats, e.g. PRO=2."""
        await self.put_in_cart(**seats)
        purchase = await self.validate()
        done = await proceed_to_purchase(
            self.viewer,
            purchase_id=purchase.id,
            accept_licenses=True,
            payment_method="pm_card_visa",
            idempotency_key=f"buy {next(_keys)}",
            provider=make_provider("sandbox"),
        )
        return done.purchase

    async def assign(self, user: User, code: str) -> License:
        """Give a user a seat of a package."""
        done = await assign_license(self.viewer, user_id=user.id, package_id=self.packages[code].id)
        return done.license

    async def counts(self) -> dict[str, tuple[int, int, int]]:
        """Purchased, assigned and activated seats by package code."""
        codes = {package.id: code for code, package in self.packages.items()}
        inventory = await read_inventory(self.account_id)
        return {codes[pool.package_id]: (pool.purchased, pool.assigned, pool.activated) for pool in inventory.pools}

    async def access_token(self, user: User | None = None) -> str:
        """Sign a user, or the administrator, in; returns the bearer token."""
        secret = await sign_in_token(user or self.administrator)
        return (await complete_sign_in(token=secret, kind=SessionKind.BEARER)).secret


async def make_company(domain: str) -> Company:
    """Open an account with an approved domain and the users Ann, Ben and Cleo."""
    opened = await open_account(
        company_name=f"Company of {domain}",
        email=f"admin@{domain}",
        first_name="Ada",
        last_name="Admin",
        locale="en",
        caller=None,
    )
    viewer = await viewer_of_user(opened.user)
    packages = {package.code: package for package in await packages_on_sale()}
    company = Company(domain, opened.user, viewer, packages)
    await add_domain(viewer, name=domain)
    await approve_domain(viewer.account_id, name=domain)
    for name in ("Ann", "Ben", "Cleo"):
        await company.add_user(name)
    return company


async def viewer_of_user(user: User) -> Viewer:
    """Sign a user in and return the viewer."""
    secret = await sign_in_token(user)
    return (await complete_sign_in(token=secret, kind=SessionKind.BEARER)).viewer


async def sign_in_token(user: User) -> str:
    """A token as a sign-in mail would carry it."""
    secret = new_secret()
    await issue_token(secret, TokenPurpose.SIGN_IN, user, expires_at=now() + SIGN_IN_LINK_LIFETIME)
    return secret
