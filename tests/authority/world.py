"""Two accounts with a past, and everybody who calls."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from api.schema.ids import encode_id
from models.database.clock import now
from models.database.connection import fetch
from models.operations.integrations.create_api_key import create_api_key
from models.operations.people.change_user_role import change_user_role
from models.operations.purchasing.add_to_cart import add_to_cart
from models.operations.purchasing.validate_purchase import validate_purchase
from models.permissions import Permission
from models.reads.sessions import live_sessions
from models.tables import (
    ApiKey,
    ApiKeySecret,
    Cart,
    CartLine,
    Domain,
    DomainState,
    Event,
    License,
    Package,
    Purchase,
    PurchaseState,
    Role,
    Session,
    User,
)
from tests.authority.evidence import (
    Values,
    keys_in,
    texts_in,
    values_of_account,
    values_of_account_itself,
    values_of_inventory,
    values_of_secrets,
    values_of_user,
)
from tests.authority.rows import AllRows, account_of, decoded, read_all_rows, user_of
from tests.support.client import Client
from tests.support.company import Company, viewer_of_user
from tests.support.history import empty_database, make_history

Json = dict[str, Any]
CREATE_API_KEY = (
    "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input)"
    " { ... on ApiKeyCreated { apiKey { id } secret } } }"
)

ADD_TO_CART = "mutation ($input: AddToCartInput!) { addToCart(input: $input) { __typename } }"

# So many seats that every sum they are part of gives the account away.
SEATS = 7919


@dataclass(frozen=True)
class Belongings:
    """The rows of one user: something of everything. `newcomer` is another user of the account, without a license."""

    user: User
    newcomer: User
    license: License
    cart: Cart
    cart_line: CartLine
    purchase: Purchase
    domain: Domain
    package: Package
    other_package: Package
    session: Session
    seat_event: Event
    api_key: ApiKey
    revoked_api_key: ApiKey

    @property
    def account_id(self) -> UUID:
        """The account's id."""
        return self.user.account_id


@dataclass(frozen=True)
class Caller:
    """One who calls. Every answer is searched for what it must not show."""

    name: str
    client: Client
    belongings: Belongings | None
    must_not_see: Values
    # The id of the row of the key that they call with.
    api_key_id: str | None = None

    async def ask(self, document: str, may_see: Values | None = None, **variables: Any) -> Json:
        """Run a document and return the whole answer."""
        response = await self.client.http.post("/graphql", json={"query": document, "variables": variables})
        self.check(response.content, may_see, **variables)
        return response.json()

    def check(self, raw: bytes | str, may_see: Values | None = None, **sent: Any) -> None:
        """Fail when an answer shows what the caller has no right to know and has not sent."""
        shown = (self.must_not_see - (may_see or Values())).shown_in(raw, texts_in(sent))
        assert shown == set(), f"{self.name} was shown {shown} in {raw}"


@dataclass(frozen=True)
class World:
    """The account that is aimed at, the other one, and who calls."""

    ours: Company
    theirs: Company
    # The two who have something in the account that is aimed at: everything is tried on what is one's own, and not.
    administrator: Belongings
    standard: Belongings
    rows: AllRows
    callers: dict[str, Caller] = field(default_factory=dict)

    @property
    def account_id(self) -> str:
        """The account that is aimed at."""
        return str(self.ours.account_id)

    def owners(self) -> Iterator[Belongings]:
        """The targets, one after the other."""
        yield self.administrator
        yield self.standard

    def told_by(self, owner: Belongings) -> Values:
        """The values that the link in a mail to a user may show."""
        return values_of_user(self.rows, str(owner.user.id)) | values_of_account_itself(self.rows, self.account_id)

    def whose(self, keys: set[str], caller: Caller) -> str:
        """The owner of the rows that an answer shows, by their keys, in the words of the matrix."""
        shown = self.owned(keys)
        accounts = {self._accounts[key] for key in shown}
        if accounts <= {self.account_id}:
            return "own" if shown and shown <= self._own_keys(caller) else "allowed"
        return "elsewhere" if accounts == {str(self.theirs.account_id)} and caller.name == "other" else "both"

    def owned(self, keys: set[str]) -> set[str]:
        """Those keys that are of something that an account has."""
        return {key for key in keys if self._accounts.get(key)}

    @cached_property
    def _accounts(self) -> dict[str, str | None]:
        """The account of every row that has an id; what belongs to none has none."""
        return {row["id"]: account_of(table, row) for table, row in decoded(self.rows) if "id" in row}

    @cached_property
    def _users(self) -> dict[str, str | None]:
        """The user or API key whose own a row is, for every row that has an id."""
        return {row["id"]: user_of(table, row) for table, row in decoded(self.rows) if "id" in row}

    def _own_keys(self, caller: Caller) -> set[str]:
        owners = {caller.api_key_id} if caller.api_key_id else set[str]()
        if caller.belongings is not None:
            owners.add(str(caller.belongings.user.id))
        return {key for key, owner in self._users.items() if owner in owners} | owners


@asynccontextmanager
async def making_the_world(server_url: str) -> AsyncIterator[World]:
    """Let everything happen, and sign everybody in, or out."""
    await empty_database()
    history = await make_history()
    ours, theirs = history.company, history.other
    await _add_belongings(ours, seats=SEATS)
    await _add_belongings(theirs, seats=1)
    signed_out = await ours.add_user("Rita", role=Role.ADMINISTRATOR)
    too_late = await ours.add_user("Edgar", role=Role.ADMINISTRATOR)
    await fetch("UPDATE users SET first_name = first_name || ' of ' || split_part(email, '@', 2)")
    async with Client(server_url) as nobody:
        clients = {
            "nobody": nobody,
            "standard": nobody.signed_in(await ours.access_token(await _dora(ours))),
            "administrator": nobody.signed_in(await ours.access_token()),
            "other": nobody.signed_in(await theirs.access_token()),
            "revoked": nobody.signed_in(await ours.access_token(signed_out)),
            "expired": nobody.signed_in(await ours.access_token(too_late)),
        }
        keys = {
            "key": await _make_key(clients["administrator"], ["VIEW_INVENTORY"]),
            "full key": await _make_key(clients["administrator"], [permission.value for permission in Permission]),
        }
        clients |= {name: nobody.signed_in(made.secret) for name, made in keys.items()}
        await _fill_cart(clients["full key"], ours)
        assert await clients["revoked"].run("mutation { signOut { ok } }") == {"signOut": {"ok": True}}
        await Session.filter(user_id=too_late.id).update(expires_at=now())
        # Such that the search for it finds nothing else: four random characters are found in anything.
        for number, company in enumerate((ours, theirs), start=1):
            await ApiKeySecret.filter(account_id=company.account_id).update(hint=f"~^|{number}")
        world = World(
            ours,
            theirs,
            await _belongings_of(ours, ours.administrator),
            await _belongings_of(ours, await _dora(ours)),
            await read_all_rows(),
        )
        secret = values_of_account(world.rows, world.account_id)
        known = {
            "administrator": (world.administrator, values_of_secrets(world.rows)),
            "standard": (world.standard, secret - world.told_by(world.standard)),
            "other": (await _belongings_of(theirs, theirs.administrator), secret),
            "key": (None, secret - values_of_inventory(world.rows, world.account_id, keys["key"].id)),
            # It acts for the administrator, who made it, but with a cart of its own.
            "full key": (
                replace(world.administrator, cart=await Cart.get(api_key_id=keys["full key"].id)),
                values_of_secrets(world.rows),
            ),
        }
        for name, client in clients.items():
            made = keys.get(name)
            world.callers[name] = Caller(name, client, *known.get(name, (None, secret)), made and made.id)
        yield world


@dataclass(frozen=True)
class KeyMade:
    """A key that was just made: the id of its row, and its secret."""

    id: str
    secret: str


async def _make_key(client: Client, scopes: list[str]) -> KeyMade:
    """Have an administrator make a key, as everybody does."""
    given = {"name": f"Key for {len(scopes)}", "scopes": scopes}
    made = (await client.run(CREATE_API_KEY, input=given))["createApiKey"]
    (key,) = keys_in(made["apiKey"]["id"])
    return KeyMade(key, made["secret"])


async def _fill_cart(client: Client, company: Company) -> None:
    """Have a key put something in its cart, as everybody does."""
    given = {"packageId": encode_id("Package", company.packages["ADVANCED"].id), "quantity": 3}
    added = await client.run(ADD_TO_CART, input=given)
    assert added == {"addToCart": {"__typename": "CartChanged"}}


async def _dora(company: Company) -> User:
    """The standard user who was an administrator once, and bought."""
    return await User.get(email=f"dora@{company.domain}")


async def _add_belongings(company: Company, *, seats: int) -> None:
    """Give the administrator and a standard user something of everything."""
    await company.buy(ECO=seats)
    dora = await _dora(company)
    for user in (company.administrator, dora):
        await company.assign(user, "ECO")
    await change_user_role(company.viewer, user_id=dora.id, role=Role.ADMINISTRATOR)
    once = await viewer_of_user(dora)
    cart = await add_to_cart(once, package_id=company.packages["ADVANCED"].id, quantity=2)
    await validate_purchase(once, cart_version=str(cart.version))
    await create_api_key(once, name=f"Ledger of {company.domain}", scopes=[Permission.VIEW_BILLING])
    await change_user_role(company.viewer, user_id=dora.id, role=Role.STANDARD)
    await company.put_in_cart(PRO=2)
    await company.validate()


async def _belongings_of(company: Company, user: User) -> Belongings:
    lines = CartLine.filter(user_id=user.id)
    return Belongings(
        user=await User.get(id=user.id),
        newcomer=await User.get(email=f"ben@{company.domain}"),
        license=await License.get(user_id=user.id, ended_at=None),
        cart=await Cart.get(user_id=user.id),
        cart_line=(await lines)[0],
        purchase=await Purchase.get(buyer_id=user.id, api_key_id=None, state=PurchaseState.AWAITING_ACCEPTANCE),
        domain=await Domain.get(account_id=company.account_id, state=DomainState.APPROVED),
        package=company.packages["ECO"],
        other_package=company.packages["PRO"],
        seat_event=(await Event.filter(account_id=company.account_id).exclude(pools=None))[0],
        api_key=await ApiKey.get(account_id=company.account_id, name=f"Directory of {company.domain}"),
        revoked_api_key=await ApiKey.get(account_id=company.account_id, name=f"Pilot of {company.domain}"),
        session=(await live_sessions(company.account_id, user.id).read(1, newest_first=True))[0],
    )
