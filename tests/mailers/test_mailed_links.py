"""The secret links in mails: what each opens, once, and when it is dead."""

from datetime import timedelta

import pytest

from models.database.clock import now
from models.database.connection import fetch
from models.errors import TokenInvalid
from models.operations.licensing.activate_license import activate_license
from models.operations.licensing.change_license import change_license
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.send_activation_link import send_activation_link
from models.operations.licensing.transfer_license import transfer_license
from models.operations.sign_in.complete_sign_in import complete_sign_in
from models.tables import Delivery, License, SessionKind, Token
from tests.support.company import Company
from tests.support.links import ask_for_link
from tests.support.mails import Post
from tests.support.unchanged import nothing_changes


async def assert_dead(token: str) -> None:
    """Neither activates nor signs in, and changes nothing."""
    async with nothing_changes():
        with pytest.raises(TokenInvalid):
            await activate_license(token=token)
        with pytest.raises(TokenInvalid):
            await complete_sign_in(token=token, kind=SessionKind.BEARER)


async def assigned(company: Company, post: Post, code: str = "ECO") -> tuple[License, str]:
    """Ann's license, and the token that was mailed to her."""
    await company.buy(ECO=2, PRO=1)
    license = await company.assign(company.users[0], code)
    *_, mail = await post.collect()
    assert mail.to == "Ann Example <ann@example.com>"
    return license, mail.token


async def test_a_sign_in_link_signs_its_user_in_once(company: Company, post: Post) -> None:
    ann, *_ = company.users
    await ask_for_link(ann.email)
    token = (await post.collect_one()).token
    signed_in = await complete_sign_in(token=token, kind=SessionKind.COOKIE)
    assert (signed_in.viewer.user_id, signed_in.viewer.account_id) == (ann.id, company.account_id)
    await assert_dead(token)


async def test_a_sign_in_link_activates_nothing(company: Company, post: Post) -> None:
    await assigned(company, post)
    await ask_for_link("ann@example.com")
    token = (await post.collect_one()).token
    async with nothing_changes():
        with pytest.raises(TokenInvalid):
            await activate_license(token=token)


async def test_the_link_of_a_new_account_signs_its_administrator_in(company: Company, post: Post) -> None:
    (welcome,) = post.arrived()
    signed_in = await complete_sign_in(token=welcome.token, kind=SessionKind.COOKIE)
    assert signed_in.viewer.user_id == company.administrator.id


async def test_two_sign_in_links_each_work(company: Company, post: Post) -> None:
    ann, *_ = company.users
    await ask_for_link(ann.email)
    await ask_for_link(ann.email)
    first, second = await post.collect()
    assert first.token != second.token
    for mail in (second, first):
        signed_in = await complete_sign_in(token=mail.token, kind=SessionKind.BEARER)
        assert signed_in.viewer.user_id == ann.id


async def test_a_sign_in_for_an_unknown_address_sends_nothing(post: Post) -> None:
    async with nothing_changes("allowances_spent"):
        answer = await ask_for_link("nobody@example.com")
    assert now() < answer.expires_at <= now() + timedelta(minutes=15)
    assert await post.collect() == []


async def test_a_sign_in_mail_that_would_arrive_expired_is_not_sent(company: Company, post: Post) -> None:
    ann, *_ = company.users
    await ask_for_link(ann.email)
    await fetch(
        "UPDATE events SET occurred_at = occurred_at - interval '15 minutes' WHERE type = 'sign_in.requested'"
    )
    tokens = await Token.all().count()
    assert await post.collect() == []
    delivery = await Delivery.get(recipient_id=ann.id)
    assert delivery.sent_at is None
    assert delivery.failed_at is not None
    assert delivery.last_error == "the sign-in link expired before it could be sent"
    assert await Token.all().count() == tokens
    async with nothing_changes():
        assert await post.collect() == []


async def test_a_sign_in_mail_that_waited_carries_a_link_for_the_time_that_is_left(
    company: Company, post: Post
) -> None:
    ann, *_ = company.users
    await ask_for_link(ann.email)
    await fetch(
        "UPDATE events SET occurred_at = occurred_at - interval '14 minutes' WHERE type = 'sign_in.requested'"
    )
    mail = await post.collect_one()
    (event,) = await fetch("SELECT id, occurred_at FROM events WHERE type = 'sign_in.requested'")
    token = await Token.get(event_id=event["id"])
    assert token.expires_at == event["occurred_at"] + timedelta(minutes=15)
    assert token.expires_at < now() + timedelta(minutes=1)
    await fetch("UPDATE tokens SET expires_at = now() WHERE id = $1", token.id)
    await assert_dead(mail.token)


async def test_an_activation_link_activates_once(company: Company, post: Post) -> None:
    license, token = await assigned(company, post)
    activated = await activate_license(token=token)
    assert (activated.id, activated.activated_at is None) == (license.id, False)
    assert await company.counts() == {"ECO": (2, 1, 1), "ADVANCED": (0, 0, 0), "PRO": (1, 0, 0)}
    await assert_dead(token)


async def test_an_activation_link_lasts_fourteen_days(company: Company, post: Post) -> None:
    license, token = await assigned(company, post)
    issued = await Token.get(license_id=license.id)
    (event,) = await fetch("SELECT occurred_at FROM events WHERE type = 'license.assigned'")
    assert issued.expires_at == event["occurred_at"] + timedelta(days=14)
    await fetch("UPDATE tokens SET expires_at = now() WHERE id = $1", issued.id)
    await assert_dead(token)


async def test_a_fresh_link_makes_the_earlier_one_dead_at_once(company: Company, post: Post) -> None:
    license, earlier = await assigned(company, post)
    await send_activation_link(company.viewer, license_id=license.id)
    await assert_dead(earlier)
    fresh = (await post.collect_one()).token
    await assert_dead(earlier)
    assert (await activate_license(token=fresh)).id == license.id


async def test_an_earlier_mail_that_is_sent_after_a_fresh_link_carries_a_dead_one(
    company: Company, post: Post
) -> None:
    await company.buy(ECO=1)
    license = await company.assign(company.users[0], "ECO")
    await send_activation_link(company.viewer, license_id=license.id)
    await send_activation_link(company.viewer, license_id=license.id)
    _, earliest, earlier, fresh = await post.collect()
    assert [mail.subject for mail in (earliest, earlier, fresh)] == [
        "A license has been assigned to you: Eco",
        "Your new activation link: Eco",
        "Your new activation link: Eco",
    ]
    await assert_dead(earliest.token)
    await assert_dead(earlier.token)
    assert (await activate_license(token=fresh.token)).id == license.id


async def test_the_link_of_a_removed_license_is_dead(company: Company, post: Post) -> None:
    license, token = await assigned(company, post)
    await remove_license(company.viewer, license_id=license.id)
    await assert_dead(token)


async def test_the_link_of_a_removed_license_is_dead_for_the_next_one_too(company: Company, post: Post) -> None:
    ann, *_ = company.users
    license, token = await assigned(company, post)
    await remove_license(company.viewer, license_id=license.id)
    again = await company.assign(ann, "ECO")
    await assert_dead(token)
    _, mail = await post.collect()
    assert (await activate_license(token=mail.token)).id == again.id


async def test_a_link_that_is_mailed_after_the_removal_is_dead(company: Company, post: Post) -> None:
    await company.buy(ECO=1)
    license = await company.assign(company.users[0], "ECO")
    await remove_license(company.viewer, license_id=license.id)
    _, late, _ = await post.collect()
    await assert_dead(late.token)


async def test_a_transfer_makes_the_old_link_dead_and_the_new_holders_work(company: Company, post: Post) -> None:
    ann, ben, _ = company.users
    license, old = await assigned(company, post)
    await activate_license(token=old)
    await send_activation_link(company.viewer, license_id=license.id)
    unused = (await post.collect_one()).token
    transferred = await transfer_license(company.viewer, license_id=license.id, to_user_id=ben.id)
    await assert_dead(unused)
    to_ann, to_ben = sorted(await post.collect(), key=lambda mail: mail.to)
    assert to_ann.links == []
    activated = await activate_license(token=to_ben.token)
    assert (activated.id, activated.user_id) == (transferred.license.id, ben.id)
    assert (await License.get(id=license.id)).user_id == ann.id


@pytest.mark.parametrize("mailed_after", [False, True])
async def test_a_link_activates_what_the_license_was_changed_to(
    company: Company, post: Post, mailed_after: bool
) -> None:
    await company.buy(ECO=1, PRO=1)
    license = await company.assign(company.users[0], "ECO")
    mails = [] if mailed_after else await post.collect()
    changed = await change_license(company.viewer, license_id=license.id, package_id=company.packages["PRO"].id)
    mails += await post.collect()
    (token,) = [mail.token for mail in mails if mail.links]
    activated = await activate_license(token=token)
    assert (activated.id, activated.package_id) == (changed.license.id, company.packages["PRO"].id)
    assert await company.counts() == {"ECO": (1, 0, 0), "ADVANCED": (0, 0, 0), "PRO": (1, 1, 1)}
    await assert_dead(token)


async def test_a_fresh_link_after_a_change_makes_the_link_before_it_dead(company: Company, post: Post) -> None:
    license, before = await assigned(company, post)
    changed = await change_license(company.viewer, license_id=license.id, package_id=company.packages["PRO"].id)
    await send_activation_link(company.viewer, license_id=changed.license.id)
    await assert_dead(before)
    _, mail = await post.collect()
    assert (await activate_license(token=mail.token)).id == changed.license.id


async def test_a_fresh_link_for_an_active_license_changes_nothing_when_it_is_followed(
    company: Company, post: Post
) -> None:
    license, token = await assigned(company, post)
    activated = await activate_license(token=token)
    await send_activation_link(company.viewer, license_id=license.id)
    fresh = (await post.collect_one()).token
    async with nothing_changes("tokens"):
        assert (await activate_license(token=fresh)).activated_at == activated.activated_at
    await assert_dead(fresh)
