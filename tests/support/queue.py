"""Calls that wait for an account, in an order that a test chooses."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import copy_context
from typing import Any
from uuid import UUID

from models.database.connection import fetch, transaction
from models.tables import Account
from tests.support.waiting import until_told


async def waiting() -> int:
    """How many statements wait for a lock."""
    # A transaction sees the same activity again and again otherwise.
    await fetch("SELECT pg_stat_clear_snapshot()")
    rows = await fetch(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return rows[0]["count"]


async def in_turn(
    account_id: UUID, *calls: Coroutine[Any, Any, Any], change: Callable[[], Awaitable[Any]] | None = None
) -> list[Any]:
    """The answers of calls that come one after the other, all while another transaction holds the account.

    `change` runs in that transaction, once all of them wait.
    """
    answers: list[asyncio.Task[Any]] = []
    outside = copy_context()

    async def all_wait() -> bool:
        hasty = [answer.result() for answer in answers if answer.done()]
        assert not hasty, f"answered without waiting for the account: {hasty}"
        return await waiting() == len(answers)

    async with transaction():
        await Account.filter(id=account_id).select_for_update(no_key=True).get()
        for call in calls:
            answers.append(asyncio.create_task(call, context=outside.copy()))
            await until_told(all_wait)
        if change:
            await change()
    return await asyncio.gather(*answers)
