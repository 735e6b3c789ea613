"""GraphQL clients over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import httpx2
from websockets.asyncio.client import ClientConnection, connect


class Client:
    """A GraphQL client over HTTP, signed in when it has a token."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.token = token
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.http = httpx2.AsyncClient(base_url=url, headers=headers, timeout=30, verify=False)
        self._others: list[Client] = []

    def signed_in(self, token: str) -> "Client":
        """The same server for somebody who has signed in; closed together with this one."""
        self._others.append(Client(self.url, token))
        return self._others[-1]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        await self.http.aclose()
        for client in self._others:
            await client._close()

    async def post(self, query: str, **variables: Any) -> dict[str, Any]:
        """Run a document and return the whole answer."""
        response = await self.http.post("/graphql", json={"query": query, "variables": variables})
        return response.json()

    async def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """Run a document and return its data; top-level errors fail the test."""
        answer = await self.post(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def mutate(self, name: str, fields: str, /, **values: Any) -> dict[str, Any]:
        """Call a mutation with an input object. `fields` selects, e.g. `... on CartChanged { cart { version } }`."""
        type_name = name[0].upper() + name[1:]
        document = (
            f"mutation ($input: {type_name}Input!) {{ {name}(input: $input)"
            f" {{ __typename ... on BusinessError {{ code message }} {fields} }} }}"
        )
        return (await self.run(document, input=values))[name]

    @asynccontextmanager
    async def live(self) -> AsyncIterator["Live"]:
        """A graphql-transport-ws connection that has been acknowledged."""
        url = f"ws{self.url.removeprefix('http')}/graphql"
        async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # pyright: ignore[reportArgumentType]
            live = Live(socket)
            payload = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            await live.send(type="connection_init", payload=payload)
            assert (await live.receive())["type"] == "connection_ack"
            yield live


class Live:
    """One WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def send(self, **message: Any) -> None:
        """Send one message of the protocol."""
        await self.socket.send(json.dumps(message))

    async def receive(self, within: float = 10) -> dict[str, Any]:
        """The next message; fails the test when none comes."""
        frame = await asyncio.wait_for(self.socket.recv(), within)
        assert isinstance(frame, str), "the protocol's clients read text frames alone"
        return json.loads(frame)

    async def subscribe(self, query: str, id: str = "1", **variables: Any) -> None:
        """Start an operation."""
        await self.send(type="subscribe", id=id, payload={"query": query, "variables": variables})

    async def next(self, within: float = 10) -> dict[str, Any]:
        """The data of the next result; fails the test on anything else."""
        message = await self.receive(within)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]
