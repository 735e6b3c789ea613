"""/healthz, /readyz and /metrics."""

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from models.database import fetch_one

READY_WITHIN = 2.0


def health_routes() -> list[Route]:
    """What load balancers and monitors ask."""
    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def healthz(_request: Request) -> Response:
    """The process runs."""
    return JSONResponse({"status": "ok"})


async def readyz(_request: Request) -> Response:
    """The database answers; with how many notices wait. 503 when it does not."""
    try:
        waiting = await asyncio.wait_for(_waiting_mail(), READY_WITHIN)
    except Exception:  # noqa: BLE001 - whatever it is, the process cannot serve
        return JSONResponse({"status": "unavailable", "database": "unreachable"}, status_code=503)
    return JSONResponse({"status": "ok", "database": "ok", "mail": waiting})


async def metrics(_request: Request) -> Response:
    """Counters in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _waiting_mail() -> dict[str, int]:
    row = await fetch_one(
        "SELECT count(*) AS waiting, count(*) FILTER (WHERE attempts > 1) AS retrying FROM deliveries"
        " WHERE sent_at IS NULL AND failed_at IS NULL"
    )
    return dict(row or {})
