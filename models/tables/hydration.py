"""Making model instances of the driver's records, at a quarter of Tortoise's cost."""

from collections.abc import Callable, Iterable, KeysView
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from tortoise.fields import DatetimeField, UUIDField
from tortoise.fields.data import CharEnumFieldInstance


class Row:
    """The first base of a table, before Model.

    The driver already returns UUIDs and times in UTC; Tortoise converts each value again, and sets each attribute by
    a call.
    """

    @classmethod
    def of_records(cls, records: Iterable[Iterable[Any]]) -> list[Self]:
        """The rows of records that have all columns of the table, in the order of its fields."""
        how = _reading(cls)
        return [cls._made(how, zip(how.names, record, strict=True)) for record in records]

    @classmethod
    def columns(cls) -> list[str]:
        """The names of all columns of the table, in the order of its fields."""
        return list(cls._meta.fields_db_projection.values())  # pyright: ignore[reportAttributeAccessIssue]

    @classmethod
    def table_name(cls) -> str:
        """The table's name in the database."""
        return cls._meta.db_table  # pyright: ignore[reportAttributeAccessIssue]

    @classmethod
    def written(cls, **columns: Any) -> Self:
        """The instance of a row that a statement has written; columns that it left out are null."""
        return cls._init_from_db(**dict.fromkeys(_reading(cls).names) | columns)

    @classmethod
    def _init_from_db(cls, **row: Any) -> Any:
        """Override of Tortoise's method, which makes every instance of a query."""
        how = _reading(cls)
        if not how.names <= row.keys():
            # Some of the columns only, which is rare.
            return super()._init_from_db(**row)  # pyright: ignore[reportAttributeAccessIssue]
        return cls._made(how, row.items())

    @classmethod
    def _made(cls, how: "_Reading", columns: Iterable[tuple[str, Any]]) -> Self:
        made = cls.__new__(cls)
        row = made.__dict__
        row.update(columns, **how.own, _await_when_save={})
        for name, convert in how.conversions:
            if (value := row[name]) is not None:
                row[name] = convert(value)
        return made


@dataclass(frozen=True, slots=True)
class _Reading:
    """The plan for making instances of a table: their attributes besides columns, and the conversions of values."""

    names: KeysView[str]
    own: dict[str, Any]
    conversions: list[tuple[str, Callable[[Any], Any]]]


@cache
def _reading(table: Any) -> _Reading:
    meta = table._meta  # noqa: SLF001
    native = {name for _, name, _ in meta.db_native_fields}
    own = {
        "_partial": False,
        "_saved_in_db": True,
        "_custom_generated_pk": meta.db_pk_column not in meta.generated_db_fields,
    }
    conversions = [
        (name, _conversion(meta.fields_map[name]))
        for name in meta.fields_db_projection
        if name not in native and not isinstance(meta.fields_map[name], UUIDField | DatetimeField)
    ]
    return _Reading(meta.fields_db_projection.keys(), own, conversions)


def _conversion(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, CharEnumFieldInstance):
        return {each.value: each for each in field.enum_type}.__getitem__
    return field.to_python_value
