"""Mails as files: one `.eml` each, named by its Message-ID, so that a repeat finds the file of the first."""

import hashlib
import os
import re
import tempfile
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from models.database.clock import now
from usher.mailbox.mail import header, parse

_ID = re.compile(r"[0-9a-f]{32}")
# The line on top of each file, where mail servers put theirs: when the mail came first, and how many times.
_RECEIPT = re.compile(rb"X-Mailbox-Received: (\d{4}-\d\d-\d\dT[\d:.]+\+00:00); times=(\d{1,9})\r\n")


@dataclass(frozen=True)
class MailSummary:
    """One line of the list. `received_at` is the first time, `received` how many times the mail came."""

    id: str
    sender: str
    to: str
    subject: str
    received_at: datetime
    received: int


class MailFolder:
    """The mails of one folder. Files that other programs write or delete there are noticed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cached: dict[str, _CachedSummary] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes) -> str:
        """Keep a mail, or count it once more when its Message-ID is known; returns its id."""
        message_id = header(parse(content), "Message-ID")
        id = hashlib.sha256(message_id.encode()).hexdigest()[:32] if message_id else uuid.uuid4().hex
        path = self._path(id)
        try:
            received_at, times, content = _open(path)
        except FileNotFoundError:
            received_at, times = now(), 0
        receipt = f"X-Mailbox-Received: {received_at.isoformat()}; times={times + 1}\r\n"
        _write(path, receipt.encode() + content)
        return id

    def source(self, id: str) -> bytes | None:
        """The bytes of a mail as they came; None when there is none of this id."""
        if not _ID.fullmatch(id):
            return None
        try:
            return _open(self._path(id))[2]
        except FileNotFoundError:
            return None

    def message(self, id: str) -> EmailMessage | None:
        """A mail; None when there is none of this id."""
        source = self.source(id)
        return None if source is None else parse(source)

    def summaries(self) -> list[MailSummary]:
        """Every mail, newest first; only files that are new or have changed are read."""
        cached = {}
        for path in self._folder.glob("*.eml"):
            if _ID.fullmatch(path.stem):
                with suppress(FileNotFoundError):
                    cached[path.stem] = self._summary_of(path)
        self._cached = cached
        return sorted((one.summary for one in cached.values()), key=_age, reverse=True)

    def _summary_of(self, path: Path) -> "_CachedSummary":
        status = path.stat()
        state = (status.st_mtime_ns, status.st_size)
        cached = self._cached.get(path.stem)
        return cached if cached and cached.state == state else _CachedSummary(state, _summary(path))

    def _path(self, id: str) -> Path:
        return self._folder / f"{id}.eml"


@dataclass(frozen=True)
class _CachedSummary:
    """A summary, and the state of the file it was read from."""

    state: tuple[int, int]
    summary: MailSummary


def _open(path: Path) -> tuple[datetime, int, bytes]:
    """When a mail came first, how many times it came, and the mail. Raises FileNotFoundError."""
    content = path.read_bytes()
    if receipt := _RECEIPT.match(content):
        with suppress(ValueError):
            return datetime.fromisoformat(receipt[1].decode()), int(receipt[2]), content[receipt.end() :]
    # A file that somebody else put there.
    return datetime.fromtimestamp(path.stat().st_mtime, UTC), 1, content


def _write(path: Path, content: bytes) -> None:
    """Write a file that is whole or not there at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _summary(path: Path) -> MailSummary:
    received_at, times, source = _open(path)
    message = parse(source)
    return MailSummary(
        id=path.stem,
        sender=header(message, "From"),
        to=header(message, "To"),
        subject=header(message, "Subject"),
        received_at=received_at,
        received=times,
    )


def _age(summary: MailSummary) -> tuple[datetime, str]:
    return summary.received_at, summary.id
