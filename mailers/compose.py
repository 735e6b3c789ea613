"""From a delivery to the message that is sent."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from mailers.config import MailConfig
from mailers.consumers import BY_CONSUMER
from mailers.notice import Notice, Obsolete
from mailers.render import RenderedMail, render
from models.outbox import event_of
from models.tables import Account, Delivery, User


async def compose(delivery: Delivery, config: MailConfig) -> EmailMessage:
    """Write the mail of a delivery; the same each time, to the last byte. Raises Obsolete."""
    event = await event_of(delivery)
    recipient = await User.get_or_none(id=delivery.recipient_id)
    account = await Account.get_or_none(id=delivery.account_id)
    if event is None or recipient is None or account is None:
        raise Obsolete("its account was deleted")
    notice = Notice(delivery=delivery, event=event, recipient=recipient, account=account, config=config)
    mail = BY_CONSUMER[delivery.consumer]
    facts = notice.common_facts | await mail.facts(notice)
    return _message(notice, render(mail.kind, locale=notice.recipient.locale, facts=facts))


def _message(notice: Notice, rendered: RenderedMail) -> EmailMessage:
    name, sender = parseaddr(notice.config.mail_from)
    message = EmailMessage()
    message["From"] = Address(display_name=name or "Usher", addr_spec=sender)
    message["To"] = Address(display_name=notice.recipient.full_name, addr_spec=notice.recipient.email)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(notice.event.occurred_at)
    message["Message-ID"] = f"<{notice.delivery.id}@{sender.rpartition('@')[2]}>"
    # RFC 3834: no out-of-office answers to a machine.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    # It would be made up anew each time. Quoted-printable text has no "=_" (RFC 2045, 6.7).
    message.set_boundary(f"=_{notice.delivery.id}")
    # Last: making a message of two parts moves the Content- headers it has into the first part.
    message["Content-Language"] = notice.recipient.locale
    return message
