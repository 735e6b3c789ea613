"""The setting that names the mail server."""

import pytest

from mailers.transport import SmtpServer


def server(host: str, port: int, **given: object) -> SmtpServer:
    usual: dict[str, object] = {"username": None, "password": None, "use_tls": False, "start_tls": None}
    return SmtpServer(host=host, port=port, **(usual | given))  # pyright: ignore[reportArgumentType]


GOOD = {
    "smtp://mail.example.com": server("mail.example.com", 587),
    "smtp://mail.example.com:25": server("mail.example.com", 25),
    "SMTP://Mail.Example.COM": server("mail.example.com", 587),
    "smtp://127.0.0.1:1025": server("127.0.0.1", 1025),
    "smtp://[::1]:1025": server("::1", 1025),
    "smtp://mail.example.com/": server("mail.example.com", 587),
    "smtp://mail.example.com?starttls=required": server("mail.example.com", 587, start_tls=True),
    "smtp://mail.example.com?starttls=never": server("mail.example.com", 587, start_tls=False),
    "smtp://mail.example.com?starttls=auto": server("mail.example.com", 587),
    "smtps://mail.example.com": server("mail.example.com", 465, use_tls=True, start_tls=False),
    "smtps://mail.example.com:2465": server("mail.example.com", 2465, use_tls=True, start_tls=False),
    "smtps://mail.example.com?starttls=required": server("mail.example.com", 465, use_tls=True, start_tls=False),
    # A login is not given away where the offer of STARTTLS may have been stripped.
    "smtp://usher:hush@mail.example.com": server(
        "mail.example.com", 587, username="usher", password="hush", start_tls=True
    ),
    "smtp://usher:hush@mail.example.com?starttls=auto": server(
        "mail.example.com", 587, username="usher", password="hush", start_tls=True
    ),
    "smtp://usher@10.0.0.1": server("10.0.0.1", 587, username="usher", start_tls=True),
    "smtp://usher:hush@[2001:db8::1]": server("2001:db8::1", 587, username="usher", password="hush", start_tls=True),
    "smtp://usher:hush@localhost": server("localhost", 587, username="usher", password="hush"),
    "smtp://usher:hush@127.0.0.9?starttls=auto": server("127.0.0.9", 587, username="usher", password="hush"),
    "smtp://usher:hush@[::1]": server("::1", 587, username="usher", password="hush"),
    "smtp://usher:hush@mail.example.com?starttls=never": server(
        "mail.example.com", 587, username="usher", password="hush", start_tls=False
    ),
    "smtps://usher%40example.com:h%2Fu%3As%40h%25@mail.example.com:465": server(
        "mail.example.com", 465, use_tls=True, start_tls=False, username="usher@example.com", password="h/u:s@h%"
    ),
}

BAD = [
    "",
    "mail.example.com",
    "mail.example.com:587",
    "//mail.example.com",
    "http://mail.example.com",
    "smtp:mail.example.com",
    "smtp://",
    "smtp://:587",
    "smtp://usher:hush@",
    "smtp://mail.example.com:port",
    "smtp://mail.example.com:65536",
    "smtp://mail.example.com:-1",
    "smtp://mail.example.com?starttls=always",
    "smtp://mail.example.com?starttls=REQUIRED",
    "smtp://[::1:587",
]


@pytest.mark.parametrize("url", GOOD)
def test_good_addresses(url: str) -> None:
    assert SmtpServer.from_url(url) == GOOD[url]


@pytest.mark.parametrize("url", BAD)
def test_bad_addresses(url: str) -> None:
    with pytest.raises(ValueError, match=r"expected smtp:|[Pp]ort |IPv6"):
        SmtpServer.from_url(url)


def test_a_server_shows_no_password() -> None:
    shown = SmtpServer.from_url("smtp://usher:hush@mail.example.com:2525")
    assert repr(shown) == str(shown) == "SmtpServer(mail.example.com:2525)"
    assert f"{[shown]}" == "[SmtpServer(mail.example.com:2525)]"
