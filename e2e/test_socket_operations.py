"""The operations of one WebSocket of graphql-ws are independent."""

from pathlib import Path

from e2e.conftest import running_demo
from e2e.javascript import run_script
from e2e.test_clients import access_token


async def test_invalid_operations_leave_the_others_of_their_socket_running(tmp_path: Path) -> None:
    async with running_demo(tmp_path) as demo:
        found = await run_script("socket-operations.js", f"{demo.url}/graphql", await access_token(demo))
    assert found == {
        "broken": {
            "syntax": ["GRAPHQL_PARSE_FAILED"],
            "field": ["GRAPHQL_VALIDATION_FAILED"],
            "variable": ["GRAPHQL_VALIDATION_FAILED"],
            "choice": ["GRAPHQL_VALIDATION_FAILED"],
            "cost": ["LIMIT_EXCEEDED"],
        },
        "told": [True, False, False],
        "sockets": {"opened": 1, "closed": 0},
    }
