"""usher demo."""

import asyncio
import logging
import secrets
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from api.pages.portal import PortalLink
from usher.commands.console import console
from usher.demo_company import ADMINISTRATOR, fill_demo_company
from usher.demo_packages import require_demo_packages
from usher.document_manifests import document_rules
from usher.logs import configure_logs
from usher.server.assembly import build_app, database, start_database
from usher.server.database_setup import set_up_database
from usher.server.own_hosts import OwnHosts
from usher.server.start import require_free_port
from usher.server.uvicorn_config import uvicorn_options
from usher.settings import Secret, Settings, load_settings
from usher.sign_in import sign_in_secret


def demo() -> None:
    """Serve a small made-up company with everything it needs: database, mailbox, explorer.

    Keeps its data in .usher/; a second start goes on where the first one stopped. Not for real use: its mails
    stay on this machine, and its payments move no money.
    """
    require_demo_packages("The demo's database and mail server are not installed.")
    console.print("Starting the database ...")
    settings = load_settings()
    document_rules(settings)
    # Never another database: the demo's relay would take that one's mails into its own mailbox.
    settings.database_url = None
    start_database(settings)
    require_free_port(settings)
    settings.secret_key = Secret(_secret_key(settings.data_folder))
    # The terminal is for addresses and problems; the mailbox shows the rest.
    configure_logs(logging.WARNING)
    asyncio.run(_demo(settings))


async def _demo(settings: Settings) -> None:
    from usher.mailbox.pages import mailbox_routes  # noqa: PLC0415 - its mail server may not be installed
    from usher.mailbox.server import Mailbox  # noqa: PLC0415 - as above

    mailbox = Mailbox(settings.data_folder / "mailbox")
    mail_port = await mailbox.start()
    settings.smtp_url = Secret(f"smtp://127.0.0.1:{mail_port}?starttls=never")
    for name in await set_up_database(settings):
        console.print(f"  applied {name}")
    async with database(settings):
        if await fill_demo_company(settings.payments):
            console.print("  made the demo company")
        secret = await sign_in_secret(ADMINISTRATOR)
    try:
        app = build_app(settings, pages=mailbox_routes(mailbox), links=[PortalLink("mailbox", "/mailbox")])
        await _serve(app, settings, secret)
    finally:
        await mailbox.stop()


async def _serve(app: Starlette, settings: Settings, secret: str) -> None:
    server = uvicorn.Server(uvicorn.Config(OwnHosts(app, settings), **uvicorn_options(settings)))
    serving = asyncio.create_task(server.serve())
    while not (server.started or serving.done()):  # noqa: ASYNC110 - uvicorn tells by this flag alone
        await asyncio.sleep(0.02)
    if server.started:
        _print_addresses(settings, secret)
    await serving


def _print_addresses(settings: Settings, secret: str) -> None:
    url = settings.public_url
    console.print("\nUsher is ready. Stop it with Ctrl-C.\n")
    explorer = [("Explorer (GraphiQL)", f"{url}/graphiql")] if settings.explorer else []
    for name, address in (
        ("Sign in as the administrator", f"{url}/sign-in?token={secret}"),
        *explorer,
        ("GraphQL", f"{url}/graphql"),
        ("Mailbox", f"{url}/mailbox"),
    ):
        console.print(f"  {name:<30} {address}", soft_wrap=True)
    console.print("\nThe link signs in once, within 15 minutes; the sign-in page mails a new one.\n")


def _secret_key(folder: Path) -> str:
    """A key of the demo's own, kept so that mailed links survive a restart."""
    file = folder / "secret_key"
    if not file.exists():
        written = file.with_suffix(".new")
        written.touch(mode=0o600)
        written.write_text(secrets.token_urlsafe(48))
        written.rename(file)
    return file.read_text()
