"""The demo's own hosts: a name that somebody else gave to this machine shows nothing."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib
import httpx2
import pytest
from starlette.applications import Starlette

from usher.mailbox.pages import mailbox_routes
from usher.mailbox.server import Mailbox
from usher.server.own_hosts import OwnHosts
from usher.settings import Settings

OWN = [
    "127.0.0.1",
    "127.0.0.1:8000",
    "localhost:8000",
    "LOCALHOST",
    "usher.localhost:8000",
    "[::1]:8000",
    "192.0.2.7:8000",
    "desk.example.net:9000",
    "seats.example.net",
    "Seats.Example.NET:8000",
]
FOREIGN = [
    "evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "localhost.evil.example:8000",
    "xlocalhost",
    "evil.example@127.0.0.1.evil.example",
    "x.seats.example.net",
    "[",
    "",
]


@pytest.fixture
async def client(mailbox: Mailbox) -> AsyncIterator[httpx2.AsyncClient]:
    settings = Settings(host="desk.example.net", public_url="https://seats.example.net")
    app = OwnHosts(Starlette(routes=mailbox_routes(mailbox)), settings)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture(autouse=True)
async def mail(mailbox: Mailbox) -> str:
    """The address of a mail with a link in it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "usher@example.com", "ann@example.com", "Sign in"
    message.set_content("http://127.0.0.1:8000/sign-in?token=hush")
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.port, start_tls=False) as smtp:
        await smtp.send_message(message)
    return f"/mailbox/{mailbox.messages()[0].id}"


@pytest.mark.parametrize("host", OWN)
async def test_the_mailbox_is_read_under_its_own_names(client: httpx2.AsyncClient, mail: str, host: str) -> None:
    for path in ("/mailbox", f"{mail}/text"):
        assert (await client.get(path, headers={"host": host})).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
async def test_under_another_name_nothing_is_shown(client: httpx2.AsyncClient, mail: str, host: str) -> None:
    for path in ("/mailbox", mail, f"{mail}/text", f"{mail}/html", f"{mail}/source", "/mailbox/style.css", "/none"):
        answer = await client.get(path, headers={"host": host})
        assert answer.status_code == 421
        assert answer.text == (
            "The demo is not served under this name. Set USHER_PUBLIC_URL to the address that you use.\n"
        )
