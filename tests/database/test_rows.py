"""Rows are made of what the driver reads as Tortoise would make them."""

from typing import Any

import pytest
from tortoise.models import Model

from models import tables
from models.database.connection import fetch
from models.reads.rows import rows_where
from models.tables.hydration import Row
from tests.support.history import make_history

TABLES: list[Any] = [
    each for each in vars(tables).values() if isinstance(each, type) and issubclass(each, Row) and each is not Row
]
# Of these a history has none.
EMPTY = {"AllowanceSpent", "RetentionWatermark", "SignInRequest"}


def attributes(row: Model) -> dict[str, Any]:
    """Everything that a row is, and of which class each value is."""
    return {name: (value, type(value).__mro__[-2]) for name, value in vars(row).items()}


async def test_every_table_s_rows_are_as_tortoise_makes_them(db: None) -> None:
    await make_history()
    assert len(TABLES) > 15
    for table in TABLES:
        found = await fetch(f'SELECT * FROM "{table._meta.db_table}"')
        assert found or table.__name__ in EMPTY, table
        for values in found:
            made, usual = (make(**values) for make in (table._init_from_db, of_tortoise(table)))
            assert type(made) is table
            assert attributes(made) == attributes(usual)
            [again] = table.of_records([[values[name] for name in table._meta.fields_db_projection.values()]])
            assert attributes(again) == attributes(usual)


def of_tortoise(table: Any) -> Any:
    return Model._init_from_db.__func__.__get__(table)  # pyright: ignore[reportFunctionMemberAccess]


async def test_a_row_of_which_a_part_was_read_is_partial(db: None) -> None:
    history = await make_history()
    user = await tables.User.get(id=history.company.administrator.id).only("email")
    assert user.email == history.company.administrator.email
    assert user._partial
    with pytest.raises(AttributeError):
        _ = user.first_name


async def test_rows_are_found_by_a_condition_and_can_be_saved(db: None) -> None:
    company = (await make_history()).company
    ids = [user.id for user in company.users[:2]]
    condition = "account_id = $1 AND id = ANY($2)"
    users = await rows_where(tables.User, condition, company.account_id, ids)
    assert {user.id for user in users} == set(ids)
    users[0].last_name = "Another"
    await users[0].save()
    assert (await tables.User.get(id=users[0].id)).last_name == "Another"
