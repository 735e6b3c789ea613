"""The portal's addresses with parameters and headers that nobody would send: always the same page."""

from collections import Counter
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from api.pages.portal import PATHS
from tests.conftest import ROOT
from tests.fuzz.callers import Callers
from tests.fuzz.damage import odd_headers
from tests.fuzz.raw import exchange
from tests.fuzz.running import every, watched

pytestmark = watched()

PAGE = (ROOT / "portal" / "dist" / "index.html").read_bytes()

# Percent signs and bytes as they come: most of it is neither UTF-8 nor well escaped.
encoded = st.binary(max_size=60).map(lambda raw: quote_from_bytes(raw, safe="%&=+;<>\"'[]{}|^`\\").encode())


async def test_a_page_is_the_same_whatever_its_address_and_headers_hold(server_url: str, callers: Callers) -> None:
    statuses: Counter[int] = Counter()

    async def examine(example):
        path, query, headers = example
        answer = await exchange(server_url, "GET", path + b"?token=" + query, headers)
        # Some headers ask for a part of it, or whether it has changed.
        assert answer.status in ({200, 206, 304, 400, 416} if headers else {200}), answer
        statuses[answer.status] += 1
        if answer.status == 200:
            assert answer.content == PAGE
            assert answer.headers["cache-control"] == "no-store", answer
            assert answer.headers["content-security-policy"].startswith("default-src 'none'; "), answer

    paths = st.sampled_from([path.encode() for path in PATHS])
    await every(st.tuples(paths, encoded, odd_headers() | st.just([])), 100, examine)
    assert statuses[200] > statuses.total() / 2, statuses


async def test_an_address_that_leads_nowhere_is_no_error_of_ours(server_url: str, callers: Callers) -> None:
    async def examine(example):
        method, path, headers = example
        answer = await exchange(server_url, method, b"/" + path, headers)
        assert 200 <= answer.status < 500, answer

    raw = st.binary(max_size=20).map(lambda octets: quote_from_bytes(octets, safe="%/;:@[]'\"<>\\^|").encode())
    folders = st.sampled_from(
        [b"", b"graphiql/", b"portal/assets/", b"/", b"../", b"graphql/", b"activate/", b"healthz/"]
    )
    methods = st.sampled_from(["GET", "POST", "HEAD", "DELETE", "OPTIONS"])
    await every(st.tuples(methods, st.builds(bytes.__add__, folders, raw), odd_headers()), 80, examine)
