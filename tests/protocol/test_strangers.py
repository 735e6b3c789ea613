"""The counts of monitoring: for the token alone, wherever the caller seems to be."""

import httpx2
import pytest

from models.events.seat_feed import Feed
from payments import make_provider
from tests.conftest import METRICS_TOKEN
from tests.support.company import Company
from tests.support.line import line
from tests.support.serving import serving

TOKEN = {"authorization": f"Bearer {METRICS_TOKEN}"}
READY = {"status": "ok", "database": "ok"}
# Told by a proxy on this machine, which is believed: nobody's network, several proxies, nonsense, and nothing.
FORWARDED = ["8.8.8.8", "8.8.8.8, 10.0.0.1", "8.8.8.8,", "garbage", "100.64.1.1", "127.0.0.1", "10.0.0.1", "::1", ""]
WRONG = [
    "",
    "Bearer",
    f"Bearer {METRICS_TOKEN[:-1]}",
    f"Bearer {METRICS_TOKEN}x",
    f"Bearer {METRICS_TOKEN.upper()}",
    f"Basic {METRICS_TOKEN}",
    METRICS_TOKEN,
    "Bearer \xe9",
]


@pytest.mark.parametrize("forwarded", FORWARDED)
async def test_no_address_stands_in_for_the_token(http: httpx2.AsyncClient, company: Company, forwarded: str) -> None:
    told = {"x-forwarded-for": forwarded}
    ready = await http.get("/readyz", headers=told)
    assert (ready.status_code, ready.json()) == (200, READY)
    metrics = await http.get("/metrics", headers=told)
    assert (metrics.status_code, metrics.headers["www-authenticate"]) == (401, "Bearer")
    assert metrics.json() == {"status": "unauthorized"}
    assert (await http.get("/metrics", headers=told | TOKEN)).status_code == 200


@pytest.mark.parametrize("authorization", WRONG)
async def test_another_token_is_none(http: httpx2.AsyncClient, company: Company, authorization: str) -> None:
    sent = {"authorization": authorization.encode("latin-1")}
    ready = await http.get("/readyz", headers=sent)
    assert (ready.status_code, ready.json()) == (200, READY)
    metrics = await http.get("/metrics", headers=sent)
    assert (metrics.status_code, metrics.json()) == (401, {"status": "unauthorized"})


async def test_neither_session_nor_key_is_the_token(http: httpx2.AsyncClient, company: Company) -> None:
    sent = {"authorization": f"Bearer {await company.access_token()}"}
    assert (await http.get("/metrics", headers=sent)).status_code == 401


async def test_the_counts_are_stored_by_nobody(http: httpx2.AsyncClient, company: Company) -> None:
    for path in ("/readyz", "/metrics"):
        assert (await http.get(path, headers=TOKEN)).headers["cache-control"] == "no-store"


async def test_without_the_setting_there_are_no_counts(feed: Feed, company: Company) -> None:
    async with serving(make_provider("sandbox"), feed, METRICS_TOKEN) as client:
        metrics = await client.http.get("/metrics")
        assert (metrics.status_code, metrics.text) == (404, "Not Found")
        ready = await client.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, READY)


async def test_a_token_after_the_body_is_none(company: Company, server_url: str) -> None:
    """The fields that count stand in the head."""
    request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with line(company, server_url) as connection:
        for trailer in (b"", f"Authorization: Bearer {METRICS_TOKEN}\r\n".encode()):
            connection.send(request, b"0\r\n", trailer, b"\r\n")
            assert (await connection.answer())[0] == "HTTP/1.1 401 Unauthorized"
