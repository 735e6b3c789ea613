"""Settings: where they come from, and the one line that says which of them is wrong."""

from pathlib import Path

import pytest

from api.limits import DEFAULT_LIMITS, Limits
from tests.usher.conftest import Env, refusal
from usher.settings import SettingsError, load_settings

KEY = "k" * 32
ONLY_TRUSTED = "USHER_ONLY_TRUSTED_DOCUMENTS"


def test_without_any_setting_all_have_a_value_but_the_secret_ones(env: Env) -> None:
    settings = load_settings()
    assert vars(settings) == {
        "database_url": None,
        "smtp_url": None,
        "smtp_connections": 10,
        "mail_from": "Usher <usher@localhost>",
        "public_url": "http://127.0.0.1:8000",
        "install_url": "http://127.0.0.1:8000",
        "host": "127.0.0.1",
        "port": 8000,
        "keep_alive_seconds": 75,
        "secret_key": None,
        "metrics_token": None,
        "cors_origins": (),
        "payments": "sandbox",
        "database_direct_url": None,
        "database_pool": 20,
        "relay": True,
        "keep_idempotency_keys_days": 30,
        "keep_deliveries_days": 90,
        "keep_credentials_days": 30,
        "keep_sign_in_requests_days": 1,
        "explorer": True,
        "portal": True,
        "introspection": True,
        "trusted_documents": None,
        "only_trusted_documents": False,
        "data_folder": Path(".usher"),
        "trusted_proxies": "127.0.0.1",
        "get_queries": False,
        "max": DEFAULT_LIMITS,
    }


def test_every_setting_is_read_from_the_environment(env: Env) -> None:
    env(
        DATABASE_URL="postgresql://usher:hush@db.example.com:5433/usher?sslmode=require",
        SMTP_URL="smtps://usher:hush@mail.example.com",
        SMTP_CONNECTIONS="3",
        MAIL_FROM="Seat desk <seats@example.com>",
        PUBLIC_URL="https://seats.example.com/",
        INSTALL_URL="https://install.example.com/start",
        HOST="::1",
        PORT="80",
        KEEP_ALIVE_SECONDS="120",
        SECRET_KEY=KEY,
        METRICS_TOKEN="m" * 16,
        CORS_ORIGINS=" https://app.example.com, http://localhost:5173 ,",
        PAYMENTS="sandbox",
        DATABASE_DIRECT_URL="postgresql://usher:hush@direct.example.com/usher",
        DATABASE_POOL="2",
        RELAY="false",
        KEEP_IDEMPOTENCY_KEYS_DAYS="1",
        KEEP_DELIVERIES_DAYS="365",
        KEEP_CREDENTIALS_DAYS="36500",
        KEEP_SIGN_IN_REQUESTS_DAYS="2",
        EXPLORER="false",
        PORTAL="false",
        INTROSPECTION="false",
        TRUSTED_DOCUMENTS="/etc/usher/documents",
        ONLY_TRUSTED_DOCUMENTS="true",
        DATA_FOLDER="/var/lib/usher",
        TRUSTED_PROXIES="10.0.0.0/8",
        GET_QUERIES="true",
        MAX_DOCUMENT_COST="20000",
        MAX_SOCKET_MESSAGES_PER_SECOND="7",
    )
    settings = load_settings()
    assert settings.smtp_url is not None
    assert settings.secret_key is not None
    assert settings.smtp_url.value == "smtps://usher:hush@mail.example.com"
    assert settings.secret_key.value == KEY
    assert settings.metrics_token is not None
    assert settings.metrics_token.value == "m" * 16
    secret = {"smtp_url", "secret_key", "metrics_token"}
    assert {name: value for name, value in vars(settings).items() if name not in secret} == {
        "database_url": "postgresql://usher:hush@db.example.com:5433/usher?sslmode=require",
        "smtp_connections": 3,
        "mail_from": "Seat desk <seats@example.com>",
        "public_url": "https://seats.example.com",
        "install_url": "https://install.example.com/start",
        "host": "::1",
        "port": 80,
        "keep_alive_seconds": 120,
        "cors_origins": ["https://app.example.com", "http://localhost:5173"],
        "payments": "sandbox",
        "database_direct_url": "postgresql://usher:hush@direct.example.com/usher",
        "database_pool": 2,
        "relay": False,
        "keep_idempotency_keys_days": 1,
        "keep_deliveries_days": 365,
        "keep_credentials_days": 36_500,
        "keep_sign_in_requests_days": 2,
        "explorer": False,
        "portal": False,
        "introspection": False,
        "trusted_documents": Path("/etc/usher/documents"),
        "only_trusted_documents": True,
        "data_folder": Path("/var/lib/usher"),
        "trusted_proxies": "10.0.0.0/8",
        "get_queries": True,
        "max": Limits(document_cost=20_000, socket_messages_per_second=7),
    }


WRONG = {
    "DATABASE_URL": ["mysql://db.example.com/usher", "postgres://db.example.com", "usher", ""],
    "SMTP_URL": ["http://mail.example.com", "mail.example.com", "smtp://", "smtp://a?starttls=maybe", ""],
    "SMTP_CONNECTIONS": ["0", "51", "few", ""],
    "MAIL_FROM": [
        "nobody",
        "Usher",
        "",
        "<>",
        "Seats seats@example.com",
        "Seats <seats@example.com",
        "seats@example.com>",
        "<seats@example.com> Seats",
        "élodie@example.com",
        "Seats <élodie@example.com>",
        "Seats <@example.com>",
        "Seats <se ats@example.com>",
        "Seats <seats@exa_mple.com>",
        "Seats <seats@-example.com>",
        "Seats <seats@exam ple.com>",
        "Seats <seats@a.example, b@example.com>",
        "a@example.com, Seats <seats@example.com>",
        "Seats, Inc. <seats@example.com>",
        "Sea\x07ts <seats@example.com>",
        f"Seats <{'s' * 65}@example.com>",
        f"Seats <seats@{'s' * 64}.example>",
        f"Seats <seats@{'.'.join(['s' * 60] * 5)}.example>",
    ],
    "PUBLIC_URL": ["seats.example.com", "ftp://seats.example.com", "https://", "https://a.example.com/?b=c", "/"],
    "INSTALL_URL": ["install.example.com", "javascript:alert(1)", "/start"],
    "HOST": ["", "*", "http://127.0.0.1", "127.0.0.1:8000", "127.0.0.256", "0", "a b"],
    "PORT": ["eighty", "-1", "0", "65536", "80.5", ""],
    "SECRET_KEY": ["short", "k" * 31, "k" * 31 + " ", ""],
    "METRICS_TOKEN": ["short", "m" * 15, "m" * 15 + " ", "two words of a token", "é" * 16, ""],
    "CORS_ORIGINS": [
        "app.example.com",
        "https://app.example.com/path",
        "*",
        "null",
        "ftp://app.example.com",
        "https://app.example.com,nonsense",
    ],
    "PAYMENTS": ["gold", "Sandbox", ""],
    "DATABASE_POOL": ["1", "201", "many"],
    "RELAY": ["perhaps", "2", ""],
    "KEEP_IDEMPOTENCY_KEYS_DAYS": ["0", "-1", "36501", "0.5", "for ever"],
    "KEEP_DELIVERIES_DAYS": ["0", "36501", ""],
    "KEEP_CREDENTIALS_DAYS": ["0", "36501"],
    "KEEP_SIGN_IN_REQUESTS_DAYS": ["0", "36501"],
    "EXPLORER": ["perhaps", ""],
    "INTROSPECTION": ["perhaps", ""],
    "ONLY_TRUSTED_DOCUMENTS": ["perhaps", ""],
    "GET_QUERIES": ["perhaps", "2", ""],
    "TRUSTED_DOCUMENTS": [""],
    "DATA_FOLDER": ["", "~nobody-of-this-name/data", "/dev/null"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_setting_is_named_in_one_line(env: Env, name: str, value: str) -> None:
    env(**{name: value})
    assert refusal().startswith(f"USHER_{name} is wrong: ")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("DATABASE_URL", "usher", "expected postgres://user:password@host:port/database."),
        (
            "SMTP_URL",
            "usher",
            "expected smtp://user:password@host:port or smtps://..., ?starttls=required|auto|never.",
        ),
        ("MAIL_FROM", "nobody", "expected an address, e.g. Usher <usher@example.com>."),
        (
            "MAIL_FROM",
            "Seats <élodie@example.com>",
            "expected an address, e.g. Usher <usher@example.com>; what stands before the @ must be ASCII.",
        ),
        (
            "MAIL_FROM",
            "Seats, Inc. <seats@example.com>",
            (
                "expected an address, e.g. Usher <usher@example.com>; a name with <, >, @, a comma or a colon goes in"
                ' quotes: "...".'
            ),
        ),
        ("PUBLIC_URL", "usher", "expected http://host or https://host."),
        ("SECRET_KEY", "short", "use at least 32 random characters."),
        ("CORS_ORIGINS", "usher", "usher is not an origin, e.g. https://app.example.com."),
        ("PAYMENTS", "gold", "expected one of: sandbox."),
        ("KEEP_DELIVERIES_DAYS", "0", "Input should be greater than or equal to 1."),
        ("DATABASE_POOL", "1", "Input should be greater than or equal to 2."),
    ],
)
def test_the_line_says_what_is_expected(env: Env, name: str, value: str, text: str) -> None:
    env(**{name: value})
    assert refusal() == f"USHER_{name} is wrong: {text}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "hush"),
        ("METRICS_TOKEN", "hush"),
        ("PUBLIC_URL", "https://usher:hush@seats.example.com"),
        ("INSTALL_URL", "https://usher:hush@seats.example.com"),
        ("CORS_ORIGINS", "https://usher:hush@app.example.com"),
        ("SMTP_URL", "smtp://usher:hush@"),
        ("SMTP_URL", "smtp://usher:hush/hush@mail.example.com"),
        ("SMTP_URL", "smtp://usher:hush#hush@mail.example.com"),
        ("DATABASE_URL", "postgres://usher:hush@db.example.com"),
        ("DATABASE_URL", "postgres://usher:hush/hush@db.example.com/usher"),
        ("DATABASE_URL", "postgres://usher:hush?hush@db.example.com/usher"),
    ],
)
def test_a_wrong_setting_does_not_give_its_secret_away(env: Env, name: str, value: str) -> None:
    env(**{name: value})
    text = refusal()
    assert text.startswith(f"USHER_{name} is wrong: ")
    assert "hush" not in text


def test_secrets_do_not_show(env: Env) -> None:
    env(
        SECRET_KEY="hush" * 8,
        METRICS_TOKEN="hush" * 8,
        SMTP_URL="smtp://usher:hush@mail.example.com",
        DATABASE_URL="postgres://usher:hush@db.example.com/usher",
    )
    settings = load_settings()
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings)


@pytest.mark.parametrize(
    ("name", "help_text"),
    [
        ("secret_key", "Set it to 32 or more random characters; links in mails are made with it."),
        ("smtp_url", "Set it to your mail server, e.g. smtp://user:password@host:587?starttls=required"),
    ],
)
def test_a_missing_setting_is_named_with_its_help(env: Env, name: str, help_text: str) -> None:
    settings = load_settings()
    with pytest.raises(SettingsError) as refused:
        settings.require(name)
    assert str(refused.value) == f"USHER_{name.upper()} is missing. {help_text}"
    with pytest.raises(SettingsError, match="USHER_SECRET_KEY is missing"):
        settings.require("secret_key", "smtp_url")


def test_what_is_set_is_not_missing(env: Env) -> None:
    env(SECRET_KEY=KEY, SMTP_URL="smtp://mail.example.com")
    load_settings().require("secret_key", "smtp_url")


def test_pages_to_install_are_ours_where_none_is_named(env: Env) -> None:
    env(PUBLIC_URL="https://seats.example.com/")
    assert load_settings().install_url == "https://seats.example.com"


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://localhost:8000"), ("::", "http://localhost:8000"), ("::1", "http://[::1]:8000")],
)
def test_links_lead_to_an_address_that_can_be_followed(env: Env, host: str, url: str) -> None:
    env(HOST=host)
    assert load_settings().public_url == url


@pytest.mark.parametrize("proxies", ["", "*", "nonsense", "10.0.0.1/8", "127.0.0.1, proxy.example.com"])
def test_proxies_are_addresses_or_networks(env: Env, proxies: str) -> None:
    env(TRUSTED_PROXIES=proxies)
    reason = "expected addresses or networks, e.g. 10.0.0.0/8, separated by commas"
    assert refusal() == f"USHER_TRUSTED_PROXIES is wrong: {reason}."


def test_several_proxies_may_be_named(env: Env) -> None:
    env(TRUSTED_PROXIES="127.0.0.1, ::1, 10.0.0.0/8")
    assert load_settings().trusted_proxies == "127.0.0.1, ::1, 10.0.0.0/8"


@pytest.mark.parametrize("value", ["0", "-1", "2147483648", "many", "1.5", ""])
def test_a_limit_is_a_whole_number_from_one_on(env: Env, value: str) -> None:
    env(MAX_DOCUMENT_COST=value)
    assert refusal().startswith("USHER_MAX_DOCUMENT_COST is wrong: Input should be ")


def test_a_limit_may_be_as_large_as_a_client_can_be_told(env: Env) -> None:
    env(MAX_COST_PER_MINUTE="2147483647")
    assert load_settings().max == Limits(cost_per_minute=2_147_483_647)


def test_white_space_around_a_value_is_not_part_of_it(env: Env) -> None:
    env(PORT=" 80 ", RELAY="false\n", SECRET_KEY=f"{KEY}\n", HOST="\t::1", PAYMENTS="sandbox ")
    settings = load_settings()
    assert (settings.port, settings.relay, settings.host, settings.payments) == (80, False, "::1", "sandbox")
    assert settings.secret_key is not None
    assert settings.secret_key.value == KEY


def test_a_path_may_begin_at_home(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/srv/usher")
    env(DATA_FOLDER="~/data", TRUSTED_DOCUMENTS="~/documents.json")
    settings = load_settings()
    assert settings.data_folder == Path("/srv/usher/data")
    assert settings.trusted_documents == Path("/srv/usher/documents.json")


def test_bytes_that_are_no_text_are_refused(env: Env) -> None:
    env(MAIL_FROM="J\udcf6rg <usher@example.com>")
    assert refusal() == "USHER_MAIL_FROM is wrong: it is not UTF-8 text."


def test_a_name_in_small_letters_is_refused(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("usher_explorer", "false")
    assert refusal() == "usher_explorer is not a setting: write USHER_EXPLORER, in capitals."


def test_a_name_that_is_no_setting_is_told_with_the_nearest_one(
    env: Env, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUSHER_KEY", "of another program")
    env(EXPLORERR="false", ONLY_TRUSTED_DOCUMENT="true", KEY="of another program", PORT="80")
    settings = load_settings()
    assert (settings.port, settings.explorer, settings.only_trusted_documents) == (80, True, False)
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "usher: USHER_EXPLORERR is not a setting and has no effect. Did you mean USHER_EXPLORER?",
        "usher: USHER_KEY is not a setting and has no effect.",
        f"usher: USHER_ONLY_TRUSTED_DOCUMENT is not a setting and has no effect. Did you mean {ONLY_TRUSTED}?",
    ]
