"""Rules that two mechanisms hold: each holds them alone.

Constraints without the code are tried by test_refused_by_sql.py. Here the code is tried without the constraint of
the database, which is taken away while calls come at once: they come to the same as with it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from api.http.etags import entity_tag
from models.access.credentials import Authenticated
from models.access.viewer import Viewer
from models.database.clock import now
from models.database.connection import fetch
from models.errors import BusinessError, NotFound
from models.events.outbox import NewDelivery, StoredEvent, add_deliveries
from models.operations.licensing.assign_license import assign_license
from models.operations.licensing.change_license import change_license
from models.operations.licensing.transfer_license import transfer_license
from models.operations.people.add_domain import add_domain
from models.operations.people.approve_domain import approve_domain
from models.operations.people.change_user_role import change_user_role
from models.operations.people.withdraw_domain import withdraw_domain
from models.operations.purchasing.add_to_cart import add_to_cart
from models.operations.purchasing.proceed_to_purchase import proceed_to_purchase
from models.operations.purchasing.settle_payment import settle_payment
from models.operations.purchasing.validate_purchase import validate_purchase
from models.permissions import Permission
from models.rules.payment_provider import ChargeOutcome
from models.tables import (
    Cart,
    CartLine,
    Delivery,
    Domain,
    Event,
    License,
    Payment,
    PaymentState,
    Purchase,
    PurchaseState,
    Role,
    SeatGrant,
    User,
)
from payments import make_provider
from tests.database.test_declared import MIGRATIONS
from tests.support.company import Company, viewer_of_user
from tests.support.recorded import broken_invariants
from tests.support.unchanged import nothing_changes

Scenario = Callable[[Company], Awaitable[None]]
SCENARIOS: dict[str, Scenario] = {}
DEFINED = """
    SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname AS without,
        'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid)
        AS again
    FROM pg_constraint WHERE conname = $1 AND contype = 'c'
    UNION ALL
    SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE tgname = $1
    UNION ALL
    SELECT 'DROP INDEX ' || indexname, indexdef FROM pg_indexes WHERE indexname = $1
"""

# By the migrations' own words: PostgreSQL's, run again, become other words for the same.
UNIQUE = {name: columns for migration in MIGRATIONS for name, columns in getattr(migration, "UNIQUE", {}).items()}


def alone(rule: str) -> Callable[[Scenario], Scenario]:
    """Name the rule of the database that the code does without."""

    def keep(scenario: Scenario) -> Scenario:
        SCENARIOS[rule] = scenario
        return scenario

    return keep


@asynccontextmanager
async def without(rule: str) -> AsyncIterator[None]:
    """Have the database not know a CHECK, a trigger or a unique index while the block runs."""
    [found] = await fetch(DEFINED, rule)
    again = f"CREATE UNIQUE INDEX {rule} ON {UNIQUE[rule]}" if rule in UNIQUE else found["again"]
    await fetch(found["without"])
    try:
        yield
    finally:
        # Rows that break the rule would keep it from coming back, and the tests after this need it.
        try:
            await fetch(again)
        except Exception:
            await fetch("TRUNCATE accounts CASCADE")
            await fetch(again)
            raise


async def outcomes(*calls: Awaitable[Any]) -> Counter[str]:
    """The outcomes of concurrent calls: `done`, or the code of the refusal. Anything else fails the test."""

    async def outcome(call: Awaitable[Any]) -> str:
        try:
            await call
        except BusinessError as refused:
            return refused.code
        return "done"

    return Counter(await asyncio.gather(*map(outcome, calls)))


@alone("seat_pools_counters_check")
async def no_more_seats_are_given_than_there_are(company: Company) -> None:
    await company.buy(PRO=2, ECO=3)
    users = [*company.users, *[await company.add_user(f"User{number}") for number in range(3)]]
    pro, viewer = company.packages["PRO"].id, company.viewer
    ecos = [await company.assign(user, "ECO") for user in users[:3]]
    calls = [
        *(assign_license(viewer, user_id=user.id, package_id=pro) for user in users[3:]),
        *(change_license(viewer, license_id=license.id, package_id=pro) for license in ecos),
    ]
    assert await outcomes(*calls) == {"done": 2, "NO_SEAT_AVAILABLE": 4}
    assert (await company.counts())["PRO"] == (2, 2, 0)
    # Those who ask at once are answered by one statement.
    await company.buy(ADVANCED=3)
    more = [await company.add_user(f"More{number}") for number in range(12)]
    advanced = company.packages["ADVANCED"].id
    calls = [assign_license(viewer, user_id=user.id, package_id=advanced) for user in more]
    assert await outcomes(*calls) == {"done": 3, "NO_SEAT_AVAILABLE": 9}
    assert (await company.counts())["ADVANCED"] == (3, 3, 0)


@alone("licenses_live_key")
async def one_user_holds_one_license(company: Company) -> None:
    ann, ben, _ = company.users
    await company.buy(PRO=9, ECO=9)
    bens = await company.assign(ben, "ECO")
    calls = [
        *(
            assign_license(company.viewer, user_id=ann.id, package_id=company.packages[c].id)
            for c in ["PRO", "ECO"] * 4
        ),
        *(transfer_license(company.viewer, license_id=bens.id, to_user_id=ann.id) for _ in range(4)),
    ]
    found = await outcomes(*calls)
    assert found["done"] == 1
    assert found["ALREADY_LICENSED"] + found["NOT_FOUND"] == 11
    assert await License.filter(user_id=ann.id, ended_at=None).count() == 1


@alone("events_version_key")
async def versions_follow_each_other(company: Company) -> None:
    await company.buy(PRO=9)
    users = [await company.add_user(f"User{number}") for number in range(9)]
    calls = [assign_license(company.viewer, user_id=user.id, package_id=company.packages["PRO"].id) for user in users]
    names = [add_domain(company.viewer, name=f"d{number}.example.net") for number in range(4)]
    assert await outcomes(*calls, *names) == {"done": 13}
    versions = await Event.filter(account_id=company.account_id).order_by("version").values_list("version", flat=True)
    assert versions == list(range(1, len(versions) + 1))


@alone("idempotency_records_key")
async def one_key_is_one_wish(company: Company) -> None:
    await company.buy(PRO=9)
    wish = {"user_id": company.users[0].id, "package_id": company.packages["PRO"].id, "idempotency_key": "a wish"}
    assert await outcomes(*(assign_license(company.viewer, **wish) for _ in range(12))) == {"done": 12}
    assert await License.all().count() == 1
    purchase = await _waiting(company)
    assert await outcomes(*(_pay(company, purchase, "a wish") for _ in range(4))) == {"done": 4}
    assert await Payment.filter(purchase_id=purchase.id).count() == 1


@alone("purchases_owner_waiting_key")
async def one_purchase_waits(company: Company) -> None:
    await company.put_in_cart(PRO=2)
    version = str((await Cart.get(user_id=company.administrator.id)).version)
    assert await outcomes(*(validate_purchase(company.viewer, cart_version=version) for _ in range(6))) == {"done": 6}
    states = Counter(await Purchase.all().values_list("state", flat=True))
    assert states == {PurchaseState.CANCELLED: 5, PurchaseState.AWAITING_ACCEPTANCE: 1}


@alone("payments_open_key")
async def one_payment_is_under_way(company: Company) -> None:
    purchase = await _waiting(company)
    method = "pm_card_threeDSecureRequired"
    calls = [_pay(company, purchase, f"wish {number}", method) for number in range(5)]
    assert await outcomes(*calls) == {"done": 1, "PURCHASE_NOT_OPEN": 4}
    assert await Payment.all().count() == 1


@alone("payments_succeeded_key")
async def a_purchase_is_paid_once(company: Company) -> None:
    purchase = await _waiting(company)
    calls = [_pay(company, purchase, f"wish {number}") for number in range(5)]
    assert await outcomes(*calls) == {"done": 1, "PURCHASE_NOT_OPEN": 4}
    assert await Payment.filter(state=PaymentState.SUCCEEDED).count() == 1


@alone("purchases_owner_cart_key")
async def a_cart_is_bought_once(company: Company) -> None:
    first = await _waiting(company)
    await _pay(company, first, "the first", "pm_card_threeDSecureRequired")
    second = await company.validate()
    assert await outcomes(*(_pay(company, second, f"wish {number}") for number in range(3))) == {
        "PURCHASE_NOT_OPEN": 3
    }
    assert (await company.counts())["PRO"] == (0, 0, 0)


@alone("seat_grants_line_key")
async def an_outcome_is_recorded_once(company: Company) -> None:
    purchase = await _waiting(company)
    await _pay(company, purchase, "a wish", "pm_card_threeDSecureRequired")
    payment = await Payment.get(purchase_id=purchase.id)
    paid = ChargeOutcome(PaymentState.SUCCEEDED)
    assert await outcomes(*(settle_payment(payment, paid) for _ in range(5))) == {"done": 5}
    assert await SeatGrant.all().count() == 1
    assert (await company.counts())["PRO"] == (2, 0, 0)


@alone("domains_account_name_key")
async def a_domain_is_claimed_once(company: Company) -> None:
    assert await outcomes(*(add_domain(company.viewer, name="d.example.net") for _ in range(6))) == {"done": 6}
    assert await Domain.filter(name="d.example.net").count() == 1


@alone("users_administrator")
async def one_administrator_stays(company: Company) -> None:
    dora = await company.add_user("Dora", role=Role.ADMINISTRATOR)
    doras = await viewer_of_user(dora)
    found = await outcomes(
        change_user_role(company.viewer, user_id=dora.id, role=Role.STANDARD),
        change_user_role(doras, user_id=company.administrator.id, role=Role.STANDARD),
        change_user_role(company.viewer, user_id=company.administrator.id, role=Role.STANDARD),
        change_user_role(doras, user_id=dora.id, role=Role.STANDARD),
    )
    # A user who is standard already is made so again without a change.
    assert found["done"] in {1, 2}
    assert await User.filter(account_id=company.account_id, role=Role.ADMINISTRATOR).count() == 1


@alone("cart_lines_quantity_check")
async def a_cart_holds_ten_thousand_of_a_package(company: Company) -> None:
    pro = company.packages["PRO"].id
    calls = [add_to_cart(company.viewer, package_id=pro, quantity=3_000) for _ in range(5)]
    assert await outcomes(*calls) == {"done": 3, "INVALID_INPUT": 2}
    assert await CartLine.all().values_list("quantity", flat=True) == [9_000]


@pytest.mark.parametrize("rule", SCENARIOS)
async def test_the_code_alone_holds_the_rule(company: Company, rule: str) -> None:
    async with without(rule):
        await SCENARIOS[rule](company)
        assert await broken_invariants() == {}


async def test_a_notice_to_somebody_of_another_account_is_never_written(
    company: Company, other_company: Company
) -> None:
    await company.buy(PRO=1)
    license = await company.assign(company.users[0], "PRO")
    columns = ("id", "account_id", "type", "actor_id", "occurred_at", "data")
    event = StoredEvent(**(await Event.filter(id=license.link_event_id).values(*columns))[0])
    stranger, holder = other_company.users[0].id, company.users[0].id
    await add_deliveries([NewDelivery(event, "mail.license_assigned", stranger, in_order=True)], now())
    assert await Delivery.all().count() == 0
    await add_deliveries([NewDelivery(event, "mail.license_assigned", holder, in_order=True)], now())
    assert await Delivery.all().values_list("account_id", "recipient_id") == [(company.account_id, holder)]


SEEN = Authenticated(
    Viewer(
        account_id=uuid4(),
        permissions=frozenset([Permission.VIEW_INVENTORY]),
        credential_id=uuid4(),
        buyer_id=uuid4(),
        user_id=uuid4(),
    ),
    account_version=7,
    event_id=uuid4(),
    catalogue_version=3,
)
# Viewers with the same rights get the same answer. The language of a locale is in the digest.
SAME_ANSWER = {"credential_id", "buyer_id", "user_id", "api_key_id", "rights", "locale"}
OTHERS: dict[str, Any] = {
    "account_version": SEEN._replace(account_version=8),
    "event_id": SEEN._replace(event_id=uuid4()),
    "catalogue_version": SEEN._replace(catalogue_version=4),
    "account_id": SEEN._replace(viewer=SEEN.viewer._replace(account_id=uuid4())),
    "permissions": SEEN._replace(viewer=SEEN.viewer._replace(permissions=frozenset())),
    "more permissions": SEEN._replace(viewer=SEEN.viewer._replace(permissions=frozenset(Permission))),
    "another permission": SEEN._replace(
        viewer=SEEN.viewer._replace(permissions=frozenset([Permission.ASSIGN_LICENSES]))
    ),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_each_thing_that_an_answer_depends_on_makes_another_tag(other: Authenticated) -> None:
    assert entity_tag(other, b"digest") != entity_tag(SEEN, b"digest")
    assert entity_tag(other, b"digest") == entity_tag(other._replace(viewer=other.viewer._replace()), b"digest")


def test_another_question_has_another_tag() -> None:
    assert entity_tag(SEEN, b"digest") != entity_tag(SEEN, b"another")


def test_whatever_is_known_of_who_asks_is_in_the_tag_or_makes_no_other_answer() -> None:
    known = {*Viewer._fields, *Authenticated._fields} - {"viewer"}
    assert known - SAME_ANSWER == {name for name in OTHERS if "permission" not in name} | {"permissions"}


async def _waiting(company: Company) -> Purchase:
    await company.put_in_cart(PRO=2)
    return await company.validate()


async def _pay(company: Company, purchase: Purchase, key: str, method: str = "pm_card_visa") -> None:
    await proceed_to_purchase(
        company.viewer,
        purchase_id=purchase.id,
        accept_licenses=True,
        payment_method=method,
        idempotency_key=key,
        provider=make_provider("sandbox"),
    )


@pytest.mark.parametrize("operation", [approve_domain, withdraw_domain])
async def test_the_operator_s_operations_refuse_a_domain_that_nobody_claimed(
    company: Company, other_company: Company, operation: Callable[..., Awaitable[Domain]]
) -> None:
    async with nothing_changes():
        for name in ("nobody.example.net", other_company.domain):
            with pytest.raises(NotFound):
                await operation(company.account_id, name=name)
