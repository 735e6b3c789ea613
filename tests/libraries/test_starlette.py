"""Starlette: responses that are made without its constructor."""

from starlette.responses import Response

from tests.support.library_code import relied_on_by, require_code


def test_a_response_is_sent_by_four_attributes() -> None:
    with relied_on_by("api/http/responses.py"):
        require_code(Response.__call__, "02e103484ef5")
