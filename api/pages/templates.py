"""The template environment and the headers of every page; the demo's mailbox uses them too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from api.pages.assets import ICON_URL, STYLE_URL
from api.pages.language import DEFAULT, texts

FOLDER = Path(__file__).parent / "templates"

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}

# A page's own address may hold a token: it is neither kept nor told to the next site.
PRIVATE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def content_security_policy(**changed: str) -> str:
    """The header's value; `frame_src="'self'"` adds or replaces that directive."""
    directives = CONTENT_SECURITY_POLICY | {name.replace("_", "-"): value for name, value in changed.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class Templates:
    """Pages from the templates of some folders; those of this package come last, as the common layout."""

    def __init__(self, *folders: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([*folders, FOLDER]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"style_url": STYLE_URL, "icon_url": ICON_URL}

    def page(
        self,
        name: str,
        *,
        language: str = DEFAULT,
        status: int = 200,
        policy: str = content_security_policy(),
        link: Callable[[str], str] = str,
        switch: str | None = None,
        **facts: Any,
    ) -> HTMLResponse:
        """Fill a template. `link` makes the address of another page, `switch` is this page in the other language."""
        layout = {"language": language, "texts": texts(language), "link": link, "switch": switch}
        html = self._environment.get_template(f"{name}.html.j2").render(layout | facts)
        headers = PRIVATE_HEADERS | {"Content-Security-Policy": policy, "Content-Language": language}
        return HTMLResponse(html, status, headers)
