"""Database URLs: what of libpq's is read, and that nothing is passed over without a word."""

import pytest

from models.database.database_url import DatabaseUrl

LOCALHOST = (("localhost", 5432),)


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgres://usher:pw@db.example.com/usher", (("db.example.com", 5432),)),
        ("postgresql://usher@db.example.com:6432/usher", (("db.example.com", 6432),)),
        ("postgres:///usher", LOCALHOST),
        ("postgres://usher@/usher", LOCALHOST),
        ("postgres://usher@:5433/usher", (("localhost", 5433),)),
        ("postgres://usher@[2001:db8::1]:5433/usher", (("2001:db8::1", 5433),)),
        ("postgres://usher@[2001:db8::1]/usher", (("2001:db8::1", 5432),)),
        ("postgres://usher@%2Frun%2Fpostgresql/usher", (("/run/postgresql", 5432),)),
        ("postgres://usher:pw@/usher?host=/run/postgresql&port=5433", (("/run/postgresql", 5433),)),
        ("postgres://usher@one:1,two:2/usher", (("one", 1), ("two", 2))),
        ("postgres://usher@one,two:2/usher", (("one", 5432), ("two", 2))),
        ("postgres://usher@one,two,three/usher?port=7", (("one", 7), ("two", 7), ("three", 7))),
        ("postgres://usher@/usher?host=one,two&port=1,2", (("one", 1), ("two", 2))),
        ("postgres://usher@/usher?host=/a,/b", (("/a", 5432), ("/b", 5432))),
        ("postgres://usher@proxy:6432/usher?host=/run", (("/run", 6432),)),
    ],
)
def test_hosts_and_their_ports(url: str, hosts: tuple[tuple[str, int], ...]) -> None:
    assert DatabaseUrl.parse(url).hosts == hosts


@pytest.mark.parametrize(
    ("url", "user", "password", "database"),
    [
        ("postgres://h/usher", "postgres", None, "usher"),
        ("postgres://ann:p%40ss%2Fword@h/usher", "ann", "p@ss/word", "usher"),
        ("postgres://h/usher?user=ann&password=hush", "ann", "hush", "usher"),
        ("postgres://bob:other@h/usher?user=ann&password=hush", "ann", "hush", "usher"),
        ("postgres://h?dbname=another", "postgres", None, "another"),
        ("postgres://h/%C3%A9t%C3%A9", "postgres", None, "été"),
    ],
)
def test_role_and_database(url: str, user: str, password: str | None, database: str) -> None:
    parsed = DatabaseUrl.parse(url)
    assert (parsed.user, parsed.password, parsed.database) == (user, password, database)
    assert "hush" not in repr(parsed)


def test_what_the_driver_is_given() -> None:
    url = (
        "postgres://usher:pw@h/usher?sslmode=verify-full&sslrootcert=/etc/ca.pem&statement_cache_size=0"
        "&application_name=seats&passfile=/etc/pgpass"
    )
    assert DatabaseUrl.parse(url).arguments == {
        "user": "usher",
        "password": "pw",
        "database": "usher",
        "target_session_attrs": "any",
        "dsn": "postgresql://?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem",
        "passfile": "/etc/pgpass",
        "statement_cache_size": 0,
        "server_settings": {"application_name": "seats"},
    }


@pytest.mark.parametrize(
    ("url", "session"),
    [
        ("postgres://one/usher", "any"),
        ("postgres://one,two/usher", "read-write"),
        ("postgres://one,two/usher?target_session_attrs=any", "any"),
        ("postgres://one/usher?target_session_attrs=read-write", "read-write"),
    ],
)
def test_of_several_hosts_the_one_that_takes_changes(url: str, session: str) -> None:
    assert DatabaseUrl.parse(url).arguments["target_session_attrs"] == session


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://h/usher", "expected postgres://user:password@host:port/database"),
        ("postgres://h", "expected postgres://user:password@host:port/database"),
        ("postgres://[2001:db8::1/usher", ""),
        ("postgres://h/usher?options=-csearch_path%3Dapp", "options: not read here; these are: "),
        ("postgres://h/usher?search_path=app&keepalives=1", "keepalives, search_path: not read here; these are: "),
        ("postgres://usher:hush?hush@h/usher", "what follows the question mark: not read here; these are: "),
        (
            "postgres://h/usher?sslmode=yes",
            "sslmode is one of allow, disable, prefer, require, verify-ca, verify-full",
        ),
        ("postgres://h/usher?target_session_attrs=master", "target_session_attrs is one of "),
        ("postgres://h/usher?statement_cache_size=-1", "statement_cache_size is a number, 0 for a pooler"),
        ("postgres://h/usher?sslmode=allow&sslmode=require", "a parameter is there twice"),
        ("postgres://h:hush/usher", "a port is a number up to 65535"),
        ("postgres://h:65536/usher", "a port is a number up to 65535"),
        ("postgres://h:0/usher", "a port is a number up to 65535"),
        ("postgres://one,two,three/usher?port=1,2", "as many ports as hosts are expected, or one for all"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(url: str, reason: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the reason is looked at
        DatabaseUrl.parse(url)
    assert str(refused.value).startswith(reason)
    assert "hush" not in str(refused.value)
