"""How many connections the processes of a start may open, beside how many the database takes from everybody."""

import structlog

from usher.settings import Settings

# Outside of its pool, each process has one for LISTEN and NOTIFY.
BESIDE_THE_POOL = 1

log = structlog.get_logger(__name__)


def log_connections(settings: Settings, processes: int, at_most: int) -> None:
    """Log how many there may be; with a warning where that is more than the database takes.

    If PostgreSQL has an address of its own, the pool connects to a pooler, and is not counted.
    """
    pool = 0 if settings.database_direct_url else settings.database_pool
    most = processes * (pool + BESIDE_THE_POOL)
    figures = {"processes": processes, "pool": pool, "most": most, "max_connections": at_most}
    if most > at_most:
        log.warning("database.too_few_connections", **figures, see="USHER_DATABASE_POOL")
    else:
        log.info("database.connections", **figures)
