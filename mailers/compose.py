"""From a delivery to the message that is sent."""

from mailers.checked import CheckedMessage, checked
from mailers.config import MailConfig
from mailers.consumers import BY_CONSUMER
from mailers.late import require_use
from mailers.mail_address import MailAddress
from mailers.message import Message
from mailers.notice import Notice, Obsolete
from mailers.render import render
from models.outbox import event_of
from models.tables import Account, Delivery, User


async def compose(delivery: Delivery, config: MailConfig) -> CheckedMessage:
    """Write the mail of a delivery; the same each time, to the last byte. Raises Obsolete, BrokenMessage."""
    event = await event_of(delivery)
    recipient = await User.get_or_none(id=delivery.recipient_id)
    account = await Account.get_or_none(id=delivery.account_id)
    if event is None or recipient is None or account is None:
        raise Obsolete("its account was deleted")
    notice = Notice(delivery=delivery, event=event, recipient=recipient, account=account, config=config)
    mail = BY_CONSUMER[delivery.consumer]
    await require_use(mail.kind, notice)
    names = notice.common_facts if mail.named else {}
    facts = names | await mail.facts(notice)
    rendered = render(mail.kind, locale=notice.recipient.locale, facts=facts)
    return checked(
        Message(
            id=delivery.id,
            sender=MailAddress.parse(config.mail_from),
            recipient=MailAddress(notice.recipient.full_name if mail.named else "", notice.recipient.email),
            date=notice.event.occurred_at,
            language=notice.recipient.locale,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
        )
    )
