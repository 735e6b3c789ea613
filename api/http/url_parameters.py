"""A request that stands in the parameters of its address."""

from collections.abc import Mapping
from typing import Any

import orjson
from cross_web import HTTPException

JSON_PARAMETERS = ("variables", "extensions")


def read_url_parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    """The request as its body would have it. Raises HTTPException. What is empty is taken as absent."""
    request = {name: value for name, value in given.items() if value}
    for name in JSON_PARAMETERS:
        if name in request:
            request[name] = _parsed(name, request[name])
    return request


def _parsed(name: str, value: str) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, f"The parameter `{name}` must be JSON.") from error
