"""What callers from the open internet are not told."""

import httpx2
import pytest

from tests.support.company import Company
from tests.support.line import line

PUBLIC = {"x-forwarded-for": "8.8.8.8"}


@pytest.mark.parametrize("path", ["/readyz", "/metrics"])
async def test_a_stranger_cannot_see_that_mail_moves(http: httpx2.AsyncClient, company: Company, path: str) -> None:
    answer = await http.get(path, headers=PUBLIC)
    assert "mail" not in answer.text
    assert "usher_" not in answer.text
    assert "mail" in (await http.get(path)).text


async def test_a_stranger_is_told_whether_the_server_is_ready(http: httpx2.AsyncClient, company: Company) -> None:
    answer = await http.get("/readyz", headers=PUBLIC)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok"})
    assert (await http.get("/metrics", headers=PUBLIC)).status_code == 403


async def test_a_stranger_is_one_wherever_they_claim_to_be_after_the_body(company: Company, server_url: str) -> None:
    """What the proxy tells stands in the head; a client may have written what comes after the body."""
    request = (
        b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 8.8.8.8\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    async with line(company, server_url) as connection:
        for trailer in (b"", b"X-Forwarded-For: 10.0.0.1\r\n"):
            connection.send(request, b"0\r\n", trailer, b"\r\n")
            assert (await connection.answer())[0] == "HTTP/1.1 403 Forbidden"
