"""The demo's mailbox, over a real socket and through its pages."""

import asyncio
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx2
import pytest
from starlette.applications import Starlette

from usher.mailbox.pages import mailbox_routes
from usher.mailbox.server import Mailbox

HTML = """<!doctype html><html><head><link rel="preconnect" href="https://remote.example.com"></head><body>
<p>Bonjour Chloé</p><a href="http://127.0.0.1:8000/activate?token=x" target="_blank">Activate</a>
<script>alert(1)</script><iframe src="https://remote.example.com"></iframe></body></html>"""


@pytest.fixture
async def client(mailbox: Mailbox) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(Starlette(routes=mailbox_routes(mailbox)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://usher.example.com") as client:
        yield client


def a_mail(number: int = 1, *, subject: str = "Activate your license", html: str | None = HTML) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Usher <usher@example.com>"
    message["To"] = "Chloé Roy <chloe@example.com>"
    message["Subject"] = subject
    message["Message-ID"] = f"<{number}@example.com>"
    message.set_content("Activate: http://127.0.0.1:8000/activate?token=x\n<b>plain</b>\n")
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


async def send(mailbox: Mailbox, *messages: EmailMessage) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.port, start_tls=False) as client:
        for message in messages:
            await client.send_message(message)


async def send_raw(mailbox: Mailbox, content: bytes) -> str:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.port, start_tls=False) as client:
        await client.sendmail("a@example.com", ["b@example.com"], content)
    return mailbox.messages()[0].id


async def test_a_mail_is_listed_and_read(mailbox: Mailbox) -> None:
    await send(mailbox, a_mail())
    [summary] = mailbox.messages()
    assert summary.sender == "Usher <usher@example.com>"
    assert summary.to == "Chloé Roy <chloe@example.com>"
    assert summary.subject == "Activate your license"
    assert summary.received == 1
    assert summary.received_at.tzinfo is not None
    message = mailbox.read(summary.id)
    assert message is not None
    assert message["Message-ID"] == "<1@example.com>"
    html = message.get_body(("html",))
    assert html is not None
    assert html.get_content().replace("\r\n", "\n").strip() == HTML


async def test_mails_are_newest_first(mailbox: Mailbox) -> None:
    await send(mailbox, *(a_mail(number, subject=f"Mail {number}") for number in (1, 2, 3)))
    assert [summary.subject for summary in mailbox.messages()] == ["Mail 3", "Mail 2", "Mail 1"]


async def test_a_repeat_is_kept_once_and_counted(mailbox: Mailbox, client: httpx2.AsyncClient) -> None:
    await send(mailbox, a_mail(1), a_mail(2, subject="Another"))
    before = mailbox.messages()
    await send(mailbox, a_mail(1))
    await send(mailbox, a_mail(1))
    after = mailbox.messages()
    assert [summary.id for summary in after] == [summary.id for summary in before]
    assert [summary.received for summary in after] == [1, 3]
    assert after[1].received_at == before[1].received_at
    assert "received 3 times" in (await client.get("/mailbox")).text


async def test_mails_without_an_id_are_all_kept(mailbox: Mailbox) -> None:
    await send_raw(mailbox, b"Subject: same\r\n\r\nsame\r\n")
    await send_raw(mailbox, b"Subject: same\r\n\r\nsame\r\n")
    assert [summary.received for summary in mailbox.messages()] == [1, 1]


async def test_a_restart_keeps_mails_and_counts(mailbox: Mailbox, tmp_path: Path) -> None:
    await send(mailbox, a_mail(1), a_mail(1), a_mail(2))
    kept = mailbox.messages()
    await mailbox.stop()
    again = Mailbox(tmp_path / "mailbox")
    assert again.messages() == kept
    await again.start()
    await send(again, a_mail(1))
    await again.stop()
    assert sorted(summary.received for summary in again.messages()) == [1, 3]
    assert {path.suffix for path in (tmp_path / "mailbox").iterdir()} == {".eml"}


async def test_the_source_is_what_was_sent(mailbox: Mailbox) -> None:
    content = b"X-Mailbox-Received: 2026-01-01T00:00:00+00:00; times=99\r\nSubject: raw\r\n\r\nk\xc3\xa9pt \xff\r\n"
    id = await send_raw(mailbox, content)
    assert mailbox.source(id) == content
    assert mailbox.messages()[0].received == 1


async def test_files_that_others_put_or_take_are_noticed(mailbox: Mailbox, tmp_path: Path) -> None:
    await send(mailbox, a_mail(1))
    [summary] = mailbox.messages()
    (tmp_path / "mailbox" / f"{'a' * 32}.eml").write_bytes(b"Subject: by hand\r\n\r\n")
    (tmp_path / "mailbox" / "notes.eml").write_bytes(b"Subject: not ours\r\n\r\n")
    (tmp_path / "mailbox" / f"{summary.id}.eml").unlink()
    assert [summary.subject for summary in mailbox.messages()] == ["by hand"]


async def test_stopping_hangs_up_and_can_be_repeated(mailbox: Mailbox) -> None:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.port, start_tls=False)
    await client.connect()
    async with asyncio.timeout(5):
        await mailbox.stop()
        await mailbox.stop()
    with pytest.raises(aiosmtplib.SMTPException):
        await client.noop()
    client.close()


async def test_a_mailbox_opens_once(mailbox: Mailbox) -> None:
    with pytest.raises(RuntimeError):
        await mailbox.start()


async def test_the_list_says_what_it_is_and_refreshes_itself(mailbox: Mailbox, client: httpx2.AsyncClient) -> None:
    assert "No mail yet" in (await client.get("/mailbox")).text
    await send(mailbox, a_mail())
    response = await client.get("/mailbox")
    assert '<meta http-equiv="refresh" content="5">' in response.text
    assert "Nothing leaves this machine" in response.text
    assert f'href="/mailbox/{mailbox.messages()[0].id}"' in response.text
    assert "Chloé Roy &lt;chloe@example.com&gt;" in response.text
    assert "just now" in response.text
    assert response.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")


@pytest.mark.parametrize(
    "subject", ["Une licence vous a été attribuée\u00a0: Pro", "席 🎫", "<script>alert(1)</script>"]
)
async def test_any_subject_is_shown_as_text(mailbox: Mailbox, client: httpx2.AsyncClient, subject: str) -> None:
    await send(mailbox, a_mail(subject=subject))
    [summary] = mailbox.messages()
    assert summary.subject == " ".join(subject.split())
    shown = summary.subject.replace("<", "&lt;").replace(">", "&gt;")
    for path in ("/mailbox", f"/mailbox/{summary.id}"):
        text = (await client.get(path)).text
        assert shown in text
        assert "<script>" not in text


async def test_a_mail_is_shown_in_a_sandboxed_frame(mailbox: Mailbox, client: httpx2.AsyncClient) -> None:
    await send(mailbox, a_mail())
    address = f"/mailbox/{mailbox.messages()[0].id}"
    response = await client.get(address)
    assert f'src="{address}/html"' in response.text
    assert 'sandbox="allow-popups allow-top-navigation-by-user-activation"' in response.text
    assert "frame-src 'self'" in response.headers["content-security-policy"]
    for part in ("text", "source"):
        assert f'href="{address}/{part}"' in response.text


async def test_the_html_part_can_run_and_load_nothing(mailbox: Mailbox, client: httpx2.AsyncClient) -> None:
    await send(mailbox, a_mail())
    response = await client.get(f"/mailbox/{mailbox.messages()[0].id}/html")
    policy = dict(part.strip().partition(" ")[::2] for part in response.headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": "allow-popups allow-top-navigation-by-user-activation",
    }
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "Bonjour Chloé" in response.text


async def test_links_in_the_html_open_in_the_whole_window(mailbox: Mailbox, client: httpx2.AsyncClient) -> None:
    await send(mailbox, a_mail())
    html = (await client.get(f"/mailbox/{mailbox.messages()[0].id}/html")).text
    # Of an attribute given twice, the first counts.
    assert '<a target="_top" href="http://127.0.0.1:8000/activate?token=x" target="_blank">' in html
    # Browsers connect to the hosts of these before they ask the policy.
    assert not re.search("<(link|iframe)", html)


async def test_the_plain_text_and_the_source_are_shown_as_text(mailbox: Mailbox, client: httpx2.AsyncClient) -> None:
    await send(mailbox, a_mail())
    address = f"/mailbox/{mailbox.messages()[0].id}"
    text = (await client.get(f"{address}/text")).text
    assert '<a href="http://127.0.0.1:8000/activate?token=x" rel="noopener">' in text
    assert "&lt;b&gt;plain&lt;/b&gt;" in text
    source = (await client.get(f"{address}/source")).text
    assert "Message-ID: &lt;1@example.com&gt;" in source
    assert "<script>" not in source


async def test_a_mail_of_text_alone_has_no_frame(mailbox: Mailbox, client: httpx2.AsyncClient) -> None:
    await send(mailbox, a_mail(html=None))
    address = f"/mailbox/{mailbox.messages()[0].id}"
    response = await client.get(address)
    assert "<iframe" not in response.text
    assert "Activate: " in response.text
    assert (await client.get(f"{address}/html")).status_code == 404


@pytest.mark.parametrize("part", ["", "/html", "/text", "/source"])
@pytest.mark.parametrize("id", ["..%2f..%2fsecret", "%2e%2e", "..", "a" * 32, "A" * 32, "a" * 31 + "%0a", "%00", "é"])
async def test_ids_lead_to_mails_and_nowhere_else(
    client: httpx2.AsyncClient, mailbox: Mailbox, tmp_path: Path, id: str, part: str
) -> None:
    (tmp_path / "secret.eml").write_bytes(b"Subject: secret\r\n\r\nsecret")
    response = await client.get(f"/mailbox/{id}{part}")
    assert response.status_code == 404
    assert "secret" not in response.text
    assert mailbox.read("../secret") is None
    assert mailbox.source("../secret") is None


@pytest.mark.parametrize(
    "content",
    [
        b"no header at all\r\n",
        b"\r\n\r\nbody",
        b"From: <\r\nTo: @@@ [\r\nSubject: =?nope?b?!!!?=\r\nDate: Mon, 99 Jan 99999999999 00:00:00 +0000\r\n\r\nx",
        b"Subject: \xe9t\xe9 \xc3\xa9\r\nContent-Type: text/html; charset=nope\r\n\r\n\xff<p>\x00</p>",
        b"Content-Type: text/html; charset=utf-7\r\n\r\n+2AA-",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; x*0*=''\r\n\r\n--b",
        b"Content-Type: text/html; a*=%\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Content-Disposition: ;;;=\r\nContent-Type: ;\r\n\r\nx",
    ],
)
async def test_broken_mails_are_kept_and_shown(mailbox: Mailbox, client: httpx2.AsyncClient, content: bytes) -> None:
    address = f"/mailbox/{await send_raw(mailbox, content)}"
    for path in ("/mailbox", address, f"{address}/text", f"{address}/source"):
        assert (await client.get(path)).status_code == 200
    assert (await client.get(f"{address}/html")).status_code in {200, 404}


async def test_a_folder_that_cannot_be_written_puts_the_sender_off(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("usher.mailbox.folder.tempfile.mkstemp", full)
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(mailbox, a_mail())
    assert refused.value.code == 452
    monkeypatch.undo()
    await send(mailbox, a_mail())
    assert len(mailbox.messages()) == 1
