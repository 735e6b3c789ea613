"""What several parts of a document wait for: nobody is harmed by a neighbour who is refused."""

import asyncio
import gc
from collections.abc import Sequence
from uuid import UUID

import pytest

from executing.loading import Loader
from models.ids import new_id
from tests.support.answers import codes
from tests.support.client import Client
from tests.support.company import Company

ROW = "the row"
ME = "{ a: viewer { account { seatInventory { version } } user { email } } b: viewer { user { email } } }"
LIST = (
    "{ account { users { nodes { email } totalCount"
    " edges { node { license { id } } } pageInfo { hasNextPage } } purchases { nodes { id } } } }"
)


def loader(result: str | Exception) -> tuple[Loader[UUID, str], asyncio.Event]:
    """A loader whose read ends when it is let."""
    let = asyncio.Event()

    async def read(keys: Sequence[UUID]) -> dict[UUID, str]:
        await let.wait()
        if isinstance(result, Exception):
            raise result
        return dict.fromkeys(keys, result)

    return Loader(read), let


async def test_who_is_cancelled_cancels_nobody_else() -> None:
    rows, let = loader(ROW)
    key = new_id()
    one, other = (asyncio.ensure_future(rows.load(key)) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    let.set()
    assert await other == ROW
    assert one.cancelled()


async def test_a_read_that_fails_once_nobody_waits_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    rows, let = loader(OSError("the database is gone"))
    waiting = asyncio.ensure_future(rows.load(new_id()))
    for _ in range(3):
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    let.set()
    for _ in range(3):
        await asyncio.sleep(0)
    del waiting, rows
    gc.collect()
    assert caplog.records == []


async def test_who_still_waits_is_told_of_the_failure() -> None:
    rows, let = loader(OSError("the database is gone"))
    let.set()
    with pytest.raises(OSError, match="gone"):
        await rows.load(new_id())


async def test_a_refused_field_spoils_no_list_beside_it(admin: Client, standard: Client, company: Company) -> None:
    for _ in range(20):
        assert set(codes(await standard.post(ME))) == {"NOT_PERMITTED"}
        assert codes(await standard.post(LIST)) != []
        assert codes(await admin.post(LIST)) == []
