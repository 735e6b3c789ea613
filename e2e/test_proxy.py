"""The nginx example of docs/operating.md, in front of the demo."""

import asyncio
import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect

from e2e.conftest import running_demo
from tests.support.certificate import Certificate
from tests.support.client import Live
from tests.support.running import free_port

EXAMPLE = Path(__file__).parent.parent / "docs" / "operating.md"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PUBLIC = "https://usher.example.com"
SIGN_IN = "mutation ($token: String!) { completeSignIn(input: {token: $token}) { __typename } }"
KEY = (
    "mutation ($network: String!) {"
    " createApiKey(input: {name: $network, scopes: [VIEW_INVENTORY], allowedNetworks: [$network]})"
    " { ... on ApiKeyCreated { secret } } }"
)
VERSION = "{ account { version } }"
SEATS = "subscription { seatCountsChanged { snapshot } }"


@dataclass
class Proxied:
    """The demo behind nginx: the address of the proxy, its access log, and a link that signs in."""

    url: str
    log: Path
    token: str


@pytest.fixture(scope="module")
async def proxied(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Proxied]:
    """Debian's nginx with the example, but for its ports and files."""
    folder = tmp_path_factory.mktemp("nginx")
    certificate = Certificate.make(folder)
    port = free_port()
    async with running_demo(folder, PUBLIC_URL=PUBLIC) as demo:
        (folder / "nginx.conf").write_text(configuration(folder, certificate, port, demo.url))
        async with nginx(folder, port):
            token = demo.sign_in_link.rpartition("=")[2]
            yield Proxied(f"https://127.0.0.1:{port}", folder / "usher.log", token)


def configuration(folder: Path, certificate: Certificate, port: int, behind: str) -> str:
    found = re.search(r"```nginx\n(.*?)```", EXAMPLE.read_text(), re.DOTALL)
    assert found
    example = found[1]
    for given, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/ssl/usher.example.com.pem", str(certificate.certificate_file)),
        ("/etc/ssl/usher.example.com.key", str(certificate.key_file)),
        ("/var/log/nginx/usher.log", str(folder / "usher.log")),
        ("http://127.0.0.1:8000", behind),
    ):
        assert example.count(given) == 1, given
        example = example.replace(given, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    start = f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}\n"
    return f"{start}http {{\n{paths}{example}}}\n"


@asynccontextmanager
async def nginx(folder: Path, port: int) -> AsyncIterator[None]:
    assert NGINX, "install nginx first: apt-get install nginx-light"
    process = await asyncio.create_subprocess_exec(
        NGINX, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")
    )
    try:
        async with asyncio.timeout(10):
            while not await listens(port):
                assert process.returncode is None, (folder / "error.log").read_text()
                await asyncio.sleep(0.02)
        yield
    finally:
        process.terminate()
        await process.wait()


def insecure() -> ssl.SSLContext:
    """A context that takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


@pytest.fixture
async def http(proxied: Proxied) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser of the public URL: an Origin, and no Sec-Fetch-Site."""
    headers = {"host": "usher.example.com", "origin": PUBLIC}
    async with httpx2.AsyncClient(base_url=proxied.url, headers=headers, verify=False) as client:
        yield client


@pytest.fixture(scope="module")
async def cookie(proxied: Proxied) -> str:
    """The session cookie of the administrator, got through the proxy."""
    async with httpx2.AsyncClient(base_url=proxied.url, verify=False) as client:
        body = {"query": SIGN_IN, "variables": {"token": proxied.token}}
        answer = await client.post("/graphql", json=body, headers={"host": "usher.example.com", "origin": PUBLIC})
    assert answer.json() == {"data": {"completeSignIn": {"__typename": "SignedIn"}}}
    [line] = answer.headers.get_list("set-cookie")
    assert line.startswith("__Host-usher_session=")
    assert "; Secure" in line
    return line.partition(";")[0]


async def test_a_session_cookie_counts_for_the_public_origin_alone(http: httpx2.AsyncClient, cookie: str) -> None:
    for origin, signed_in in ((PUBLIC, True), ("http://usher.example.com", False), ("https://evil.example", False)):
        body = {"query": "{ viewer { user { email } } }"}
        answer = await http.post("/graphql", json=body, headers={"cookie": cookie, "origin": origin})
        expected = {"user": {"email": "admin@example.com"}} if signed_in else None
        assert answer.json()["data"]["viewer"] == expected


async def test_pages_come_by_https_alone(http: httpx2.AsyncClient) -> None:
    for path in ("/", "/graphiql", "/sign-in"):
        page = await http.get(path)
        assert (page.status_code, page.headers["strict-transport-security"]) == (200, "max-age=31536000")


async def test_a_client_does_not_choose_its_address(http: httpx2.AsyncClient, cookie: str) -> None:
    for network, works in (("127.0.0.1/32", True), ("192.0.2.1/32", False)):
        body = {"query": KEY, "variables": {"network": network}}
        secret = (await http.post("/graphql", json=body, headers={"cookie": cookie})).json()["data"]["createApiKey"]
        for forwarded in ({}, {"x-forwarded-for": "192.0.2.1"}, {"x-forwarded-for": "192.0.2.1, 127.0.0.1"}):
            bearer = {"authorization": f"Bearer {secret['secret']}"}
            answer = (await http.post("/graphql", json={"query": VERSION}, headers=bearer | forwarded)).json()
            refused = [error["extensions"].get("reason") for error in answer.get("errors", [])]
            assert refused == ([] if works else ["NETWORK_NOT_ALLOWED"]), (network, forwarded)


async def test_websockets_pass_the_proxy(proxied: Proxied, cookie: str) -> None:
    port = int(proxied.url.rpartition(":")[2])
    async with connect(
        "wss://usher.example.com/graphql",
        host="127.0.0.1",
        port=port,
        ssl=insecure(),
        subprotocols=["graphql-transport-ws"],  # pyright: ignore[reportArgumentType]
        additional_headers={"Cookie": cookie, "Origin": PUBLIC},
    ) as socket:
        live = Live(socket)
        await live.send(type="connection_init")
        assert (await live.receive())["type"] == "connection_ack"
        await live.subscribe(SEATS)
        assert (await live.next())["seatCountsChanged"] == {"snapshot": True}


async def test_server_sent_events_are_not_buffered(http: httpx2.AsyncClient, cookie: str) -> None:
    headers = {"accept": "text/event-stream", "cookie": cookie}
    async with (
        asyncio.timeout(5),
        http.stream("POST", "/graphql", json={"query": SEATS}, headers=headers) as answer,
    ):
        lines = answer.aiter_lines()
        while '"snapshot":true' not in await anext(lines):
            pass


async def test_no_token_is_logged(proxied: Proxied, http: httpx2.AsyncClient) -> None:
    await http.get("/sign-in?token=hush")
    async with asyncio.timeout(5):
        while '"GET /sign-in" 200' not in proxied.log.read_text():  # noqa: ASYNC110 - no event says when it is written
            await asyncio.sleep(0.02)
    assert "hush" not in proxied.log.read_text()
