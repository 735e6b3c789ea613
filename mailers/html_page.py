"""The HTML of a mail: MJML is compiled once for each shape of a layout, and the texts of each mail are put in.

Compiling takes longer than all other work for a mail. Mails of one shape differ only in their texts.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import count
from typing import Any

import css_inline
import mrml
from jinja2 import Template

# The placeholder of a text, with its number.
_MARK = "@@{}@@"
_MARKED = re.compile(_MARK.format("(?P<number>[0-9]+)"))
# More than there are kinds of mail, languages and lengths of receipts.
_MOST_SHAPES = 256
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\xa0": "&nbsp;"})
_ATTRIBUTE = str.maketrans({"&": "&amp;", '"': "&quot;", "\xa0": "&nbsp;"})

Shape = tuple[Any, ...] | bool


def html_page(layout: Mapping[str, Any], template: Template) -> str:
    """The page of a layout of texts; the template turns it into MJML."""
    texts = list(_texts(layout))
    begin, rest = _pieces(_shape(layout), template)
    return begin + "".join([texts[number].translate(escapes) + after for number, escapes, after in rest])


def page_of(mjml: str) -> str:
    """The HTML page of MJML."""
    # An empty font table: by default mrml links to a font service for families it knows.
    page = mrml.to_html(mjml, render_options=mrml.RenderOptions(fonts={})).content
    return css_inline.inline(
        page,
        # The style elements stay where they are, after the charset, with nothing but the rules
        # that cannot be inlined: phone widths and dark colours.
        keep_style_tags=True,
        remove_inlined_selectors=True,
        keep_at_rules=True,
        load_remote_stylesheets=False,
    )


def _texts(layout: Any) -> Iterator[str]:
    match layout:
        case "":
            return
        case str():
            yield layout
        case list():
            for part in layout:
                yield from _texts(part)
        case _:
            for part in layout.values():
                yield from _texts(part)


def _shape(layout: Any) -> Shape:
    """A layout without its texts, but with which of them are empty, as that changes the page."""
    match layout:
        case str():
            return bool(layout)
        case list():
            return ("list", *(_shape(part) for part in layout))
        case _:
            return ("table", *((name, _shape(part)) for name, part in layout.items()))


@lru_cache(_MOST_SHAPES)
def _pieces(shape: Shape, template: Template) -> tuple[str, list[tuple[int, dict[int, str], str]]]:
    """The start of a page, and then for each text its number, its escaping and the HTML after it."""
    page = page_of(template.render(_marked(shape, count())))
    found = list(_MARKED.finditer(page))
    ends = [*(each.start() for each in found[1:]), len(page)]
    rest = [
        (int(each["number"]), _ATTRIBUTE if _in_attribute(page, each) else _TEXT, page[each.end() : end])
        for each, end in zip(found, ends, strict=True)
    ]
    return page[: found[0].start()], rest


def _in_attribute(page: str, mark: re.Match[str]) -> bool:
    before = page[: mark.start()]
    return before.rfind("<") > before.rfind(">")


def _marked(shape: Any, numbers: Iterator[int]) -> Any:
    """A layout of the shape, with placeholders for its texts."""
    match shape:
        case bool():
            return _MARK.format(next(numbers)) if shape else ""
        case ("list", *parts):
            return [_marked(part, numbers) for part in parts]
        case _:
            return {name: _marked(part, numbers) for name, part in shape[1:]}
