"""asyncpg: a connection that is put back without a statement, and the pool that holds it."""

import asyncpg
from asyncpg.pool import Pool, PoolConnectionHolder, PoolConnectionProxy

from tests.support.library_code import relied_on_by, require_code, require_names


def test_a_connection_is_put_back_without_a_statement() -> None:
    with relied_on_by("models/database/connection.py"):
        require_names(asyncpg.Connection, "_execute", "_executemany")
        require_code(asyncpg.Connection.get_reset_query, "3d5a1dbc4c5c")
        require_code(asyncpg.Connection.reset, "a67f72cbd0b1")
        require_code(asyncpg.Connection._reset, "5300425ad829")
        require_code(PoolConnectionHolder.acquire, "6b5b99c9a472")
        require_code(PoolConnectionHolder.release, "cabefa944ba7")


def test_every_statement_with_values_goes_the_way_that_ours_watches() -> None:
    with relied_on_by("models/database/connection.py"):
        require_code(asyncpg.Connection.execute, "5dddcd5a2788")
        require_code(asyncpg.Connection.fetch, "a49f928aa074")
        require_code(asyncpg.Connection.fetchval, "7387a6a32666")
        require_code(asyncpg.Connection.fetchrow, "05127b773042")
        require_code(asyncpg.Connection.executemany, "55c31503f5fc")
        require_code(asyncpg.Connection._execute, "f9bcf002e566")
        require_code(asyncpg.Connection._executemany, "f35e6a80af23")


def test_a_pool_says_whether_a_connection_is_free() -> None:
    with relied_on_by("models/database/connection.py"):
        require_names(Pool, "_queue", "expire_connections")
        require_names(PoolConnectionProxy, "_holder")
        require_code(Pool.acquire, "e43c87e36b89")
        require_code(Pool._acquire, "b4ea98bbe540")
        require_code(Pool.release, "a0b7aa5d684d")
        require_code(Pool.expire_connections, "8418c91d9ac5")


def test_a_connection_knows_its_host_and_its_socket() -> None:
    with relied_on_by("models/database/connecting.py"):
        require_names(asyncpg.Connection, "_addr", "_transport", "terminate")


def test_a_pool_knows_its_connections_and_which_are_in_use() -> None:
    with relied_on_by("models/database/silent_hosts.py"):
        require_names(Pool, "_holders")
        require_names(PoolConnectionHolder, "_con", "_in_use")
