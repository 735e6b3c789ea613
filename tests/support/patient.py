"""A client that does as a good one does: while the service is away it tries again, with the same input."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx2

from tests.support.waiting import until

# Nothing may hang for longer, whatever is broken; half of it is for a machine that is busy with other things.
ANSWERS_WITHIN = 20.0
RECOVERS_WITHIN = 60.0
TRY_AGAIN_AFTER = 0.1


@dataclass
class Experience:
    """The outcomes that clients have met: the number of each that may happen, and all that may not."""

    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    longest_outage: float = 0.0

    async def more(self, outcome: str, times: int) -> None:
        """Wait until something has happened so many times more."""
        goal = self.outcomes[outcome] + times
        await until(lambda: self.outcomes[outcome] >= goal)


@dataclass
class Patient:
    """A GraphQL client over HTTP. `find_url` tells where the service is now: a server may come back elsewhere."""

    find_url: Callable[[], str]
    token: str | None
    experience: Experience
    retries: int = 0
    http: httpx2.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        self.http = httpx2.AsyncClient(headers=headers, timeout=ANSWERS_WITHIN)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    async def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """Run a document until it is answered; returns its data. Fails when the service does not come back."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        async with asyncio.timeout(RECOVERS_WITHIN):
            while (data := await self.attempt(query, **variables)) is None:
                await asyncio.sleep(TRY_AGAIN_AFTER)
                self.retries += 1
                self.experience.longest_outage = max(self.experience.longest_outage, clock() - begun)
        return data

    async def mutate(self, name: str, fields: str = "", /, **values: Any) -> dict[str, Any]:
        """Call a mutation with an input object, until it is answered. `fields` selects from its union."""
        document = (
            f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input)"
            f" {{ __typename ... on BusinessError {{ code message }} {fields} }} }}"
        )
        return (await self.run(document, input=values))[name]

    async def attempt(self, query: str, **variables: Any) -> dict[str, Any] | None:
        """Run a document once; None when the service says that it is away, or cannot be reached."""
        body = {"query": query, "variables": variables}
        try:
            response = await self.http.post(f"{self.find_url()}/graphql", json=body)
        except httpx2.TimeoutException:
            self._is_wrong(f"no answer within {ANSWERS_WITHIN} s to {query}")
            return None
        except httpx2.TransportError:
            self.experience.outcomes["unreachable"] += 1
            return None
        return self._read(response, query)

    def _read(self, response: httpx2.Response, query: str) -> dict[str, Any] | None:
        answer = response.json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        if not codes and response.status_code == 200:
            self.experience.outcomes["answered"] += 1
            return answer["data"]
        if codes != {"UNAVAILABLE"}:
            self._is_wrong(f"{response.status_code} {answer} to {query}")
        elif "data" not in answer and (response.status_code, response.headers.get("retry-after")) != (503, "2"):
            self._is_wrong(f"not said to be temporary: {response.status_code} {dict(response.headers)} {answer}")
        self.experience.outcomes["unavailable"] += 1
        return None

    def _is_wrong(self, what: str) -> None:
        self.experience.wrong.append(what)
