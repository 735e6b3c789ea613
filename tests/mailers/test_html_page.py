"""A page that is made once for each shape says, to the last byte, what one that is made for each mail would."""

from typing import Any

import pytest

from mailers import html_page
from mailers.render import _environment, _fill, _texts
from tests.mailers.test_render import KINDS, facts_of

# Texts with a meaning in HTML, in MJML, in templates, or to the marks for texts.
AWKWARD = [
    "",
    '"',
    "' onclick='x",
    "<b>&amp;",
    "&lt;i&gt;",
    "]]>",
    "-->",
    "<!-- ",
    "@@3@@",
    "{{ mail }} {% if %}",
    "%3C",
]


def layout_of(kind: str, language: str, end: str) -> dict[str, Any]:
    """The template's context for a mail, with the same end to every text of it."""
    texts = _texts(language)
    filled = {"mail": texts["kinds"][kind], "common": texts["common"]}
    layout = {name: _fill(content, language, facts_of(kind)) for name, content in filled.items()}
    return _ended(layout, end) | {"language": language}


def _ended(content: Any, end: str) -> Any:
    match content:
        case str():
            return content and content + end
        case list():
            return [_ended(part, end) for part in content]
        case _:
            return {name: _ended(part, end) for name, part in content.items()}


@pytest.mark.parametrize("end", AWKWARD)
@pytest.mark.parametrize("language", ["en", "fr-CA"])
def test_a_page_is_what_is_made_of_its_own_mjml(language: str, end: str) -> None:
    template = _environment(language).get_template("mail.mjml.j2")
    for kind in KINDS:
        layout = layout_of(kind, language, end)
        assert html_page.html_page(layout, template) == html_page.page_of(template.render(layout))


def test_spaces_that_do_not_break_and_backslashes_stay_what_they_are() -> None:
    template = _environment("en").get_template("mail.mjml.j2")
    page = html_page.html_page(layout_of("license_assigned", "en", "\xa0\\"), template)
    # A paragraph, a link, and what screen readers call the mail, after which mrml writes \\u{a0} and two backslashes.
    assert page.count("&nbsp;\\</") > 5
    assert page.count('&nbsp;\\"') == 4
    assert "\\\\" not in page


def test_mails_of_one_shape_are_made_a_page_once(monkeypatch: pytest.MonkeyPatch) -> None:
    html_page._pieces.cache_clear()
    made: list[str] = []
    original = html_page.page_of
    monkeypatch.setattr(html_page, "page_of", lambda mjml: made.append(mjml) or original(mjml))
    template = _environment("en").get_template("mail.mjml.j2")
    for end in AWKWARD:
        html_page.html_page(layout_of("license_assigned", "en", end), template)
    assert len(made) == 1
    html_page.html_page(layout_of("purchase_completed", "en", ""), template)
    one_line = layout_of("purchase_completed", "en", "")
    del one_line["mail"]["receipt"]["rows"][1:]
    html_page.html_page(one_line, template)
    assert len(made) == 3
