"""The file `.env`."""

from io import StringIO
from pathlib import Path

from models.text.text_files import read_utf8


def read_env_file(path: Path, prefix: str) -> dict[str, str]:
    """The variables of a file whose names begin with a prefix; none where there is no file.

    Raises OSError, and ValueError where the file is no text, or a line that concerns us cannot be meant so.
    """
    if not path.is_file():
        return {}
    # Installations set their environment, and need none of it.
    from dotenv import dotenv_values  # noqa: PLC0415

    text = read_utf8(path)
    _require_sense(text, prefix)
    found = dotenv_values(stream=StringIO(text))
    return {name: value for name, value in found.items() if value is not None and name.upper().startswith(prefix)}


def _require_sense(text: str, prefix: str) -> None:
    from dotenv.parser import parse_stream  # noqa: PLC0415 - as above

    values: dict[str, str] = {}
    for binding in parse_stream(StringIO(text)):
        line, name = binding.original.line, binding.key
        if not (name or binding.original.string).upper().lstrip().startswith(prefix):
            continue
        if name is None or binding.value is None:
            raise ValueError(f"line {line} is not NAME=value")
        if values.setdefault(name, binding.value) != binding.value:
            raise ValueError(f"{name} stands there twice, again in line {line}")
