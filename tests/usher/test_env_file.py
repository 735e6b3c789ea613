"""Settings from the file `.env`, and the one line that says what is wrong with it."""

from pathlib import Path

import pytest

from tests.support.refused_command import assert_refused
from tests.usher.conftest import Env, Run, refusal
from usher.settings import load_settings

KEY = "k" * 32


def test_settings_are_read_from_the_file_too_and_the_environment_wins(env: Env, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"USHER_PORT=1234\nUSHER_HOST=127.0.0.2\nUSHER_SECRET_KEY={KEY}\n"
        "USHER_CORS_ORIGINS=https://a.example.com,https://b.example.com\n"
        "# a comment\nPORT=1\nOTHERS_SETTING=of ours\n"
    )
    env(PORT="4321")
    settings = load_settings()
    assert (settings.port, settings.host) == (4321, "127.0.0.2")
    assert settings.public_url == "http://127.0.0.2:4321"
    assert settings.cors_origins == ["https://a.example.com", "https://b.example.com"]
    assert settings.secret_key is not None
    assert settings.secret_key.value == KEY


def test_a_wrong_setting_in_the_file_is_named_too(env: Env, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("USHER_PORT=eighty\n")
    assert refusal().startswith("USHER_PORT is wrong: ")


@pytest.fixture
def file(env: Env, tmp_path: Path) -> Path:
    """The file, which is not there yet."""
    return tmp_path / ".env"


def test_a_byte_order_mark_is_passed_over(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfUSHER_PORT=1234\r\nUSHER_MAIL_FROM=B\xc3\xbcro <usher@example.com>\r\n")
    settings = load_settings()
    assert (settings.port, settings.mail_from) == (1234, "Büro <usher@example.com>")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_utf_16_is_told_by_its_name(file: Path, encoding: str, mark: str) -> None:
    file.write_bytes(f"{mark}USHER_EXPLORER=false\r\n".encode(encoding))
    assert refusal() == ".env cannot be read: it is UTF-16 text, as PowerShell's > writes it; save it as UTF-8."


def test_another_encoding_is_told_with_its_line(file: Path) -> None:
    file.write_bytes("USHER_PORT=1234\n\nUSHER_MAIL_FROM=Büro <usher@example.com>\n".encode("latin-1"))
    assert refusal() == ".env cannot be read: line 3 is not UTF-8 text; save it as UTF-8."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("USHER_PORT=1\nUSHER_HOST=::1\nUSHER_PORT=2\n", "USHER_PORT stands there twice, again in line 3"),
        ("A=1\nexport USHER_EXPLORER\n", "line 2 is not NAME=value"),
        ("USHER_MAIL_FROM='Usher <usher@example.com>\n", "line 1 is not NAME=value"),
        ("# mail\nUSHER MAIL FROM=Usher <usher@example.com>\nUSHER_PORT:80\n", "line 3 is not NAME=value"),
    ],
)
def test_a_line_that_cannot_be_meant_so_is_told(file: Path, text: str, reason: str) -> None:
    file.write_text(text)
    assert refusal() == f".env cannot be read: {reason}."


def test_lines_of_other_programs_are_none_of_ours(file: Path) -> None:
    file.write_text("OTHER=1\nOTHER=2\nNOTHING\nUSHER_PORT=80\nUSHER_PORT=80\n'broken\n")
    assert load_settings().port == 80


def test_a_misspelt_name_in_the_file_is_told(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file.write_text("USHER_RELY=false\n")
    load_settings()
    assert (
        capfd.readouterr().err == "usher: USHER_RELY is not a setting and has no effect. Did you mean USHER_RELAY?\n"
    )


def test_a_file_that_may_not_be_read_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    file.write_text("USHER_PORT=80\n")
    monkeypatch.setattr(Path, "read_bytes", refused)
    assert refusal() == ".env cannot be read: Permission denied."


@pytest.mark.parametrize("command", [["serve"], ["migrate"], ["verify"], ["token", "link", "a@example.com"]])
async def test_every_command_tells_it_in_one_line(run: Run, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / ".env").write_bytes("USHER_EXPLORER=false\n".encode("utf-16"))
    reason = "it is UTF-16 text, as PowerShell's > writes it; save it as UTF-8"
    assert_refused(await run(*command), f".env cannot be read: {reason}.")
