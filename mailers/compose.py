"""From a delivery to the message that is sent."""

from mailers.checked import CheckedMessage, checked
from mailers.config import MailConfig
from mailers.consumers import BY_CONSUMER
from mailers.late import require_use
from mailers.mail_address import MailAddress
from mailers.message import Message
from mailers.notice import Notice, Obsolete
from mailers.render import render
from models.events.notices import read_notice
from models.tables import Delivery


async def compose(delivery: Delivery, config: MailConfig) -> CheckedMessage:
    """Write the mail of a delivery; the same each time, to the last byte. Raises Obsolete, BrokenMessage."""
    rows = await read_notice(delivery)
    if rows is None:
        raise Obsolete("its account was deleted")
    notice = Notice(delivery=delivery, config=config, **rows._asdict())
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
