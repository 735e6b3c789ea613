"""Mails as files: one `.eml` each, named by its Message-ID, so that a repeat finds the file of the first."""

import hashlib
import os
import re
import tempfile
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from models.clock import now
from usher.mailbox.mail import header, parse

_ID = re.compile(r"[0-9a-f]{32}")
# One such line on top of the file for each time the mail came, as mail servers do with Received; newest first.
_RECEIPT = b"X-Mailbox-Received: "


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
    """The mails of one folder. Whoever else writes or deletes files there is noticed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[tuple[int, int], MailSummary]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes) -> str:
        """Keep a mail, or count it once more when its Message-ID is known; returns its id."""
        message_id = header(parse(content), "Message-ID")
        id = hashlib.sha256(message_id.encode()).hexdigest()[:32] if message_id else uuid.uuid4().hex
        path = self._path(id)
        known = path.read_bytes() if path.exists() else content
        _write(path, _RECEIPT + now().isoformat().encode() + b"\r\n" + known)
        return id

    def source(self, id: str) -> bytes | None:
        """The bytes of a mail as they came; None when there is none of this id."""
        if not _ID.fullmatch(id):
            return None
        try:
            return _split(self._path(id).read_bytes())[1]
        except FileNotFoundError:
            return None

    def message(self, id: str) -> EmailMessage | None:
        """A mail; None when there is none of this id."""
        source = self.source(id)
        return None if source is None else parse(source)

    def summaries(self) -> list[MailSummary]:
        """Every mail, newest first; only files that are new or have changed are read."""
        self._read = {path.stem: self._look(path) for path in self._folder.glob("*.eml") if _ID.fullmatch(path.stem)}
        return sorted((summary for _, summary in self._read.values()), key=_newest_first, reverse=True)

    def _look(self, path: Path) -> tuple[tuple[int, int], MailSummary]:
        status = path.stat()
        state = (status.st_mtime_ns, status.st_size)
        known = self._read.get(path.stem)
        return known if known and known[0] == state else (state, _summary(path))

    def _path(self, id: str) -> Path:
        return self._folder / f"{id}.eml"


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


def _split(content: bytes) -> tuple[list[bytes], bytes]:
    """The times on top of a file, newest first, and the mail itself."""
    times = []
    while content.startswith(_RECEIPT):
        line, _, content = content.partition(b"\r\n")
        times.append(line.removeprefix(_RECEIPT))
    return times, content


def _summary(path: Path) -> MailSummary:
    times, source = _split(path.read_bytes())
    message = parse(source)
    return MailSummary(
        id=path.stem,
        sender=header(message, "From"),
        to=header(message, "To"),
        subject=header(message, "Subject"),
        received_at=_moment(times[-1]) if times else datetime.fromtimestamp(path.stat().st_mtime, UTC),
        received=len(times) or 1,
    )


def _moment(time: bytes) -> datetime:
    return datetime.fromisoformat(time.decode())


def _newest_first(summary: MailSummary) -> tuple[datetime, str]:
    return summary.received_at, summary.id
