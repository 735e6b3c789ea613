"""The errors of a database that is unreachable, overloaded or restarting: the same call works later."""

import asyncpg

# The primary has become a standby: it is read-only, and has no unlogged tables (SQLSTATE 0A000).
NOT_PRIMARY = (asyncpg.ReadOnlySQLTransactionError, asyncpg.FeatureNotSupportedError)


class StateOfDatabase(OSError):
    """A state of the database that passes, which Tortoise takes for a fault of the statement."""


UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    # Classes of SQLSTATE: 08 the connection, 40 a rollback, 53 resources, 57 an operator, 58 the system.
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    asyncpg.LockNotAvailableError,
)
