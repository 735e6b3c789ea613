"""The mails that relays of other processes have sent, and have still to send."""

from models.database.connection import fetch
from tests.support.smtp import MailServer
from tests.support.waiting import until_told

LEFT = """
    SELECT (SELECT count(*) FROM events WHERE relayed_at IS NULL)
        + (SELECT count(*) FROM deliveries WHERE sent_at IS NULL) AS left
"""


async def everything_is_sent() -> None:
    """Wait until the relays have nothing left to do; fails when that does not come."""

    async def nothing_left() -> bool:
        return (await fetch(LEFT))[0]["left"] == 0

    await until_told(nothing_left)


async def notices() -> list[str]:
    """The Message-IDs of all notices there are to send, in the order of the alphabet."""
    return sorted(f"<{row['id']}@usher.example.com>" for row in await fetch("SELECT id FROM deliveries"))


def message_ids(mail_server: MailServer) -> list[str]:
    """The Message-IDs of all mails that came, as often as they came."""
    return [one.message["Message-ID"] for one in mail_server.tries]
