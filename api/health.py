"""/healthz, /readyz and /metrics."""

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import asdict
from ipaddress import ip_address
from typing import Any, TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Gauge, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.callers import address_of
from models.clock import now
from models.reads.backlog import Backlog, read_backlog

READY_WITHIN = 2.0

BACKLOG = {
    "mail_waiting": "Notices that are written and not sent.",
    "mail_retrying": "Those of them that failed before.",
    "mail_oldest_seconds": "How long the oldest of them waits.",
    "mail_unrelayed": "Events that no relay has looked at.",
}

Result = TypeVar("Result")

# asyncio itself forgets a task that nobody holds.
_ending: set[asyncio.Task[Any]] = set()


def health_routes() -> list[Route]:
    """What load balancers and monitors ask."""
    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def healthz(_request: Request) -> Response:
    """The process runs."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """The database answers; for who is no stranger, with how far behind the mail is. 503 when it does not."""
    try:
        backlog = await _in_time(read_backlog(now()), READY_WITHIN)
    except Exception:  # noqa: BLE001 - whatever it is, the process cannot serve
        return JSONResponse({"status": "unavailable", "database": "unreachable"}, status_code=503)
    # A mail server that is away is no reason to take no more requests: what they lead to waits.
    told = {} if _is_stranger(request) else {"mail": asdict(backlog)}
    return JSONResponse({"status": "ok", "database": "ok", **told})


async def metrics(request: Request) -> Response:
    """What the processes of this machine have counted, and what the database tells, in Prometheus' text format."""
    if _is_stranger(request):
        return JSONResponse({"status": "forbidden"}, status_code=403)
    try:
        backlog = await _in_time(read_backlog(now()), READY_WITHIN)
    except Exception:  # noqa: BLE001 - the counters are worth having without it
        backlog = None
    counted = generate_latest(_counted())
    return Response(counted + generate_latest(_told_by_database(backlog)), media_type=CONTENT_TYPE_LATEST)


def _is_stranger(request: Request) -> bool:
    """Whether somebody calls from the open internet, who could see by the counts whether an address is a user's."""
    try:
        return ip_address(address_of(request)).is_global
    except ValueError:
        return False


def _counted() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return together


def _told_by_database(backlog: Backlog | None) -> CollectorRegistry:
    told = CollectorRegistry()
    Gauge("usher_database_up", "Whether the database answers.", registry=told).set(backlog is not None)
    if backlog:
        for name, meaning in BACKLOG.items():
            Gauge(f"usher_{name}", meaning, registry=told).set(getattr(backlog, name.partition("_")[2]))
    return told


async def _in_time(work: Coroutine[Any, Any, Result], seconds: float) -> Result:
    """What work returns. Raises TimeoutError when it takes longer, and lets it end on its own.

    To cancel a statement takes an answer from the database as well: one that is silent would keep `wait_for`.
    """
    task = asyncio.create_task(work)
    _ending.add(task)
    task.add_done_callback(_forget)
    await asyncio.wait({task}, timeout=seconds)
    if task.done():
        return task.result()
    task.cancel()
    raise TimeoutError


def _forget(task: asyncio.Task[Any]) -> None:
    _ending.discard(task)
    if not task.cancelled():
        task.exception()
