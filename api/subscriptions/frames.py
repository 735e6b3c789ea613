"""Frames of graphql-transport-ws as bytes, for messages that many are sent."""

import orjson

TEXT = 0x81


def text_frame(payload: bytes) -> bytes:
    """A whole, unmasked WebSocket frame of text, as servers send them."""
    length = len(payload)
    if length < 126:
        head = bytes((TEXT, length))
    elif length < 1 << 16:
        head = bytes((TEXT, 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((TEXT, 127)) + length.to_bytes(8, "big")
    return head + payload


def next_frame(operation_id: str, result: bytes) -> bytes:
    """The message that an operation has a result, which is JSON already."""
    return text_frame(b'{"id":%b,"type":"next","payload":%b}' % (orjson.dumps(operation_id), result))


def complete_frame(operation_id: str) -> bytes:
    """The message that an operation has ended."""
    return text_frame(b'{"id":%b,"type":"complete"}' % orjson.dumps(operation_id))
