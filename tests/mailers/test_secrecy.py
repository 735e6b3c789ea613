"""Secrets are in the mail and nowhere else."""

import base64
import logging
from hashlib import sha256

import pytest

from mailers.config import MailConfig
from models.database.connection import fetch
from models.operations.licensing.activate_license import activate_license
from models.operations.licensing.send_activation_link import send_activation_link
from models.operations.sign_in.complete_sign_in import complete_sign_in
from models.tables import SessionKind
from tests.conftest import SECRET_KEY
from tests.support.company import Company
from tests.support.links import ask_for_link
from tests.support.mails import Post


def forms(secret: str) -> list[str]:
    """A secret as it could be stored or printed: itself, its characters or its bytes in hex or in base64."""
    decoded = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    return [secret, secret.encode().hex(), decoded.hex(), base64.b64encode(decoded).decode()]


async def tables_with(text: str) -> list[str]:
    """The tables that have a row with this text in any column; bytes are looked at in hex."""
    tables = await fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [
        row["tablename"]
        for row in tables
        if await fetch(
            f"SELECT FROM {row['tablename']} AS this WHERE position(lower($1) IN lower(this::text)) > 0 LIMIT 1", text
        )
    ]


async def secrets_of_a_day(company: Company, post: Post) -> dict[str, str]:
    """Every kind of secret that people are mailed or given, used and unused."""
    ann, ben, _ = company.users
    await company.buy(ECO=2)
    license = await company.assign(ann, "ECO")
    await company.assign(ben, "ECO")
    await send_activation_link(company.viewer, license_id=license.id)
    await ask_for_link(ann.email)
    mails = {(mail.to.split()[0], mail.subject): mail for mail in await post.collect()}
    to_ann = mails["Ann", "A license has been assigned to you: Eco"]
    to_ben = mails["Ben", "A license has been assigned to you: Eco"]
    fresh = mails["Ann", "Your new activation link: Eco"]
    sign_in = mails["ann@example.com", "Your sign-in link for Usher"]
    (welcome,) = post.arrived()[:1]
    await activate_license(token=fresh.token)
    session = await complete_sign_in(token=sign_in.token, kind=SessionKind.BEARER)
    return {
        "welcome": welcome.token,
        "dead activation": to_ann.token,
        "unused activation": to_ben.token,
        "used activation": fresh.token,
        "used sign-in": sign_in.token,
        "session": session.secret,
    }


async def test_no_table_holds_a_secret(company: Company, post: Post) -> None:
    secrets = await secrets_of_a_day(company, post)
    assert len(set(secrets.values())) == 6
    for name, secret in secrets.items():
        for form in forms(secret):
            assert await tables_with(form) == [], name
        # The search itself finds what is there: the hash, and only where it belongs.
        hashed = sha256(secret.encode()).hexdigest()
        assert await tables_with(hashed) == (["sessions"] if name == "session" else ["tokens"]), name
    assert await tables_with(SECRET_KEY) == []


async def test_no_log_holds_a_secret(
    company: Company, post: Post, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    # The mail server of the test prints every mail it is given at DEBUG; all else is listened to.
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.INFO, "mail.log"):
        secrets = await secrets_of_a_day(company, post)
    printed = "".join(capfd.readouterr()) + caplog.text
    assert "mail.sent" in printed
    for name, secret in secrets.items():
        for form in forms(secret):
            assert form not in printed, name
    assert SECRET_KEY not in printed


def test_what_mails_know_of_the_installation_shows_no_secret(mail_config: MailConfig) -> None:
    assert SECRET_KEY not in repr(mail_config)
    assert SECRET_KEY not in str(mail_config)
