"""Idempotency keys, deliveries and requests for sign-in links: deleted after a time that is set, and nothing else."""

import asyncio
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Any

import pytest

from jobs.relay import Relay
from jobs.send_mail import MailSender
from mailers.config import MailConfig
from mailers.transport import SmtpServer
from models.access.anonymous_caller import AnonymousCaller, Network
from models.database.clock import now
from models.database.connection import execute_many, fetch, transaction
from models.database.ids import new_id
from models.operations.licensing.assign_license import assign_license
from models.operations.licensing.remove_license import remove_license
from models.operations.purchasing.reconcile_payments import reconcile_payments
from models.operations.purchasing.settle_payment import settle_payment
from models.operations.sign_in.request_sign_in import request_sign_in
from models.operations.upkeep.forget_expired import (
    BATCH,
    DELIVERIES,
    IDEMPOTENCY_RECORDS,
    RAISE_WATERMARK,
    forget_expired,
)
from models.rules.retention import Retention
from models.tables import Delivery, IdempotencyRecord, Payment, PaymentState, PurchaseState
from payments import make_provider
from tests.support.company import Company
from tests.support.mails import run_until_idle
from tests.support.paying import Unavailable, pay_with
from tests.support.queue import waiting
from tests.support.recorded import broken_invariants
from tests.support.smtp import MailServer
from tests.support.unchanged import nothing_changes

NOTICES = "every relayed license event has its notices"
A_SECOND = timedelta(seconds=1)
# Other times than the defaults, and each another.
RETENTION = Retention(
    credentials=timedelta(days=11),
    idempotency_keys=timedelta(days=12),
    deliveries=timedelta(days=13),
    sign_in_requests=timedelta(days=14),
)
# Table, the column that counts, and how long a row is kept.
KEPT = [
    ("tokens", "expires_at", RETENTION.credentials),
    ("sessions", "expires_at", RETENTION.credentials),
    ("idempotency_records", "created_at", RETENTION.idempotency_keys),
    ("deliveries", "sent_at", RETENTION.deliveries),
    ("sign_in_requests", "requested_at", RETENTION.sign_in_requests),
]


@pytest.fixture
async def worked(company: Company, relay: Relay) -> Company:
    """A company with sent notices, used keys, links, and two requests for links that no relay has looked at."""
    await company.buy(PRO=3)
    for user in company.users[:2]:
        await give(company, user.id, key=f"give {user.email}")
        await company.access_token(user)
    await run_until_idle(relay)
    for user in company.users[:2]:
        await request_sign_in(email=user.email, caller=AnonymousCaller((Network("192.0.2.1"),), 100, 1, 1))
    return company


async def give(company: Company, user_id: Any, *, key: str) -> Any:
    """Give a user a seat with an idempotency key."""
    package = company.packages["PRO"]
    return await assign_license(company.viewer, user_id=user_id, package_id=package.id, idempotency_key=key)


async def count(table: str) -> int:
    return (await fetch(f"SELECT count(*) FROM {table}"))[0]["count"]


async def let_pass(table: str, column: str, at: datetime) -> None:
    """Have all rows of a table end at a moment; no notice is sent before its event was relayed."""
    await fetch(f"UPDATE {table} SET {column} = $1", at)
    if table == "deliveries":
        await fetch("UPDATE events SET relayed_at = $1 WHERE relayed_at IS NOT NULL", at)


@pytest.mark.parametrize(("table", "column", "kept"), KEPT, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_row_is_deleted_when_its_own_retention_is_over_and_not_before(
    worked: Company, table: str, column: str, kept: timedelta
) -> None:
    moment, before = now(), await count(table)
    assert before >= 2
    await let_pass(table, column, moment - kept)
    async with nothing_changes():
        assert await forget_expired(moment, RETENTION) == 0
    async with nothing_changes(table, "retention_watermarks"):
        assert await forget_expired(moment + A_SECOND, RETENTION) == before
    assert await count(table) == 0
    assert await broken_invariants() == {}


async def test_a_delivery_that_was_given_up_is_kept_as_long_as_one_that_was_sent(worked: Company) -> None:
    moment, before = now(), await count("deliveries")
    await fetch("UPDATE deliveries SET sent_at = NULL, failed_at = $1", moment - RETENTION.deliveries)
    assert await forget_expired(moment, RETENTION) == 0
    assert await forget_expired(moment + A_SECOND, RETENTION) == before


async def test_an_open_delivery_is_never_deleted(worked: Company) -> None:
    await fetch("UPDATE deliveries SET sent_at = NULL, due_at = $1, leased_until = $1", now() - timedelta(days=900))
    async with nothing_changes():
        assert await forget_expired(now(), RETENTION) == 0


async def test_a_request_that_a_relay_never_looked_at_is_deleted_and_mails_nobody(
    worked: Company, relay: Relay, mail_server: MailServer
) -> None:
    await let_pass("sign_in_requests", "requested_at", now() - RETENTION.sign_in_requests - A_SECOND)
    mail_server.tries.clear()
    assert await forget_expired(now(), RETENTION) == 2
    await run_until_idle(relay)
    assert mail_server.tries == []


async def test_the_relay_deletes_by_the_retention_that_it_is_given(
    worked: Company, mail_server: MailServer, mail_config: MailConfig
) -> None:
    worked_relay = relay_with(mail_server, mail_config, Retention())
    await run_until_idle(worked_relay)
    await let_pass("deliveries", "sent_at", now() - timedelta(days=20))
    await let_pass("idempotency_records", "created_at", now() - timedelta(days=20))
    async with nothing_changes():
        await worked_relay.round(now() + timedelta(hours=2))
    await relay_with(mail_server, mail_config, RETENTION).round(now())
    assert [await count("deliveries"), await count("idempotency_records")] == [0, 0]
    assert await broken_invariants() == {}


def relay_with(mail_server: MailServer, mail_config: MailConfig, retention: Retention) -> Relay:
    server = SmtpServer.from_url(f"smtp://127.0.0.1:{mail_server.port}?starttls=never")
    return Relay(MailSender(server, mail_config), make_provider("sandbox"), retention)


async def test_a_batch_has_the_oldest_rows_and_the_next_goes_on(worked: Company) -> None:
    moment = now()
    end = moment - RETENTION.idempotency_keys
    await let_pass("idempotency_records", "created_at", moment)
    kept = await count("idempotency_records")
    await add_records(worked, BATCH + 3, newest=end - A_SECOND)
    assert await forget_expired(moment, RETENTION) == BATCH
    oldest = await fetch("SELECT created_at FROM idempotency_records ORDER BY created_at LIMIT 3")
    assert [row["created_at"] for row in oldest] == [end - number * A_SECOND for number in (3, 2, 1)]
    assert await forget_expired(moment, RETENTION) == 3
    assert await forget_expired(moment, RETENTION) == 0
    assert await count("idempotency_records") == kept


async def add_records(company: Company, number: int, *, newest: datetime) -> None:
    """Add answered keys, one for each second up to a moment."""
    await fetch(
        "INSERT INTO idempotency_records (id, account_id, operation, key, input_hash, answer, created_at)"
        " SELECT gen_random_uuid(), $1, 'assignLicense', 'old ' || series, sha256('x'), '{}',"
        " $3::timestamptz - (series - 1) * interval '1 second' FROM generate_series(1, $2) AS series",
        company.account_id,
        number,
        newest,
    )


async def test_a_key_that_was_forgotten_assigns_anew_or_finds_what_is_in_the_way(company: Company) -> None:
    await company.buy(PRO=2)
    ann = company.users[0]
    first = await give(company, ann.id, key="a wish")
    await let_pass("idempotency_records", "created_at", now() - timedelta(days=31))
    assert await forget_expired(now()) >= 1
    with pytest.raises(Exception, match="already") as refused:
        await give(company, ann.id, key="a wish")
    assert type(refused.value).__name__ == "AlreadyLicensed"
    await remove_license(company.viewer, license_id=first.license.id)
    again = await give(company, ann.id, key="a wish")
    assert again.license.id != first.license.id
    assert await broken_invariants() == {}


async def test_a_key_of_a_payment_that_is_not_settled_is_kept_and_answers_once_it_is(company: Company) -> None:
    await company.put_in_cart(PRO=2)
    purchase = await company.validate()
    done = await pay_with(Unavailable(charges=True), company, purchase)
    assert done.purchase.state is PurchaseState.AWAITING_PAYMENT
    await let_pass("idempotency_records", "created_at", now() - timedelta(days=400))
    async with nothing_changes():
        assert await forget_expired(now()) == 0
    assert await reconcile_payments(make_provider("sandbox"), moment=now() + timedelta(hours=1)) == 1
    settled = await pay_with(Unavailable(charges=False), company, purchase)
    assert (settled.purchase.id, settled.purchase.state) == (purchase.id, PurchaseState.COMPLETED)


async def test_a_payment_that_is_settled_twice_while_its_key_is_deleted_answers_as_it_is(company: Company) -> None:
    purchase = await company.buy(PRO=2)
    payment = await Payment.get(purchase_id=purchase.id)
    await let_pass("idempotency_records", "created_at", now() - timedelta(days=31))
    assert await forget_expired(now()) == 1
    async with nothing_changes():
        # As a call does that asked the provider before another recorded what it said.
        done = await settle_payment(payment, await make_provider("sandbox").charge(payment))
    assert (done.payment.state, done.purchase.state) == (PaymentState.SUCCEEDED, PurchaseState.COMPLETED)
    assert await IdempotencyRecord.all().count() == 0


async def test_verify_misses_no_notice_that_was_deleted_and_every_other(worked: Company) -> None:
    moment = now()
    await let_pass("deliveries", "sent_at", moment - RETENTION.deliveries - A_SECOND)
    assert await forget_expired(moment, RETENTION) > 0
    assert await fetch("SELECT * FROM retention_watermarks") == [
        {"name": "deliveries", "deleted_before": moment - RETENTION.deliveries}
    ]
    assert await broken_invariants() == {}
    await fetch("UPDATE events SET relayed_at = $1", moment - RETENTION.deliveries + timedelta(days=1))
    broken = await broken_invariants()
    assert list(broken) == [NOTICES]
    assert {(row["type"], row["notices"]) for row in broken[NOTICES]} == {("license.assigned", 0)}


async def test_verify_finds_a_notice_too_many_of_an_old_event(worked: Company) -> None:
    moment = now()
    await fetch("UPDATE events SET relayed_at = $1", moment - timedelta(days=400))
    await fetch("INSERT INTO retention_watermarks VALUES ('deliveries', $1)", moment - timedelta(days=1))
    delivery = await Delivery.filter(consumer="mail.license_assigned").first()
    assert delivery is not None
    await execute_many(
        "INSERT INTO deliveries SELECT (jsonb_populate_record(this, jsonb_build_object('id', $2::uuid,"
        " 'consumer', 'mail.again'))).* FROM deliveries AS this WHERE id = $1",
        [(delivery.id, new_id())],
    )
    assert list(await broken_invariants()) == [NOTICES]


async def test_a_watermark_never_falls(worked: Company) -> None:
    moment = now()
    await let_pass("deliveries", "sent_at", moment - timedelta(days=500))
    longer = Retention(deliveries=timedelta(days=100))
    await forget_expired(moment, RETENTION)
    raised = await fetch("SELECT * FROM retention_watermarks")
    await company_notice(worked, moment - timedelta(days=200))
    assert await forget_expired(moment, longer) == 1
    assert await fetch("SELECT * FROM retention_watermarks") == raised


async def company_notice(company: Company, sent_at: datetime) -> None:
    """One more notice that was sent at a moment."""
    await fetch(
        "INSERT INTO deliveries"
        " (id, account_id, event_id, consumer, recipient_id, in_order, attempts, due_at, sent_at)"
        " SELECT gen_random_uuid(), account_id, id, 'mail.more', $2, true, 1, $1, $1 FROM events"
        " WHERE account_id = $3 LIMIT 1",
        sent_at,
        company.administrator.id,
        company.account_id,
    )


async def test_nothing_is_recorded_where_nothing_was_deleted(worked: Company) -> None:
    await forget_expired(now(), RETENTION)
    assert await fetch("SELECT * FROM retention_watermarks") == []


async def test_calls_and_relays_go_on_while_a_batch_is_being_deleted(company: Company, relay: Relay) -> None:
    await company.buy(PRO=5)
    ann, ben, cleo = company.users
    first = await give(company, ann.id, key="an old wish")
    await run_until_idle(relay)
    long_ago = now() - timedelta(days=400)
    await let_pass("idempotency_records", "created_at", long_ago)
    await let_pass("deliveries", "sent_at", long_ago)
    outside = copy_context()

    async def meanwhile() -> None:
        # The first answer, as the deletion is not committed; and two that write to the same tables.
        assert (await give(company, ann.id, key="an old wish")).license.id == first.license.id
        await give(company, ben.id, key="a new wish")
        await company.buy(ECO=1)
        await run_until_idle(relay)
        await give(company, cleo.id, key="another")
        await run_until_idle(relay)

    async with transaction():
        assert await forget_expired_inside(now()) >= 3
        async with asyncio.timeout(20):
            calls = asyncio.create_task(meanwhile(), context=outside)
            while not calls.done():
                assert await waiting() == 0
            await calls
    assert await Delivery.filter(sent_at__isnull=False, consumer="mail.license_assigned").count() == 2
    assert await broken_invariants() == {}


async def forget_expired_inside(moment: datetime) -> int:
    """The number of rows that `forget_expired` deletes of the tables that calls write, in the open transaction."""
    before = moment - timedelta(days=100)
    await fetch(RAISE_WATERMARK, before)
    return sum([(await fetch(statement, before))[0]["count"] for statement in (DELIVERIES, IDEMPOTENCY_RECORDS)])
