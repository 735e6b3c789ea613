"""Web addresses in settings: spelt as browsers spell them, or refused."""

import pytest

from tests.usher.conftest import Env, refusal
from usher.settings import load_settings

ONE = "expected http://host or https://host"
SPACE = "it has a space or another character that no address has"
PORT = "its port is not a number from 1 to 65535"
PATH = "it has a path or a query; serve Usher at the root of a host, e.g. https://usher.example.com"
USER = "it has a user name or a password, which belong in no link"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("HTTPS://Seats.Example.NET", "https://seats.example.net"),
        (" https://seats.example.net\n", "https://seats.example.net"),
        ("https://seats.example.net:443/", "https://seats.example.net"),
        ("http://seats.example.net:80", "http://seats.example.net"),
        ("http://seats.example.net:443", "http://seats.example.net:443"),
        ("https://seats.example.net:08443", "https://seats.example.net:8443"),
        ("https://müller.example", "https://xn--mller-kva.example"),
        ("https://MÜLLER.example", "https://xn--mller-kva.example"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://席.example:8443", "https://xn--gut.example:8443"),
        ("http://seat_desk:8000", "http://seat_desk:8000"),
        ("http://[0:0::1]:80", "http://[::1]"),
        ("http://192.0.2.7:8000", "http://192.0.2.7:8000"),
    ],
)
def test_the_public_url_is_spelt_as_browsers_spell_it(env: Env, given: str, read: str) -> None:
    env(PUBLIC_URL=given)
    settings = load_settings()
    assert (settings.public_url, settings.install_url) == (read, read)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("https://se ats.example.net", SPACE),
        ("https://seats.example.net\\x", SPACE),
        ("https://seats\u200b.example.net", SPACE),
        ("https://seats.example.net:99999", PORT),
        ("https://seats.example.net:0", PORT),
        ("https://seats.example.net:http", PORT),
        ("https://seats.example.net/desk", PATH),
        ("https://seats.example.net/?desk=1", PATH),
        ("https://seats.example.net/#desk", PATH),
        ("https://admin@seats.example.net", USER),
        ("https://[::1", ONE),
        ("http://[fe80::1%25eth0]:8000", ONE),
        ("https:seats.example.net", ONE),
        ("seats.example.net:443", ONE),
        ("https://seats..example.net", "'seats..example.net' is no host name"),
        ("https://seats%2eexample.net", "'seats%2eexample.net' is no host name"),
        ("https://-seats.example.net", "'-seats.example.net' is no host name"),
        ("https://192.0.2.300", "'192.0.2.300' is no host name"),
        (f"https://{'a' * 64}.example.net", f"'{'a' * 64}.example.net' is no host name"),
    ],
)
def test_a_public_url_that_leads_nowhere_is_refused(env: Env, given: str, reason: str) -> None:
    env(PUBLIC_URL=given)
    assert refusal() == f"USHER_PUBLIC_URL is wrong: {reason}."


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("[::1]", "8000", "http://[::1]:8000"),
        ("0:0:0:0:0:0:0:0", "8000", "http://localhost:8000"),
        ("LOCALHOST", "80", "http://localhost"),
        ("bücher.example", "8080", "http://xn--bcher-kva.example:8080"),
        ("fe80::1%eth0", "8000", "http://[fe80::1]:8000"),
    ],
)
def test_the_public_url_that_is_made_of_the_host_is_spelt_so_too(env: Env, host: str, port: str, url: str) -> None:
    env(HOST=host, PORT=port)
    assert load_settings().public_url == url


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (
            "https://install.example.net/get?os=win&arch=x64#top",
            "https://install.example.net/get?os=win&arch=x64#top",
        ),
        ("HTTPS://Install.Example.NET:443/Get/", "https://install.example.net/Get/"),
        (
            "https://install.example.net/téléchargement?a=%20",
            "https://install.example.net/t%C3%A9l%C3%A9chargement?a=%20",
        ),
    ],
)
def test_the_page_to_install_from_may_be_any_page(env: Env, given: str, read: str) -> None:
    env(INSTALL_URL=given)
    assert load_settings().install_url == read


@pytest.mark.parametrize(
    ("given", "reason"),
    [("https://install.example.net/get it", SPACE), ("https://a:b@install.example.net", USER), ("install", ONE)],
)
def test_a_page_that_nobody_can_open_is_refused(env: Env, given: str, reason: str) -> None:
    env(INSTALL_URL=given)
    assert refusal() == f"USHER_INSTALL_URL is wrong: {reason}."


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://Seats.example.net", ["https://seats.example.net"]),
        (
            "https://seats.example.net:443,http://seats.example.net:80/",
            ["https://seats.example.net", "http://seats.example.net"],
        ),
        ("https://müller.example", ["https://xn--mller-kva.example"]),
        ("http://localhost:5173, HTTP://LOCALHOST:5173", ["http://localhost:5173"]),
        ("http://[0::1]:5173", ["http://[::1]:5173"]),
        (" , ", []),
    ],
)
def test_origins_are_spelt_as_browsers_send_them(env: Env, given: str, read: list[str]) -> None:
    env(CORS_ORIGINS=given)
    assert load_settings().cors_origins == read


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            "https://seats.example.net/desk",
            "https://seats.example.net/desk is not an origin, e.g. https://app.example.com",
        ),
        ("null", "null is not an origin, e.g. https://app.example.com"),
        ("https://a:b@seats.example.net", USER),
        ("https://seats.example.net:70000", PORT),
    ],
)
def test_what_is_no_origin_is_refused(env: Env, given: str, reason: str) -> None:
    env(CORS_ORIGINS=given)
    assert refusal() == f"USHER_CORS_ORIGINS is wrong: {reason}."


@pytest.mark.parametrize(
    "given", ["*", "https://*", "https://*.example.net", "https://a.example.net,https://*.b.example"]
)
def test_a_pattern_of_origins_is_refused_with_the_reason(env: Env, given: str) -> None:
    env(CORS_ORIGINS=given)
    assert refusal() == (
        "USHER_CORS_ORIGINS is wrong: it has a *; name each origin, e.g. https://app.example.com:"
        " its pages act with the cookie of everybody who visits them."
    )
