"""Text files that an operator edits."""

from pathlib import Path

UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_utf8(path: Path) -> str:
    """The text of a UTF-8 file, without its byte order mark. Raises OSError, and ValueError with the reason."""
    content = path.read_bytes()
    if content.startswith(UTF_16) or b"\0" in content:
        raise ValueError("it is UTF-16 text, as PowerShell's > writes it; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"line {line} is not UTF-8 text; save it as UTF-8") from None
