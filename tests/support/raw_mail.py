"""The head of a mail, read from the bytes that came over the wire, without the library that wrote it."""

import base64
import re
from dataclasses import dataclass

ENCODED_WORD = re.compile(r"=\?utf-8\?([bq])\?([!->@-~]*)\?=")


@dataclass(frozen=True)
class RawMail:
    """The header fields of a mail in order, unfolded, and what comes after them."""

    fields: list[tuple[str, str]]
    body: bytes

    @classmethod
    def read(cls, content: bytes) -> "RawMail":
        """Read a mail; fails the test when it is not ASCII, or its lines are not as RFC 5322 wants them."""
        lines = content.decode("ascii").split("\r\n")
        assert not any(re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line) for line in lines)
        assert max(len(line) for line in lines) <= 998
        end = lines.index("")
        fields: list[tuple[str, str]] = []
        for line in lines[:end]:
            if line.startswith((" ", "\t")):
                name, value = fields.pop()
                assert line.strip()
                fields.append((name, value + line))
            else:
                found = re.fullmatch(r"([A-Za-z-]+): (.+)", line)
                assert found, line
                fields.append((found[1], found[2]))
        return cls(fields, "\r\n".join(lines[end + 1 :]).encode())

    def value(self, name: str) -> str:
        """The value of the one field of a name."""
        (value,) = (value for field, value in self.fields if field.lower() == name.lower())
        return value

    def mailboxes(self, name: str) -> list[tuple[str, str]]:
        """Display name and address of each mailbox of a field; commas inside quotes separate nothing."""
        parts = re.findall(r'(?:"(?:[^"\\]|\\.)*"|[^",])+', self.value(name))
        found = [re.fullmatch(r'\s*("(?:[^"\\]|\\.)*"|[^"<>@,]*?)\s*<([^<>\s"]+@[^<>\s"]+)>', part) for part in parts]
        return [(_phrase(mailbox[1]), mailbox[2]) if mailbox else ("no mailbox", "") for mailbox in found]

    def text(self, name: str) -> str:
        """The text of an unstructured field, encoded words read."""
        return decoded(self.value(name))


def decoded(value: str) -> str:
    """Text whose encoded words are read, once; space between two of them is none (RFC 2047, 6.2)."""
    joined = re.sub(r"(\?=)\s+(?==\?utf-8\?)", r"\1", value)
    return ENCODED_WORD.sub(_word, joined)


def _word(found: "re.Match[str]") -> str:
    assert len(found[0]) <= 75
    if found[1] == "b":
        return base64.b64decode(found[2], validate=True).decode()
    octets = re.sub(
        rb"=([0-9A-F]{2})", lambda code: bytes.fromhex(code[1].decode()), found[2].replace("_", " ").encode()
    )
    return octets.decode()


def _phrase(phrase: str) -> str:
    if phrase.startswith('"'):
        # Many mail programs read encoded words in quotes as well: there must be none.
        assert "=?" not in phrase
        return re.sub(r"\\(.)", r"\1", phrase[1:-1])
    assert re.fullmatch(r"(=\?\S+\?=\s*)*", phrase), phrase
    return decoded(phrase)
