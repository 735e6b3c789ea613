"""HTTP by hand: headers and targets that no client library would send."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
Headers = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Answer:
    """The response."""

    status: int
    headers: dict[str, str]
    content: bytes


async def exchange(url: str, method: str, target: bytes, headers: Headers, body: bytes = b"") -> Answer:
    """Send one request on a connection of its own, and read all of the answer. Fails when none comes."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        lines = [method.encode() + b" " + target + b" HTTP/1.1"]
        if not any(name == "host" for name, _ in headers):
            lines.append(b"host: " + address.netloc.encode())
        lines += [name.encode() + b": " + value for name, value in headers]
        lines += [b"content-length: %d" % len(body), b"connection: close"]
        writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        await writer.drain()
        return _read(await reader.read(), with_content=method != "HEAD")
    finally:
        writer.close()


def _read(answer: bytes, *, with_content: bool) -> Answer:
    head, separator, content = answer.removeprefix(CONTINUE).partition(b"\r\n\r\n")
    assert separator, f"no answer, but {answer!r}"
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        content = _joined(content)
    elif with_content:
        assert len(content) == int(headers.get("content-length", "0")), "the answer was cut off"
    return Answer(int(first.split(" ")[1]), headers, content)


def _joined(chunks: bytes) -> bytes:
    content = b""
    while True:
        size, _, rest = chunks.partition(b"\r\n")
        if not int(size, 16):
            return content
        content, chunks = content + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
