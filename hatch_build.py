"""Carries the built web pages in the sdist and the wheel, so that who installs one needs no npm."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGES = ["explorer/dist", "portal/dist"]


class WebPages(BuildHookInterface[Any]):
    """Adds the pages that `make setup` built. An editable install reads them where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Tell hatchling what to carry. Raises FileNotFoundError when the pages are not built."""
        if version == "editable":
            return
        for pages in PAGES:
            built = Path(self.root) / pages
            if not (built / "index.html.br").exists():
                raise FileNotFoundError(f"{pages} is not built: run `make setup` first")
            build_data["force_include"][str(built)] = pages
