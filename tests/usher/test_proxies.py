"""Proxies that are believed, and what uvicorn makes of them."""

from typing import Any

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tests.usher.conftest import Env
from usher.server.uvicorn_config import uvicorn_options
from usher.settings import load_settings

TOLD = [(b"x-forwarded-for", b"198.51.100.7"), (b"x-forwarded-proto", b"https")]


async def seen(peer: str) -> tuple[str, str]:
    """The client and the scheme of a request that a peer passes on."""
    found: dict[str, Any] = {}

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        found.update(scope)

    proxies = uvicorn_options(load_settings())["forwarded_allow_ips"]
    scope: Any = {"type": "http", "client": (peer, 50_000), "scheme": "http", "headers": TOLD}
    await ProxyHeadersMiddleware(app, proxies)(scope, None, None)  # pyright: ignore[reportArgumentType]
    return found["client"][0], found["scheme"]


# A socket that takes both families tells addresses of IPv4 in the second way.
@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "127.0.0.1", "::ffff:127.0.0.1", "2001:db8::7"])
async def test_a_proxy_on_the_list_is_believed(env: Env, peer: str) -> None:
    env(TRUSTED_PROXIES="10.0.0.0/8,127.0.0.1, 2001:db8::/64")
    assert await seen(peer) == ("198.51.100.7", "https")


@pytest.mark.parametrize("peer", ["11.1.2.3", "::ffff:11.1.2.3", "127.0.0.2", "::ffff:127.0.0.2", "2001:db8:0:1::7"])
async def test_any_other_peer_is_the_client(env: Env, peer: str) -> None:
    env(TRUSTED_PROXIES="10.0.0.0/8,127.0.0.1, 2001:db8::/64")
    assert await seen(peer) == (peer, "http")
