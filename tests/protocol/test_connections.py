"""Answers that are put on their connection as a whole: what stands on the wire, and what comes after."""

import gc

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from tests.support.company import Company
from tests.support.line import NAME, line

VERSION = b'{"query": "{ account { name __typename } }"}'


async def test_an_answer_has_its_fields_once_and_the_connection_stays_open(company: Company, server_url: str) -> None:
    async with line(company, server_url) as open_line:
        for _ in range(3):
            open_line.send(open_line.ask(NAME))
            status, fields, body = await open_line.answer()
            assert status == "HTTP/1.1 200 OK"
            assert body == b'{"data":{"account":{"name":"Company of example.com"}}}'
            assert {*fields} == {
                "date",
                "content-length",
                "content-type",
                "ratelimit-policy",
                "ratelimit",
                "usher-cost",
                "etag",
                "cache-control",
                "vary",
            }


async def test_an_answer_that_is_not_sent_again_has_no_body(company: Company, server_url: str) -> None:
    async with line(company, server_url) as open_line:
        open_line.send(open_line.ask(NAME))
        _, fields, _ = await open_line.answer()
        open_line.send(open_line.ask(NAME, f"If-None-Match: {fields['etag']}"), open_line.ask(NAME))
        status, again, body = await open_line.answer()
        assert (status, again["etag"], body) == ("HTTP/1.1 304 Not Modified", fields["etag"], b"")
        assert "transfer-encoding" not in again
        assert (await open_line.answer())[0] == "HTTP/1.1 200 OK"


async def test_requests_that_did_not_wait_are_answered_in_their_order(company: Company, server_url: str) -> None:
    async with line(company, server_url) as open_line:
        open_line.send(*[open_line.ask(NAME if number % 2 else VERSION) for number in range(6)])
        bodies = [(await open_line.answer())[2] for _ in range(6)]
    assert [b"__typename" in body for body in bodies] == [True, False, True, False, True, False]


async def test_who_asks_for_the_end_of_the_connection_gets_it(company: Company, server_url: str) -> None:
    async with line(company, server_url) as open_line:
        open_line.send(open_line.ask(NAME, "Connection: close"))
        status, fields, _ = await open_line.answer()
        assert (status, fields["connection"]) == ("HTTP/1.1 200 OK", "close")
        assert await open_line.reader.read() == b""
    async with line(company, server_url) as old_line:
        old_line.send(old_line.ask(NAME, version="1.0"))
        await old_line.answer()
        assert await old_line.reader.read() == b""


async def test_what_was_answered_is_not_left_to_the_garbage_collector(company: Company, server_url: str) -> None:
    async with line(company, server_url) as open_line:
        gc.collect()
        gc.disable()
        try:
            for _ in range(50):
                open_line.send(open_line.ask(NAME))
                await open_line.answer()
            left = [each for each in gc.get_objects() if isinstance(each, RequestResponseCycle)]
        finally:
            gc.enable()
    assert len(left) < 20
