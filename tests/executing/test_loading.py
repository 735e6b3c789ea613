"""Loaders: what many ask for is read once, and shown once."""

from collections.abc import Sequence

from engine.breadth_first.loaders import Loader, run_batched

WORDS = {1: "one", 2: "two"}


async def test_what_many_ask_for_is_read_together_and_shown_once() -> None:
    reads: list[list[int]] = []
    shown: list[str] = []

    async def read(keys: Sequence[int]) -> dict[int, str]:
        reads.append(list(keys))
        return {key: WORDS[key] for key in keys if key in WORDS}

    def show(word: str) -> list[str]:
        shown.append(word)
        return [word]

    loader = Loader(read)

    async def asked(key: int) -> list[str] | None:
        return await loader.load_shown(key, show)

    one, again, two, none = await run_batched([asked(1), asked(1), asked(2), asked(3)])
    assert (one, two, none) == (["one"], ["two"], None)
    assert one is again
    assert await loader.load(1) == "one"
    assert await loader.load_shown(1, str.upper) == "ONE"
    assert (reads, shown) == ([[1, 2, 3]], ["one", "two"])
    loader.clear_all()
    assert await asked(2) == ["two"]
    assert (reads, shown) == ([[1, 2, 3], [2]], ["one", "two", "two"])
