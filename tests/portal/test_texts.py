"""The portal's texts: the same in both languages, all of them used, and readable in light and in dark."""

import json
import re
from collections.abc import Iterator

from tests.conftest import ROOT

SOURCES = ROOT / "portal" / "src"
# Prefixes of ids that end in a value of an enum or a list.
COMPOSED = re.compile(r"text\(`([\w.-]+\.)\$\{")


def catalogue(language: str) -> dict[str, str]:
    """Every text of a language by its id."""
    files = sorted(SOURCES.glob(f"*/texts.{language}.json"))
    assert len(files) >= 10
    found = [json.loads(path.read_text("utf-8")) for path in files]
    merged = {name: text for each in found for name, text in each.items()}
    assert len(merged) == sum(map(len, found)), "an id is given twice"
    return merged


def arguments(text: str) -> set[str]:
    """The arguments of a text, but for the words of a plural."""
    return set(re.findall(r"(?<!one )(?<!other )(?<!=0 )\{(\w+)(?=[,}])", text))


def test_both_languages_have_the_same_texts_with_the_same_arguments() -> None:
    english, french = catalogue("en"), catalogue("fr-CA")
    assert list(english) == list(french)
    assert {name: arguments(text) for name, text in english.items()} == {
        name: arguments(text) for name, text in french.items()
    }
    assert [name for name, text in french.items() if not text.strip()] == []


def test_every_text_is_used() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCES.rglob("*.ts*") if "gql" not in path.parts)
    prefixes = tuple(COMPOSED.findall(code))
    unused = [name for name in catalogue("en") if f'"{name}"' not in code and not name.startswith(prefixes)]
    assert unused == []


def test_french_has_its_no_break_spaces() -> None:
    # ICU's own keywords are in braces, without a space before their colon.
    assert [name for name, text in catalogue("fr-CA").items() if re.search(r" [:»]|« ", text)] == []


READ_ON = [
    ("text", "surface"),
    ("text", "ground"),
    ("heading", "surface"),
    ("heading", "raised"),
    ("quiet", "surface"),
    ("quiet", "ground"),
    ("quiet", "sunken"),
    ("accent", "surface"),
    ("accent", "ground"),
    ("accent", "accent-tint"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("good", "good-tint"),
    ("warning", "warning-tint"),
    ("bad", "bad-tint"),
    ("bad", "surface"),
    ("eco", "surface"),
    ("advanced", "surface"),
    ("pro", "surface"),
]


def themes() -> Iterator[dict[str, str]]:
    """The colours of light, then of dark."""
    css = (SOURCES / "styles" / "tokens.css").read_text("utf-8")
    for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL):
        yield dict(re.findall(r"--([\w-]+): #(\w{6});", block))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_text_stands_out_in_light_and_in_dark() -> None:
    light, dark = themes()
    for theme in (light, dark):
        for text, ground in READ_ON:
            assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
        # WCAG 2.2, 1.4.11: the edge of a field.
        assert contrast(theme["field"], theme["surface"]) >= 3
