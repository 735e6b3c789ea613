"""The tables of docs/operating.md have every setting and limit, nothing else, and their defaults as they are."""

import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from api.limits import Limits
from usher import settings as settings_module
from usher.settings import Settings, load_settings

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
ROW = re.compile(r"^\| (`USHER_\w+`(?:, `USHER_\w+`)*) \| (.+?) \| .+ \|$", re.MULTILINE)
CODE = re.compile(r"`([^`]*)`")
# The page's words for a default, and their values.
IN_WORDS = {
    "USHER_DATABASE_URL": ("embedded", None),
    "USHER_DATABASE_DIRECT_URL": ("`USHER_DATABASE_URL`", None),
    "USHER_PUBLIC_URL": ("`http://HOST:PORT`", "http://{host}:{port}"),
    "USHER_INSTALL_URL": ("the public URL", "http://{host}:{port}"),
}


def documented() -> dict[str, str]:
    """The defaults as the page says them, by the names of the settings; a row may have several of each."""
    found: dict[str, str] = {}
    for names, default in ROW.findall(PAGE.read_text()):
        named = CODE.findall(names)
        told = [default] if len(named) == 1 else [f"`{each}`" for each in CODE.findall(default)]
        assert len(told) == len(named), f"operating.md: {names} has other defaults than names: {default}"
        for name, each in zip(named, told, strict=True):
            assert name not in found, f"operating.md has {name} twice"
            found[name] = each
    return found


def existing() -> dict[str, Any]:
    """The defaults in the code, by the names of the settings. Fails on a setting without one."""
    of_settings = {f"USHER_{one.name.upper()}": one.default for one in fields(Settings) if one.name != "max"}
    # Some follow from others where they are not given.
    of_limits = {f"USHER_MAX_{one.name.upper()}": getattr(Limits(), one.name) for one in fields(Limits)}
    found = of_settings | of_limits
    assert MISSING not in found.values()
    return found


def written(value: Any) -> str:
    """A default as the page writes it."""
    if value is None or value in ("", ()):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_every_setting_has_a_row_and_every_row_is_a_setting() -> None:
    told, there = documented(), existing()
    missing = [f"| `{name}` | {written(there[name])} | what it is |" for name in there if name not in told]
    assert missing == [], "write these rows into a table of docs/operating.md"
    assert [name for name in told if name not in there] == [], "docs/operating.md has rows of settings that are gone"


@pytest.mark.parametrize("name", existing())
def test_a_default_is_what_the_page_says(name: str) -> None:
    said, default = documented()[name], existing()[name]
    expected = IN_WORDS[name][0] if name in IN_WORDS else written(default)
    # A setting that is needed says so after its default.
    assert said.partition(";")[0] == expected, (
        f"docs/operating.md says that {name} is {said} by default; it is {expected}. Mend the one that is wrong."
    )


def test_what_is_set_nowhere_is_as_the_page_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in existing():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(settings_module, "FILE", tmp_path / ".env")
    found = load_settings()
    host, port = (CODE.findall(documented()[name])[0] for name in ("USHER_HOST", "USHER_PORT"))
    for name, default in existing().items():
        owner, attribute = (found.max, name[10:]) if name.startswith("USHER_MAX_") else (found, name[6:])
        _, words = IN_WORDS.get(name, ("", default))
        expected = words.format(host=host, port=port) if isinstance(words, str) and name in IN_WORDS else words
        assert getattr(owner, attribute.lower()) == expected, name


def test_no_other_row_of_the_page_is_a_setting_that_this_test_cannot_read() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `USHER_")]
    assert [row for row in rows if not ROW.match(row)] == []
    assert len(rows) > 30
