"""The small pages with addresses, forms and headers that nobody would send: all that was given is escaped."""

from html.parser import HTMLParser
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import strategies as st

from models.operations.complete_sign_in import complete_sign_in
from models.operations.open_account import open_account
from models.tables import SessionKind
from tests.fuzz.callers import Callers
from tests.fuzz.damage import odd_headers
from tests.fuzz.raw import Answer, exchange
from tests.fuzz.running import every, watched
from tests.fuzz.values import NASTY
from tests.support.company import sign_in_token

pytestmark = watched()


def words(text: str) -> set[str]:
    """The words of a text."""
    return set(text.split())


FORM = ("content-type", b"application/x-www-form-urlencoded")
TAGS = words(
    "html head meta title link body header main footer nav div a h1 h2 p span strong br dl dt dd ul li"
    " form input label button"
)
ATTRIBUTES = words(
    "lang charset name content rel type href class method action value id for required maxlength autofocus"
    " autocomplete autocapitalize spellcheck hreflang aria-label aria-labelledby aria-invalid aria-describedby"
)
HOSTILE = [
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    '" onfocus="alert(1)" x="',
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "{heading} {0} {minutes.__class__}",
    "%0d%0aSet-Cookie: a=b",
    "a@b.example\r\nBcc: c@d.example",
    "\u202e<b>",
]

given_texts = st.sampled_from([*HOSTILE, *NASTY]) | st.text(max_size=40)
known_names = st.sampled_from(["token", "email", "lang"])
given_values = given_texts | st.sampled_from(["en", "fr", "A" * 43])
pairs = st.lists(st.tuples(known_names | given_texts, given_values), max_size=5)
# Percent signs and bytes as they come: most of it is neither UTF-8 nor well escaped.
encoded = pairs.map(lambda given: urlencode(given).encode()) | st.binary(max_size=60).map(
    lambda raw: quote_from_bytes(raw, safe="%&=+;<>\"'[]{}|^`\\").encode()
)


class Page(HTMLParser):
    """Fails when there is a tag or an attribute that the templates do not have."""

    def handle_starttag(self, tag, attrs):
        """Look at one tag."""
        assert tag in TAGS, self.get_starttag_text()
        for name, value in attrs:
            assert name in ATTRIBUTES, self.get_starttag_text()
            if name in {"href", "action"}:
                assert (value or "").startswith(("/", "https://install.example.com/")), self.get_starttag_text()


def is_page(answer: Answer, *statuses: int) -> None:
    """Fail unless it is a page of ours, whole and harmless, or the way to one."""
    assert answer.status in statuses, answer
    assert answer.headers["cache-control"] == "no-store", answer
    if answer.status == 303:
        assert answer.headers["location"].removesuffix("?lang=fr").removesuffix("?lang=en") in {"/", "/sign-in"}
        return
    assert answer.headers["content-type"] == "text/html; charset=utf-8", answer
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; "), answer
    html = answer.content.decode()
    page = Page()
    page.feed(html)
    page.close()
    assert html.startswith("<!doctype html>"), html
    assert html.rstrip().endswith("</html>"), html


@pytest.fixture
async def cookie(callers: Callers) -> bytes:
    """The cookie of a user whose names are as hostile as may be."""
    opened = await open_account(
        company_name=HOSTILE[0],
        email="a&b'c@example.net",
        first_name=HOSTILE[1],
        last_name=HOSTILE[3],
        locale="en",
        caller=None,
    )
    signed_in = await complete_sign_in(token=await sign_in_token(opened.user), kind=SessionKind.COOKIE)
    return f"usher_session={signed_in.secret}".encode()


async def test_a_page_is_shown_whatever_the_address(server_url: str, callers: Callers, cookie: bytes) -> None:
    async def examine(example):
        path, query, headers, signed_in = example
        headers = [*headers, *([("cookie", cookie)] if signed_in else [])]
        answer = await exchange(server_url, "GET", path + b"?" + query, headers)
        is_page(answer, 200, 303, 400)
        assert (b"b&#39;c@example.net" in answer.content) <= (signed_in and path == b"/")

    paths = st.sampled_from([b"/", b"/sign-in", b"/sign-in/request", b"/activate"])
    await every(st.tuples(paths, encoded, odd_headers() | st.just([]), st.booleans()), 100, examine)


async def test_a_form_is_answered_whatever_it_holds(server_url: str, callers: Callers) -> None:
    async def examine(example):
        path, body, headers, typed = example
        answer = await exchange(server_url, "POST", path, [*([FORM] if typed else []), *headers], body)
        is_page(answer, 200, 303, 400, 403, 410, 413, 415, 422)

    paths = st.sampled_from([b"/sign-in", b"/sign-in/request", b"/activate", b"/sign-out"])
    queries = st.sampled_from([b"", b"?lang=fr", b"?lang=en"]) | encoded.map(lambda query: b"?" + query)
    bodies = encoded | st.binary(max_size=60) | given_texts.map(lambda text: urlencode({"email": text}).encode())
    asked = st.tuples(st.builds(bytes.__add__, paths, queries), bodies, odd_headers() | st.just([]), st.booleans())
    await every(asked, 150, examine)


async def test_an_address_that_leads_nowhere_is_no_error_of_ours(server_url: str, callers: Callers) -> None:
    async def examine(example):
        method, path, headers = example
        answer = await exchange(server_url, method, b"/" + path, headers)
        assert 200 <= answer.status < 500, answer

    raw = st.binary(max_size=20).map(lambda octets: quote_from_bytes(octets, safe="%/;:@[]'\"<>\\^|").encode())
    folders = st.sampled_from([b"", b"graphiql/", b"pages/", b"/", b"../", b"graphql/", b"activate/", b"healthz/"])
    methods = st.sampled_from(["GET", "POST", "HEAD", "DELETE", "OPTIONS"])
    await every(st.tuples(methods, st.builds(bytes.__add__, folders, raw), odd_headers()), 80, examine)
