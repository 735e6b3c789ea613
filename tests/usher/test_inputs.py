"""Inputs that people type: those accepted, the form in which they are stored, and those refused."""
# ruff: noqa: RUF001 - addresses and names are written in many scripts

from typing import Any

import pytest
from babel import Locale
from babel.localedata import locale_identifiers
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.rules.inputs import Inputs

NOT_AN_EMAIL = "Not an e-mail address."
NOT_A_DOMAIN = "Not a domain name, for example example.com."
NOT_A_LOCALE = "Not a locale, for example en or fr-CA."
EMPTY = "Must not be empty."
CONTROLS = "Must not hold control characters."

# Texts with much of what addresses, domains and locales are made of.
ALMOST_RIGHT = st.text(st.sampled_from("aB1éß.-@_。\u00ad\u200d\u0301 "), max_size=12).map(
    lambda typed: f"{typed}.example.com"
) | st.from_regex(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,4}){0,2}", fullmatch=True)


def taken(kind: str, value: Any, **limits: int) -> Any:
    """The clean value; fails the test when it is refused."""
    inputs = Inputs()
    clean = getattr(inputs, kind)("field", value, **limits)
    inputs.refuse_bad()
    return clean


def refused(kind: str, value: Any, **limits: int) -> str:
    """Why the value is refused; fails the test when it is taken."""
    inputs = Inputs()
    getattr(inputs, kind)("field", value, **limits)
    with pytest.raises(InvalidInput) as error:
        inputs.refuse_bad()
    ((path, text),) = error.value.fields
    assert path == ("field",)
    return text


GOOD_EMAILS = {
    "ann@example.com": "ann@example.com",
    "  ann@example.com\n": "ann@example.com",
    "Ann.Example@EXAMPLE.Com": "Ann.Example@example.com",
    "ann+seats@sub.example.com": "ann+seats@sub.example.com",
    "o'neil_%!#$&*/=?^`{|}~-@example.com": "o'neil_%!#$&*/=?^`{|}~-@example.com",
    "1@example.com": "1@example.com",
    "ann@bücher.example.com": "ann@xn--bcher-kva.example.com",
    "ann@XN--BCHER-KVA.example.com": "ann@xn--bcher-kva.example.com",
    "ann@EXAMPLE。com": "ann@example.com",
    f"{'a' * 64}@example.com": f"{'a' * 64}@example.com",
    f"a@{'b' * 63}.example.com": f"a@{'b' * 63}.example.com",
}

BAD_EMAILS = [
    "",
    " ",
    "ann",
    "@example.com",
    "ann@",
    "ann@localhost",
    "ann@example",
    "ann@@example.com",
    ".ann@example.com",
    "ann.@example.com",
    "a..b@example.com",
    "ann@exam ple.com",
    '"a b"@example.com',
    "élodie@example.com",
    "ann@-example.com",
    "ann@example-.com",
    "ann@exa_mple.com",
    "ann@example..com",
    "ann@.example.com",
    "ann@example.com.",
    "ann@example.123",
    "ann@[127.0.0.1]",
    "ann@127.0.0.1",
    "Ann <ann@example.com>",
    "mailto:ann@example.com",
    "ann@example.com,ben@example.com",
    "ann@example.com;",
    "=?utf-8?q?ann?=@example.com",
    "ann+=?utf-8?b?QQ==?=@example.com",
    "ann@example.com\nBcc: ben@example.com",
    "ann\r\n@example.com",
    "ann\x00@example.com",
    "ann@example.com\x00",
    "ann\u202e@example.com",
    "ann@\ud800.com",
    "\ud800@example.com",
    f"{'a' * 65}@example.com",
    f"a@{'b' * 64}.com",
    f"a@{'.'.join(['b' * 60] * 4)}.example.com",
    "a" * 100_000,
]


@pytest.mark.parametrize("typed", GOOD_EMAILS)
def test_good_addresses_are_kept_in_one_form(typed: str) -> None:
    assert taken("email", typed) == GOOD_EMAILS[typed]


@pytest.mark.parametrize("typed", BAD_EMAILS, ids=lambda typed: ascii(typed)[:40])
def test_bad_addresses_are_refused(typed: str) -> None:
    assert refused("email", typed) == NOT_AN_EMAIL


GOOD_DOMAINS = {
    "example.com": "example.com",
    " Sub.EXAMPLE.com ": "sub.example.com",
    "example.com.": "example.com",
    "a-b.example.com": "a-b.example.com",
    "a.io": "a.io",
    "123.example.com": "123.example.com",
    "bücher.example.com": "xn--bcher-kva.example.com",
    "xn--bcher-kva.example.com": "xn--bcher-kva.example.com",
    "BÜCHER.example.com": "xn--bcher-kva.example.com",
    "straße.example.com": "xn--strae-oqa.example.com",
    "例え.example.com": "xn--r8jz45g.example.com",
    "example.рф": "example.xn--p1ai",
    "example。com": "example.com",
    # Of networks without a way out, and of developers.
    "corp.local": "corp.local",
    "Corp.TEST": "corp.test",
    "a.b.internal": "a.b.internal",
    "office.lan": "office.lan",
    "attic.home.arpa": "attic.home.arpa",
    "corp.example": "corp.example",
    "localhost.example.com": "localhost.example.com",
    f"{'a' * 63}.com": f"{'a' * 63}.com",
    ".".join(["a" * 60] * 4) + ".example": ".".join(["a" * 60] * 4) + ".example",
}

BAD_DOMAINS = [
    "",
    ".",
    "com",
    "localhost",
    ".com",
    "example.",
    "example..com",
    ".example.com",
    "-example.com",
    "example-.com",
    "exa_mple.com",
    "_dmarc.example.com",
    "exa mple.com",
    "*.example.com",
    "ann@example.com",
    "https://example.com",
    "example.com/seats",
    "example.com:443",
    "example.com\x00",
    "exam\nple.com",
    "127.0.0.1",
    "[127.0.0.1]",
    "example.123",
    "[::1]",
    "[IPv6:2001:db8::1]",
    "mail.localhost",
    "Example.INVALID",
    "example.onion",
    "2.0.192.in-addr.arpa",
    "example.arpa",
    "xn--.com",
    "xn--a.com",
    "ab--cd.com",
    "👍.com",
    "\ud800.com",
    f"{'a' * 64}.com",
    ".".join(["a" * 61] * 4) + ".example",
    "a" * 100_000,
]


@pytest.mark.parametrize("typed", GOOD_DOMAINS)
def test_good_domains_are_kept_in_one_form(typed: str) -> None:
    assert taken("domain", typed) == GOOD_DOMAINS[typed]


@pytest.mark.parametrize("typed", BAD_DOMAINS, ids=lambda typed: ascii(typed)[:40])
def test_bad_domains_are_refused(typed: str) -> None:
    assert refused("domain", typed) == NOT_A_DOMAIN


# An address as a whole has 254 characters at most.
@pytest.mark.parametrize("typed", [typed for typed in GOOD_DOMAINS if len(typed) < 250])
def test_an_address_has_the_domain_that_was_claimed(typed: str) -> None:
    domain = typed.strip().removesuffix(".")
    assert taken("email", f"ann@{domain}") == f"ann@{GOOD_DOMAINS[typed]}"


@pytest.mark.parametrize("typed", BAD_DOMAINS, ids=lambda typed: ascii(typed)[:40])
def test_an_address_has_no_domain_that_cannot_be_claimed(typed: str) -> None:
    assert refused("email", f"ann@{typed}") == NOT_AN_EMAIL


LABELS = st.text(st.sampled_from("aZ09-_\u00e9\u00df\u3002 "), max_size=5)
ENDS = ["com", "local", "test", "lan", "internal", "home.arpa", "arpa", "onion", "invalid", "localhost", "123", ""]


@settings(derandomize=True, deadline=None)
@given(labels=st.lists(LABELS, max_size=3), end=st.sampled_from(ENDS))
def test_what_can_be_claimed_can_be_an_address_and_the_other_way_round(labels: list[str], end: str) -> None:
    typed = ".".join([*labels, end])
    claim, address = Inputs(), Inputs()
    name, email = claim.domain("field", typed), address.email("field", f"ann@{typed}")
    # Around a claim there may be white space, and a dot after it.
    if typed == typed.strip().removesuffix("."):
        assert bool(claim.bad) == bool(address.bad)
    if not address.bad:
        assert email == f"ann@{name}"


GOOD_LOCALES = {
    "en": "en",
    " EN ": "en",
    "fr-CA": "fr-CA",
    "FR-ca": "fr-CA",
    "pt-BR": "pt-BR",
    "es-419": "es-419",
    "sr-Latn-RS": "sr-Latn-RS",
    "zh-hant-tw": "zh-Hant-TW",
    "zh-TW": "zh-Hant-TW",
    "sr-RS": "sr-Cyrl-RS",
    "en-Latn-GB": "en-GB",
    # Without a locale of the region, the language.
    "en-JP": "en",
    "de-us": "de",
    "ja-US": "ja",
    "no-NO": "no",
    "en-XX": "en",
    "sr-Latn-US": "sr-Latn",
    "zh-US": "zh-Hant",
    # Variants, extensions, private use.
    "ca-ES-VALENCIA": "ca-ES-valencia",
    "de-CH-1996": "de-CH",
    "sl-rozaj-biske-1994": "sl",
    "en-US-u-hc-h12": "en-US",
    "en-GB-x-house": "en-GB",
    "th-TH-u-ca-buddhist-nu-thai-t-en-m0-abc-x-y": "th-TH",
    # Former and longer codes.
    "tl": "fil",
    "iw-IL": "he-IL",
    "eng-840": "en-US",
    "en-UK": "en-GB",
    "sh": "sr-Latn",
    "zh-cmn-Hans-CN": "zh-Hans-CN",
    "zh-min-nan": "zh",
    "i-klingon": "en",
    "i-LUX": "lb",
    "no-nyn": "nn",
    "en-GB-oed": "en-GB",
    # Languages without data, and none.
    "sco": "en",
    "sco-GB": "en-GB",
    "und": "en",
    "und-CA": "en-CA",
    "mul": "en",
}
BAD_LOCALES = [
    "",
    " ",
    "e",
    "C",
    "xx",
    "zz-CA",
    "english",
    "french-CA",
    "fr_CA",
    "en-",
    "-en",
    "en--US",
    "en-u",
    "en-x-",
    "en-USA-",
    "i-nonsense",
    "en.UTF-8",
    "en-US@calendar",
    "ca-ES@valencia",
    "root",
    "x-klingon",
    "en\x00",
    "en\nfr",
    "\uff45\uff4e",
    "../../etc/passwd",
    "en" + "-variant" * 32,
    "e" * 100_000,
]


@pytest.mark.parametrize("typed", GOOD_LOCALES)
def test_good_locales_are_kept_in_one_form(typed: str) -> None:
    assert taken("locale", typed) == GOOD_LOCALES[typed]


@pytest.mark.parametrize("typed", BAD_LOCALES, ids=lambda typed: ascii(typed)[:40])
def test_bad_locales_are_refused(typed: str) -> None:
    assert refused("locale", typed) == NOT_A_LOCALE


async def test_every_locale_that_there_is_data_of_is_kept_as_it_is() -> None:
    known = [name for name in locale_identifiers() if name not in {"root", "und"}]
    assert len(known) > 1_000
    for name in known:
        tag = "-".join(each.lower() if len(each) > 4 else each for each in name.split("_"))
        assert taken("locale", tag) == taken("locale", tag.upper()) == tag
        assert Locale.parse(tag, sep="-") == Locale.parse(name)


SUBTAG = st.from_regex(r"[a-zA-Z0-9]{1,8}", fullmatch=True)


@settings(derandomize=True, deadline=None)
@given(
    language=st.sampled_from(["en", "FR", "zh", "sr", "no", "und", "sco", "haw", "deu"]),
    script=st.sampled_from(["", "-Latn", "-CYRL", "-hant", "-Zzzz"]),
    region=st.from_regex(r"(-([A-Za-z]{2}|[0-9]{3}))?", fullmatch=True),
    variant=st.sampled_from(["", "-valencia", "-1996", "-POSIX-polyton"]),
    private=st.lists(SUBTAG, max_size=3).map(lambda parts: "-x-" + "-".join(parts) if parts else ""),
)
def test_every_tag_of_a_language_leads_to_a_locale_that_formats_can_use(
    language: str, script: str, region: str, variant: str, private: str
) -> None:
    kept = taken("locale", language + script + region + variant + private)
    assert Locale.parse(kept, sep="-").number_symbols
    assert taken("locale", kept) == kept


GOOD_TEXTS = {
    "Ann": "Ann",
    "\n  Ann  Example\t": "Ann  Example",
    "Exe\u0301mple": "Ex\u00e9mple",
    "O’Neil-Ünal & <b>": "O’Neil-Ünal & <b>",
    "李小龍": "李小龍",
    "👍🏽": "👍🏽",
    # Of Unicode 15, 15.1, 16 and 17: whatever this Python knows of them.
    "\U0001fae8\U0001face": "\U0001fae8\U0001face",
    "\U00031350\U000323af": "\U00031350\U000323af",
    "\U0002ebf0\U0002ee5d": "\U0002ebf0\U0002ee5d",
    "\U0001fae9": "\U0001fae9",
    "\U00033479": "\U00033479",
    # Pasted from documents, files and chats.
    "Mari\u00adanne": "Marianne",
    "\ufeffAnn \ufeff": "Ann",
    "Ann\u200b \u200eExample\u200f\u2060": "Ann Example",
    "e\u00ad\u0301": "\u00e9",
    # Needed by their scripts, or seen.
    "\u0646\u200c\u0647": "\u0646\u200c\u0647",
    "\u06dd\u0661": "\u06dd\u0661",
    "A\u3164B": "A\u3164B",
    "x" * 20: "x" * 20,
    "e\u0301" * 20: "\u00e9" * 20,
}
BAD_TEXTS = {
    "": EMPTY,
    " \t\r\n\u00a0\u2003 ": EMPTY,
    "\u3164": EMPTY,
    "\u115f\u1160 \uffa0\u2800": EMPTY,
    "\u200b\ufeff\u00ad": EMPTY,
    "\u200d\u200c\ufe0f": EMPTY,
    "x" * 21: "At most 20 characters.",
    "Ann\nExample": CONTROLS,
    "Ann\tExample": CONTROLS,
    "Ann\x00": CONTROLS,
    "Ann\x7f": CONTROLS,
    "Ann\x85Example": CONTROLS,
    "Ann\ud800": CONTROLS,
    "Ann\uffff": CONTROLS,
    "Ann\ufdd0": CONTROLS,
    "Ann\U0003fffe": CONTROLS,
    "Ann\ue000": CONTROLS,
    "Ann\U000f1234": CONTROLS,
    "\u202eAnn": CONTROLS,
    "Ann\u202a\u202c": CONTROLS,
    "Ann\u2066\u2069": CONTROLS,
    "Ann\u2028Example": CONTROLS,
}


@pytest.mark.parametrize("typed", GOOD_TEXTS)
def test_good_texts_are_trimmed_and_composed(typed: str) -> None:
    assert taken("text", typed, most=20) == GOOD_TEXTS[typed]


@pytest.mark.parametrize("typed", BAD_TEXTS, ids=lambda typed: ascii(typed)[:40])
def test_bad_texts_are_refused(typed: str) -> None:
    assert refused("text", typed, most=20) == BAD_TEXTS[typed]


@pytest.mark.parametrize(("value", "least"), [(1, 1), (10_000, 1), (0, 0)])
def test_good_quantities(value: int, least: int) -> None:
    inputs = Inputs()
    assert (inputs.quantity(("quantity",), value, least=least), inputs.bad) == (value, [])


@pytest.mark.parametrize(("value", "least"), [(0, 1), (-1, 0), (10_001, 1), (2**31, 1), (-(2**63), 1)])
def test_bad_quantities(value: int, least: int) -> None:
    inputs = Inputs()
    inputs.quantity(("lines", "3", "quantity"), value, least=least)
    assert inputs.bad == [(("lines", "3", "quantity"), f"A whole number from {least} to 10000.")]


def test_every_bad_field_is_told_at_once() -> None:
    inputs = Inputs()
    inputs.email("email", "ann")
    inputs.text("firstName", "Ann", most=20)
    inputs.text("lastName", "", most=20)
    inputs.locale("locale", "xx")
    with pytest.raises(InvalidInput) as error:
        inputs.refuse_bad()
    assert error.value.fields == [(("email",), NOT_AN_EMAIL), (("lastName",), EMPTY), (("locale",), NOT_A_LOCALE)]
    assert str(error.value) == f"email: {NOT_AN_EMAIL}; lastName: {EMPTY}; locale: {NOT_A_LOCALE}"


@pytest.mark.parametrize("kind", ["email", "domain", "locale"])
@settings(derandomize=True, deadline=None)
@given(typed=ALMOST_RIGHT | st.text(max_size=300))
def test_whatever_is_typed_is_taken_or_refused_and_taking_it_again_changes_nothing(kind: str, typed: str) -> None:
    inputs = Inputs()
    clean = getattr(inputs, kind)("field", typed)
    if not inputs.bad:
        assert taken(kind, clean) == clean
        assert clean.isascii()
        assert clean.isprintable()


@settings(derandomize=True, deadline=None)
@given(typed=st.text(max_size=50))
def test_whatever_text_is_taken_can_be_stored_and_taking_it_again_changes_nothing(typed: str) -> None:
    inputs = Inputs()
    clean = inputs.text("field", typed, most=20)
    if not inputs.bad:
        assert taken("text", clean, most=20) == clean
        assert 1 <= len(clean) <= 20
        assert "\x00" not in clean
        assert clean.encode().decode() == clean
