"""One budget for all processes."""

from tests.support.client import Client
from tests.support.company import Company
from tests.support.installation import Installation
from tests.support.waiting import until_told

# Of units of cost; each poll takes two.
LIMIT = 1000
POLL = {"query": "{ account { version } }"}


async def test_what_is_spent_at_one_process_is_gone_at_every_other(
    installation: Installation, company: Company
) -> None:
    token = await company.access_token()
    installation.settings["MAX_COST_PER_MINUTE"] = str(LIMIT)
    first, second = await installation.serve("--no-relay"), await installation.serve("--no-relay")
    async with Client(first.url, token) as here, Client(second.url, token) as there:
        polls = 0

        async def is_refused_there() -> bool:
            nonlocal polls
            polls += 1
            return (await there.http.post("/graphql", json=POLL)).status_code == 429

        assert not await is_refused_there()
        answers = [(await here.http.post("/graphql", json=POLL)).status_code for _ in range(LIMIT // 2)]
        assert answers.count(200) > LIMIT // 2 - 10
        await until_told(is_refused_there)
        # It would have let so many pass, had it not heard of the others.
        assert polls < LIMIT // 4
