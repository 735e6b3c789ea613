"""Fixtures of the tests of the command."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.databases import new_database
from tests.support.processes import Finished, usher
from usher.settings import SettingsError, load_settings

Run = Callable[..., Awaitable[Finished]]
Env = Callable[..., None]


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Env:
    """An empty folder and an environment without settings; sets those it is called with, e.g. PORT="80"."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.upper().startswith("USHER_"):
            monkeypatch.delenv(name)

    def put(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(f"USHER_{name}", value)

    return put


def refusal() -> str:
    """The text with which the settings are refused: one line."""
    with pytest.raises(SettingsError) as refused:
        load_settings()
    text = str(refused.value)
    assert text == " ".join(text.split())
    return text


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """Run the command to its end in an empty folder, on the tests' database unless another, or None, is named."""

    async def run_one(*arguments: str, **settings: str | None) -> Finished:
        named = {"DATABASE_URL": database_url} | settings
        return await usher(
            *arguments, folder=tmp_path, **{name: value for name, value in named.items() if value is not None}
        )

    return run_one


@pytest.fixture
async def empty_url(database_url: str) -> AsyncIterator[str]:
    """A database with nothing in it."""
    async with new_database(database_url) as url:
        yield url
