"""Names that callers typed are text in the head of a mail, whatever they hold, as a real mail server gets it."""

import re
from datetime import UTC, datetime
from email import _header_value_parser as parser
from email.headerregistry import HeaderRegistry
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailers.checked import BrokenMessage, checked
from mailers.mail_address import MailAddress
from mailers.message import Message
from mailers.render import render
from mailers.transport import SmtpServer
from tests.support.raw_mail import RawMail
from tests.support.smtp import MailServer

ID = UUID("0190163d-8694-739b-aea5-966c26f8ad91")
FIELDS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]
INJECTED_HEADER = "=?utf-8?q?Jo=0D=0ACc=3A_fourth=40other=2Eexample?="
INJECTED_BODY = "=?utf-8?q?Hello=0D=0AX-Other=3A_2=0D=0A=0D=0A<p>text</p>?="

# Characters that could turn a name into something else.
HOSTILE = st.text(
    st.sampled_from(
        "aZ 0.@,;:<>()[]\"'\\=?_%&\r\n\t\x00\x0b\x0c\x1c\x7f\x85\xa0\xadéß\u05d0\u0627\u0301\u200d"
        "\u2028\u2029\u202e\u2066\ufeff李👍🏽\U0001f926\ud800"
    ),
    max_size=100,
)
PIECES = st.lists(
    st.sampled_from(
        [
            INJECTED_HEADER,
            INJECTED_BODY,
            "=?utf-8?b?4oCuZ25w?=",
            "=?us-ascii?q?=00?=",
            "=?utf-8?q?",
            "?=",
            "third@party.example,",
            "<third@party.example>",
            "Robin, Dr.",
            "\r\nBcc: third@party.example",
            "\r\n\r\nbody",
            "\n",
            " ",
            "x" * 100,
            "👩‍👩‍👧‍👦" * 9,
            "\u202egnp.exe",
            '"',
            "\\",
            "שלום",
        ]
    ),
    max_size=4,
).map("".join)
NAMES = HOSTILE | PIECES | st.text(max_size=100)


def message(by: str = "Usher", name: str = "Ann Example", subject: str = "Hello", **changes: Any) -> Message:
    usual: dict[str, Any] = {
        "id": ID,
        "sender": MailAddress(by, "usher@usher.example.com"),
        "recipient": MailAddress(name, "ann@example.com"),
        "date": datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        "language": "en",
        "subject": subject,
        "text": "Hello.\n",
        "html": "<p>Hello.</p>",
    }
    return Message(**(usual | changes))


async def on_the_wire(*messages: Message) -> list[RawMail]:
    """The messages as a mail server gets them, which must each go to one recipient."""
    async with MailServer() as server:
        async with SmtpServer.from_url(f"smtp://127.0.0.1:{server.port}?starttls=never").session() as session:
            for one in messages:
                await session.send(checked(one))
        assert [one.to for one in server.taken] == [one.recipient.address for one in messages]
        return [RawMail.read(one.content) for one in server.taken]


def shown(name: str) -> str:
    """A name without what no mail repeats, as long as a mail shows it."""
    clean = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+", " ", name).strip()
    return clean if len(clean) <= 60 else clean[:59].rstrip() + "…"


@given(company=NAMES, first=NAMES, last=NAMES, actor=NAMES, sender=NAMES)
@example("Acme", INJECTED_HEADER, "=?utf-8?q?=E2=80=AEgnp?=", "Ada", "Usher")
@example(INJECTED_BODY, "Ann", "Example", INJECTED_HEADER, INJECTED_HEADER)
@example("Acme", "Robin, Dr.", "Llanfair" + "x" * 72, "Ada", "Usher")
@example("Acme", "F" * 81, "https://other.example/" + "L" * 70, "Ada", "Usher")
@example("C" * 200, "x" * 100, "y" * 100, "z" * 100, "u" * 100)
@settings(derandomize=True, deadline=None, max_examples=150)
async def test_a_name_stays_a_name(company: str, first: str, last: str, actor: str, sender: str) -> None:
    facts = {"first_name": first, "account_name": company, "package": actor, "by": actor}
    english, french = (render("license_removed", locale=locale, facts=facts) for locale in ("en", "fr-CA"))
    name = f"{first} {last}"
    for rendered, subject in (
        (english, f"Your license has been removed: {text(actor)}"),
        (french, f"Votre licence a été retirée\u00a0: {text(actor)}"),
    ):
        (mail,) = await on_the_wire(
            message(sender, name, rendered.subject, text=rendered.text, html=rendered.html),
        )
        assert [field for field, _ in mail.fields] == FIELDS
        assert mail.mailboxes("From") == [(shown(sender), "usher@usher.example.com")]
        assert mail.mailboxes("To") == [(shown(name), "ann@example.com")]
        assert mail.text("Subject") == subject.strip()
        assert mail.value("Message-ID") == f"<{ID}@usher.example.com>"
        assert mail.body.startswith(f"--=_{ID}\r\nContent-Type: text/plain".encode())
        assert mail.body.count(f"--=_{ID}".encode()) == 3


def text(value: str) -> str:
    """A value without what no mail repeats."""
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+", " ", value).strip()


def test_a_plain_name_is_quoted_and_any_other_is_encoded() -> None:
    values = {
        "Ann Example": '"Ann Example" <ann@example.com>',
        "Robin, Dr. O'Neil": '"Robin, Dr. O\'Neil" <ann@example.com>',
        'Ann "Nan" \\ Example': '"Ann \\"Nan\\" \\\\ Example" <ann@example.com>',
        "Zoé": "=?utf-8?q?Zo=C3=A9?= <ann@example.com>",
        "=?utf-8?q?Ann?=": "=?utf-8?b?PT91dGYtOD9xP0Fubj89?= <ann@example.com>",
        "\r\n\u202e": "<ann@example.com>",
    }
    for name, value in values.items():
        assert message(name=name).fields["To"] == value


def test_a_long_name_is_shortened_to_sixty_characters() -> None:
    (mail,) = [RawMail.read(checked(message(name="Ann " + "n" * 400)).content)]
    assert mail.mailboxes("To") == [("Ann " + "n" * 55 + "…", "ann@example.com")]


async def test_no_header_parser_is_given_the_text_of_a_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older Pythons write what they read in there; newer ones still decode it. So it is kept from both."""
    parsed: list[str] = []

    def watched(original: Any) -> Any:
        def watch(*arguments: Any) -> Any:
            parsed.extend(argument for argument in arguments if isinstance(argument, str))
            return original(*arguments)

        return watch

    for name in [name for name in vars(parser) if name.startswith("get_")]:
        monkeypatch.setattr(parser, name, watched(getattr(parser, name)))
    monkeypatch.setattr(HeaderRegistry, "__call__", watched(HeaderRegistry.__call__))
    hostile = message(INJECTED_HEADER, INJECTED_BODY, f"For {INJECTED_BODY}")
    await on_the_wire(hostile)
    assert "=?utf-8?" in "".join(parsed)
    assert [one for one in parsed if "=0D=0A" in one] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "en\r\nBcc: third@party.example"},
        {"language": "en\r\n\r\nbody"},
        {"language": "en\r\n "},
        {"language": "fr\u00e9"},
        {"language": "e" * 1000},
        {"recipient": MailAddress("Ann", "ann@example.com>, <third@party.example")},
        {"recipient": MailAddress("Ann", "ann@example.com, third@party.example")},
        {"recipient": MailAddress("Ann", "ann@example.com\r\nBcc: third@party.example")},
        {"sender": MailAddress("Usher", "usher@example.com\r\nBcc: third@party.example")},
        {"sender": MailAddress("Usher", "jörg@example.com")},
        {"text": "half a \ud800 character"},
    ],
)
def test_a_message_that_reads_otherwise_is_not_made(changes: dict[str, Any]) -> None:
    with pytest.raises(BrokenMessage):
        checked(message(**changes))


@pytest.mark.parametrize(
    ("given", "mailbox"),
    [
        ("seats@example.com", ("Usher", "seats@example.com")),
        ("Seat desk <seats@example.com>", ("Seat desk", "seats@example.com")),
        ('"Seats, Inc." <seats@example.com>', ("Seats, Inc.", "seats@example.com")),
        ('"The \\"desk\\"" <seats@example.com>', ('The "desk"', "seats@example.com")),
        ("Büro <seats@bücher.example>", ("Büro", "seats@xn--bcher-kva.example")),
        ("<seats@localhost>", ("Usher", "seats@localhost")),
        ("=?utf-8?q?Jo=0D=0ACc=3A_x?= <seats@example.com>", ("=?utf-8?q?Jo=0D=0ACc=3A_x?=", "seats@example.com")),
    ],
)
async def test_the_sender_is_the_one_that_was_set(given: str, mailbox: tuple[str, str]) -> None:
    sender = MailAddress.parse(given)
    (mail,) = await on_the_wire(message(sender=sender))
    assert mail.mailboxes("From") == [mailbox]
    assert mail.value("Message-ID") == f"<{ID}@{mailbox[1].partition('@')[2]}>"
