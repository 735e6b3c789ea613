"""Work that several parts of a document wait for: a refusal of one part harms no other."""

import asyncio
import gc
from collections.abc import Sequence
from uuid import UUID

import pytest

from engine.breadth_first.loaders import Loader, run_batched
from models.database.ids import new_id
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


class Reads:
    """A loader that notes what is read at once, and finds each key's double."""

    def __init__(self) -> None:
        self.keys: list[list[int]] = []
        self.loader: Loader[int, int] = Loader(self._read)

    async def _read(self, keys: Sequence[int]) -> dict[int, int]:
        self.keys.append(list(keys))
        await asyncio.sleep(0)
        return {key: 2 * key for key in keys if key < 100}


async def test_rows_that_wait_for_loaders_read_each_level_at_once() -> None:
    reads = Reads()

    async def twice(key: int) -> int | None:
        once = await reads.loader.load(key)
        return await reads.loader.load(once) if once is not None else None

    assert await run_batched([twice(key) for key in (1, 2, 3, 2, 101)]) == [4, 8, 12, 8, None]
    # Of the second level 2 is known by then.
    assert reads.keys == [[1, 2, 3, 101], [4, 6]]


async def test_rows_in_one_task_and_tasks_of_their_own_share_what_they_read() -> None:
    reads = Reads()

    async def load(key: int) -> int | None:
        return await reads.loader.load(key)

    found = await asyncio.gather(run_batched([load(1), load(2)]), load(2), run_batched([load(3)]))
    assert found == [[2, 4], 4, [6]]
    assert reads.keys == [[1, 2, 3]]


async def test_a_row_that_fails_ends_the_others() -> None:
    rows, let = loader(OSError("the database is gone"))
    ended: list[int] = []

    async def load(place: int) -> str | None:
        try:
            return await rows.load(new_id())
        finally:
            ended.append(place)

    let.set()
    with pytest.raises(OSError, match="gone"):
        await run_batched([load(place) for place in range(3)])
    assert sorted(ended) == [0, 1, 2]


async def test_a_row_that_waits_for_something_else_is_refused() -> None:
    ended: list[bool] = []

    async def wait() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(True)

    with pytest.raises(TypeError, match="waits for something else"):
        await run_batched([wait(), wait()])
    # The second was never begun.
    assert ended == [True]


async def test_a_refused_field_spoils_no_list_beside_it(admin: Client, standard: Client, company: Company) -> None:
    for _ in range(20):
        assert set(codes(await standard.post(ME))) == {"NOT_PERMITTED"}
        assert codes(await standard.post(LIST)) != []
        assert codes(await admin.post(LIST)) == []
