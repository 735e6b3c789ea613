"""usher serve."""

from typing import Annotated

import typer

from usher.server.start import start


def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes serve.")] = 1,
    relay: Annotated[bool, typer.Option(help="Also send mails and finish payments here.")] = True,
) -> None:
    """Serve the API, and run the relay beside it.

    Needs USHER_SECRET_KEY and USHER_SMTP_URL. Uses the database USHER_DATABASE_URL names, which `usher migrate`
    must have brought up to date; without it, starts the embedded PostgreSQL on .usher/ and migrates that.
    """
    start(workers, relay=relay)
