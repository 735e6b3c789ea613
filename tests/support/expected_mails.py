"""The text of each mail, word for word, in `tests/mailers/expected/`, apart from the texts of the mailers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "mailers" / "expected"
ENGLISH = ["January", "February", "March", "April", "May", "June", "July", "August", "September"]
ENGLISH += ["October", "November", "December"]
FRENCH = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre"]
FRENCH += ["novembre", "décembre"]


@dataclass(frozen=True)
class ExpectedMail:
    """A subject, and the text part."""

    subject: str
    text: str


def expected_mail(kind: str, locale: str, **values: str) -> ExpectedMail:
    """The mail of a kind with these values in its places; each place needs one."""
    language = "fr-CA" if locale.startswith("fr") else "en"
    written = (FOLDER / f"{kind}.{language}.txt").read_text(encoding="utf-8").format(**values)
    subject, _, text = written.partition("\n\n")
    return ExpectedMail(subject, text)


def moment(at: datetime, locale: str) -> str:
    """A moment as the mails of a language write it."""
    at = at.astimezone(UTC)
    if locale.startswith("fr"):
        day = "1er" if at.day == 1 else str(at.day)
        return f"{day} {FRENCH[at.month - 1]} {at.year} à {at.hour}\u00a0h\u00a0{at.minute:02}\u00a0UTC"
    return f"{ENGLISH[at.month - 1]} {at.day}, {at.year} at {at.hour:02}:{at.minute:02}\u00a0UTC"
