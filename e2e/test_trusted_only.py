"""The explorer of a server that runs trusted documents alone: it shows that."""

import hashlib
import json
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.support.running import free_port, running_usher

TRUSTED = "query Trusted { packages { code } }"


async def test_the_explorer_shows_that_only_trusted_documents_are_run(browser: Browser, tmp_path: Path) -> None:
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({hashlib.sha256(TRUSTED.encode()).hexdigest(): TRUSTED}))
    port = free_port()
    settings = {
        "PORT": str(port),
        "DATA_FOLDER": str(tmp_path / "data"),
        "TRUSTED_DOCUMENTS": str(manifest),
        "ONLY_TRUSTED_DOCUMENTS": "true",
    }
    async with running_usher("demo", ready="The link signs in once", folder=tmp_path, **settings):
        context = await browser.new_context()
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{port}/")
        await page.get_by_role("link", name="API explorer").click()
        await expect(page.get_by_role("status").first).to_contain_text("This server runs trusted documents alone")
        await expect(page.locator(".graphiql-response")).to_contain_text("DOCUMENT_NOT_TRUSTED")
        await context.close()
