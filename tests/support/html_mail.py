"""The HTML of a mail as its reader sees it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser


class Page(HTMLParser):
    """The HTML as a mail client reads it: tags, addresses, and the words outside of <head>."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "body":
            self.words = ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def lacks(self, text: str) -> list[str]:
        """The pieces of a text part that are nowhere in the page, label by label and value by value."""
        parts = (part for line in text.splitlines() for part in pieces(line))
        return [part for part in parts if part not in self.words and part not in self.links]

    @property
    def links(self) -> list[str | None]:
        return [value for name, value in self.attributes if name == "href"]


def pieces(line: str) -> Iterator[str]:
    """Cut a line of the text part where only the text part has punctuation."""
    if not re.fullmatch(r"=+|-+", line):
        for part in re.split("\u00a0?:(?: |$)|, | / ", line.removeprefix("- ")):
            yield part.strip()
