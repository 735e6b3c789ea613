"""Every event that is told: who gets which mail, word for word."""

import re
from datetime import timedelta

import pytest

from models.database.clock import now
from models.events.events import EventType
from models.operations.licensing.activate_license import activate_license
from models.operations.licensing.change_license import change_license
from models.operations.licensing.remove_license import remove_license
from models.operations.licensing.send_activation_link import send_activation_link
from models.operations.licensing.transfer_license import transfer_license
from models.operations.people.add_domain import add_domain
from models.operations.people.change_user_role import change_user_role
from models.operations.purchasing.cancel_purchase import cancel_purchase
from models.operations.sign_in.open_account import open_account
from models.tables import Delivery, Event, Role, User
from tests.conftest import INSTALL_URL
from tests.support.company import Company
from tests.support.expected_mails import expected_mail, moment
from tests.support.html_mail import Page
from tests.support.links import ask_for_link
from tests.support.mails import Mail, Post

ECO = "Secures the message body. Attachments are not protected."
ECO_IN_FRENCH = "Protège le corps du message. Les pièces jointes ne sont pas protégées."
PRO = (
    "Secures the message body and attachments up to 2.5 GB per transmission, with digital signatures for any number"
    " of signatories and collection of confidential information."
)
PRO_IN_FRENCH = (
    "Protège le corps du message et les pièces jointes jusqu’à 2,5 Go par transmission, avec signature numérique"  # noqa: RUF001
    " pour un nombre illimité de signataires et récupération d’informations confidentielles."  # noqa: RUF001
)


async def newest(event_type: EventType) -> Event:
    event = await Event.filter(type=event_type.value).order_by("-id").first()
    assert event is not None
    return event


async def check_mail(mail: Mail, to: User, kind: str, event_type: EventType, **values: str) -> None:
    """Compare a mail, header by header and part by part, with what is written down for these values."""
    event = await newest(event_type)
    delivery = await Delivery.get(event_id=event.id, consumer=f"mail.{kind}")
    common = {"first_name": to.first_name, "account_name": "Company of example.com"}
    expected = expected_mail(kind, to.locale, **(common | values))
    named = kind not in {"account_opened", "sign_in_requested"}
    assert mail.to == (f"{to.first_name} {to.last_name} <{to.email}>" if named else to.email)
    assert mail.subject == expected.subject
    assert mail.message["From"] == "Usher <usher@usher.example.com>"
    assert mail.message["Message-ID"] == f"<{delivery.id}@usher.example.com>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["Date"].datetime == event.occurred_at.replace(microsecond=0)
    assert mail.message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.message.iter_parts()] == ["text/plain", "text/html"]
    assert mail.text == expected.text
    page = Page(mail.html)
    assert page.lacks(expected.text) == []
    linked = [values[name] for name in ("install_url", "link") if name in values]
    assert list(dict.fromkeys(page.links)) == linked
    assert f'<html lang="{"fr-CA" if to.locale.startswith("fr") else "en"}"' in mail.html
    assert delivery.recipient_id == to.id
    assert (delivery.attempts, delivery.failed_at, delivery.leased_until, delivery.last_error) == (
        1,
        None,
        None,
        None,
    )
    assert delivery.sent_at is not None


async def sign_in_values(mail: Mail, event_type: EventType, locale: str = "en") -> dict[str, str]:
    expires_at = (await newest(event_type)).occurred_at + timedelta(minutes=15)
    return {
        "link": f"http://usher.example.com/sign-in?token={mail.token}",
        "expires_at": moment(expires_at, locale),
    }


async def activation_values(mail: Mail, event_type: EventType, locale: str = "en") -> dict[str, str]:
    expires_at = (await newest(event_type)).occurred_at + timedelta(days=14)
    return {
        "link": f"http://usher.example.com/activate?token={mail.token}",
        "expires_at": moment(expires_at, locale),
        "install_url": INSTALL_URL,
        "by": "Ada Admin",
    }


async def test_opening_an_account_mails_its_administrator_a_sign_in_link(post: Post) -> None:
    opened = await open_account(
        company_name="Company of example.com",
        email="owner@example.net",
        first_name="Ola",
        last_name="Owner",
        locale="en",
        caller=None,
    )
    mail = await post.collect_one()
    values = await sign_in_values(mail, EventType.ACCOUNT_OPENED)
    await check_mail(mail, opened.user, "account_opened", EventType.ACCOUNT_OPENED, **values)
    assert mail.subject == "Your Usher account is open"
    # The reader need not be the person who opened the account.
    for typed in ("Company", "Ola", "Owner"):
        assert typed not in mail.message.as_string() + mail.text + mail.html


@pytest.mark.parametrize(
    ("locale", "subject"),
    [("en", "Your sign-in link for Usher"), ("fr-CA", "Votre lien de connexion à Usher")],
)
async def test_asking_to_sign_in_mails_a_link(company: Company, post: Post, locale: str, subject: str) -> None:
    user = await company.add_user("Dora", locale=locale)
    await ask_for_link("DORA@example.com")
    mail = await post.collect_one()
    values = await sign_in_values(mail, EventType.SIGN_IN_REQUESTED, locale)
    await check_mail(mail, user, "sign_in_requested", EventType.SIGN_IN_REQUESTED, **values)
    assert mail.subject == subject


async def test_a_purchase_mails_its_buyer_a_receipt_with_the_exact_money(company: Company, post: Post) -> None:
    purchase = await company.buy(ECO=1200, PRO=1)
    mail = await post.collect_one()
    event = await newest(EventType.PURCHASE_COMPLETED)
    await check_mail(
        mail,
        company.administrator,
        "purchase_completed",
        EventType.PURCHASE_COMPLETED,
        purchase_number=purchase.number,
        completed_at=moment(event.occurred_at, "en"),
        currency="CAD",
        rows="- Eco, 1,200 seats × $60.00: $72,000.00\n- Pro, 1 seat × $249.00: $249.00",  # noqa: RUF001
        total="$72,249.00",
        link="http://usher.example.com/",
    )
    assert mail.links == []


@pytest.mark.parametrize(("locale", "description"), [("en", PRO), ("fr-CA", PRO_IN_FRENCH)])
async def test_assigning_mails_the_user_what_they_were_given(
    company: Company, post: Post, locale: str, description: str
) -> None:
    user = await company.add_user("Dora", locale=locale)
    await company.buy(PRO=1)
    await company.assign(user, "PRO")
    receipt, mail = await post.collect()
    assert receipt.to == "Ada Admin <admin@example.com>"
    values = await activation_values(mail, EventType.LICENSE_ASSIGNED, user.locale)
    values |= {"package": "Pro", "package_description": description}
    await check_mail(mail, user, "license_assigned", EventType.LICENSE_ASSIGNED, **values)
    for told in ("Pro", "Ada Admin", description, INSTALL_URL, values["link"]):
        assert told in mail.text


@pytest.mark.parametrize(("locale", "description"), [("en", PRO), ("fr-CA", PRO_IN_FRENCH)])
async def test_changing_mails_the_user_both_packages_and_no_link(
    company: Company, post: Post, locale: str, description: str
) -> None:
    user = await company.add_user("Dora", locale=locale)
    await company.buy(ECO=1, PRO=1)
    license = await company.assign(user, "ECO")
    await post.collect()
    await change_license(company.viewer, license_id=license.id, package_id=company.packages["PRO"].id)
    mail = await post.collect_one()
    await check_mail(
        mail,
        user,
        "license_changed",
        EventType.LICENSE_CHANGED,
        package="Pro",
        package_description=description,
        from_package="Éco" if locale == "fr-CA" else "Eco",
        by="Ada Admin",
    )
    assert re.findall("https?:", mail.text) == []


async def test_transferring_mails_both_people(company: Company, post: Post) -> None:
    ann, _, _ = company.users
    user = await company.add_user("Dora", locale="fr-CA")
    await company.buy(ECO=1)
    license = await company.assign(ann, "ECO")
    await post.collect()
    await transfer_license(company.viewer, license_id=license.id, to_user_id=user.id)
    to_ann, to_dora = sorted(await post.collect(), key=lambda mail: mail.to)
    await check_mail(
        to_ann,
        ann,
        "license_transferred_from",
        EventType.LICENSE_TRANSFERRED,
        package="Eco",
        by="Ada Admin",
        to_name="Dora Example",
    )
    assert re.findall("https?:", to_ann.text) == []
    values = await activation_values(to_dora, EventType.LICENSE_TRANSFERRED, "fr-CA")
    values |= {"package": "Éco", "package_description": ECO_IN_FRENCH, "from_name": "Ann Example"}
    await check_mail(to_dora, user, "license_transferred_to", EventType.LICENSE_TRANSFERRED, **values)


async def test_removing_mails_who_held_it(company: Company, post: Post) -> None:
    ann, *_ = company.users
    await company.buy(ECO=1)
    license = await company.assign(ann, "ECO")
    await post.collect()
    await remove_license(company.viewer, license_id=license.id)
    mail = await post.collect_one()
    await check_mail(mail, ann, "license_removed", EventType.LICENSE_REMOVED, package="Eco", by="Ada Admin")
    assert mail.subject == "Your license has been removed: Eco"
    assert re.findall("https?:", mail.text) == []


async def test_a_fresh_activation_link_is_mailed_to_the_holder(company: Company, post: Post) -> None:
    ann, *_ = company.users
    await company.buy(ECO=1)
    license = await company.assign(ann, "ECO")
    await post.collect()
    await send_activation_link(company.viewer, license_id=license.id)
    mail = await post.collect_one()
    values = await activation_values(mail, EventType.ACTIVATION_LINK_SENT)
    await check_mail(mail, ann, "activation_link_sent", EventType.ACTIVATION_LINK_SENT, package="Eco", **values)


async def test_every_other_event_is_told_to_nobody(company: Company, post: Post) -> None:
    ann, ben, _ = company.users
    await company.buy(ECO=2)
    await company.assign(ann, "ECO")
    *_, assigned = await post.collect()
    before = now()
    await activate_license(token=assigned.token)
    await add_domain(company.viewer, name="sub.example.com")
    await change_user_role(company.viewer, user_id=ben.id, role=Role.ADMINISTRATOR)
    await company.add_user("Dora")
    await company.put_in_cart(PRO=1)
    purchase = await company.validate()
    await cancel_purchase(company.viewer, purchase_id=purchase.id)
    assert await post.collect() == []
    quiet = await Event.filter(occurred_at__gte=before).order_by("version").values_list("type", flat=True)
    assert quiet == [
        "license.activated",
        "domain.added",
        "user.role_changed",
        "user.added",
        "purchase.validated",
        "purchase.cancelled",
    ]
    assert await Event.filter(relayed_at=None).count() == 0


async def test_nothing_is_sent_by_a_request_itself(company: Company, post: Post) -> None:
    ann, *_ = company.users
    await company.buy(ECO=1)
    await company.assign(ann, "ECO")
    await ask_for_link(ann.email)
    assert len(post.arrived()) == 1
    assert await Delivery.all().count() == 1
    assert [mail.to for mail in await post.collect()] == [
        "Ada Admin <admin@example.com>",
        "Ann Example <ann@example.com>",
        "ann@example.com",
    ]


async def test_a_description_that_has_no_translation_is_told_in_english(company: Company, post: Post) -> None:
    user = await company.add_user("Dora", locale="es-MX")
    await company.buy(ECO=1)
    await company.assign(user, "ECO")
    _, mail = await post.collect()
    values = await activation_values(mail, EventType.LICENSE_ASSIGNED, user.locale)
    values |= {"package": "Eco", "package_description": ECO}
    await check_mail(mail, user, "license_assigned", EventType.LICENSE_ASSIGNED, **values)


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
async def test_a_mail_names_its_language(company: Company, post: Post, locale: str) -> None:
    user = await company.add_user("Dora", locale=locale)
    await ask_for_link(user.email)
    mail = await post.collect_one()
    assert mail.message["Content-Language"] == locale
