"""Refusals as mail servers word them: those of the recipient or the message are for good, all others wait."""

from datetime import timedelta

import pytest

from jobs.relay import Relay
from models.database.clock import now
from models.tables import Delivery, User
from tests.support.company import Company
from tests.support.links import ask_for_link
from tests.support.mails import run_until_idle
from tests.support.smtp import MailServer

# The sender, the operator's contract or network, or the system: to be mended, after which the mail goes out.
WAITS = [
    # Exchange Online and Exchange Server
    (
        "DATA",
        "554 5.2.252 SendAsDenied; seats@example.com not allowed to send as usher@example.com; STOREDRV.Submission",
    ),
    ("DATA", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed"),
    ("DATA", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
    ("DATA", "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP"),
    ("RCPT", "550 5.7.501 Service unavailable. Spam abuse detected from IP range"),
    ("RCPT", "550 5.7.503 Access denied, banned sender"),
    ("RCPT", "550 5.7.606 Access denied, banned sending IP [192.0.2.1]"),
    ("DATA", "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains"),
    ("DATA", "550 5.7.515 Access denied, sending domain example.com does not meet the required authentication level"),
    ("RCPT", "550 5.7.705 Access denied, tenant has exceeded threshold"),
    ("RCPT", "550 5.1.8 Access denied, bad outbound sender"),
    ("RCPT", "550 5.4.1 Relay Access Denied"),
    ("RCPT", "550 5.4.6 Hop count exceeded - possible mail loop"),
    # Amazon SES
    ("DATA", "554 Message rejected: Email address is not verified. The following identities failed the check"),
    ("DATA", "554 Message rejected: Sending suspended for this account. For more information, please check"),
    ("DATA", "554 Throttling failure: Daily message quota exceeded."),
    # SendGrid and Mailgun
    (
        "DATA",
        "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this is resolved",
    ),
    ("DATA", "550 Unauthenticated senders not allowed"),
    ("MAIL", "550 Maximum credits exceeded"),
    ("RCPT", "550 Maximum credits exceeded"),
    ("DATA", "550 5.7.1 Sandbox subdomains are for test purposes only; your domain is disabled"),
    # qmail, which may not relay for this client
    ("RCPT", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
    # Gmail
    ("RCPT", "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to"),
    (
        "DATA",
        "550 5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires SPF or DKIM",
    ),
    ("DATA", "550 5.7.25 The IP address sending this message does not have a PTR record setup"),
    ("RCPT", "550 5.7.1 Invalid credentials for relay [192.0.2.1]. The IP address has not been registered"),
    # Postfix, which holds what it has against client and sender until RCPT
    ("RCPT", "554 5.7.1 <ann@example.com>: Relay access denied"),
    ("RCPT", "554 5.7.1 <usher@example.com>: Sender address rejected: Access denied"),
    ("RCPT", "553 5.7.1 <usher@example.com>: Sender address rejected: not owned by user usher"),
    ("RCPT", "550 5.1.8 <usher@example.com>: Sender address rejected: Domain not found"),
    ("RCPT", "550 5.1.7 <usher@example.com>: Sender address rejected: undeliverable address"),
    ("RCPT", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"),
    ("RCPT", "504 5.5.2 <usher>: Helo command rejected: need fully-qualified hostname"),
    ("RCPT", "530 5.7.0 Must issue a STARTTLS command first"),
    ("DATA", "554 5.5.1 Error: no valid recipients"),
    ("DATA", "554 5.3.0 Error: queue file write error"),
    # Others
    ("RCPT", "503 5.5.1 Bad sequence of commands"),
    ("RCPT", "503 Valid RCPT command must precede DATA"),
    ("RCPT", "502 Command not implemented"),
    ("RCPT", "521 mail.example.com does not accept mail"),
    ("RCPT", "550 5.1.0 The sender is rejected"),
    ("RCPT", "550 5.7.1 Relaying denied. Proper authentication required."),
    ("RCPT", "554 5.3.2 The system accepts no messages"),
    ("RCPT", "550 5.7.0 Too many messages from your network"),
    ("DATA", "571 5.7.1 Delivery not authorized, message refused"),
]

# The recipient or the message: sent again, it would be refused again.
FOR_GOOD = [
    (
        "RCPT",
        "550 5.1.1 The email account that you tried to reach does not exist. Please check the recipient's address",
    ),
    ("RCPT", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ann@example.com not found by SMTP address lookup"),
    ("RCPT", "550 5.4.1 Recipient address rejected: Access denied. [AM6EUR05FT0001.example]"),
    ("RCPT", "550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown in virtual mailbox table"),
    ("RCPT", "550 5.5.0 Requested action not taken: mailbox unavailable"),
    ("RCPT", "550 5.2.1 The email account that you tried to reach is disabled"),
    ("RCPT", "552 5.2.2 Over quota: the sender should try again when the mailbox has room"),
    ("RCPT", "552 Requested mail action aborted: exceeded storage allocation"),
    ("RCPT", "556 5.1.10 Recipient address has null MX"),
    ("RCPT", "501 5.1.3 Bad recipient address syntax"),
    ("RCPT", "550 No such user here"),
    ("RCPT", "550 Unknown"),
    ("RCPT", "550 5.7.17 Mailbox owner has changed"),
    ("DATA", "554 Message rejected: Address blacklisted."),
    ("DATA", "552 5.7.0 This message was blocked because its content presents a potential security issue"),
    ("DATA", "550 5.7.1 Our system has detected that this message is likely unsolicited mail"),
    ("DATA", "554 5.7.1 Message contains a virus"),
    ("DATA", "554 5.6.0 The message cannot be converted"),
    ("DATA", "552 5.3.4 Message size exceeds fixed limit"),
    ("DATA", "554 Transaction failed"),
]


@pytest.mark.parametrize(("command", "answer"), WAITS)
async def test_what_the_operator_can_mend_waits(
    company: Company, relay: Relay, mail_server: MailServer, command: str, answer: str
) -> None:
    delivery = await delivery_after(command, answer, company.users[0], relay, mail_server)
    assert (delivery.sent_at, delivery.failed_at, delivery.attempts) == (None, None, 1)
    assert answer[4:] in (delivery.last_error or "")
    assert mail_server.taken == []
    mail_server.forgive()
    await relay.round(now() + timedelta(seconds=6))
    assert [one.to for one in mail_server.taken] == [company.users[0].email]


@pytest.mark.parametrize(("command", "answer"), FOR_GOOD)
async def test_what_is_refused_for_its_recipient_or_content_is_not_sent_again(
    company: Company, relay: Relay, mail_server: MailServer, command: str, answer: str
) -> None:
    delivery = await delivery_after(command, answer, company.users[0], relay, mail_server)
    assert delivery.failed_at is not None
    assert (delivery.sent_at, delivery.attempts, delivery.last_error) == (None, 1, answer)
    mail_server.forgive()
    assert not await relay.round(now() + timedelta(days=1))
    assert mail_server.taken == []


@pytest.mark.parametrize(
    ("answer", "recorded"),
    [("550 5.1.1 Bo\xeete inconnue", "550 5.1.1 Bo?te inconnue"), ("550 5.1.1 No\0body", "550 5.1.1 No?body")],
)
async def test_words_that_cannot_be_stored_are_recorded_as_far_as_they_can(
    company: Company, relay: Relay, mail_server: MailServer, answer: str, recorded: str
) -> None:
    delivery = await delivery_after("RCPT", answer, company.users[0], relay, mail_server)
    assert (delivery.sent_at, delivery.attempts, delivery.last_error) == (None, 1, recorded)
    assert delivery.failed_at is not None


async def delivery_after(command: str, answer: str, to: User, relay: Relay, mail_server: MailServer) -> Delivery:
    """The delivery of a mail to a user once the server has answered a command so."""
    mail_server.answer(command, answer)
    await ask_for_link(to.email)
    await run_until_idle(relay)
    return await Delivery.get(recipient_id=to.id)
