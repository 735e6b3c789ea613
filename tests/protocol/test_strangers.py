"""What callers from the open internet are not told."""

import httpx2
import pytest

from tests.support.company import Company

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
