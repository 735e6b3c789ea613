"""Prices by number of seats: each seat costs the price of its own place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.money.rounding import sum_of


@dataclass(frozen=True)
class VolumePrice:
    """The price of a seat for a whole term, up to the seat of a number; the last price has no end."""

    up_to: int | None
    unit_price: Decimal


@dataclass(frozen=True)
class PricePart:
    """Seats at one price for a whole term."""

    quantity: int
    unit_price: Decimal


def price_parts(prices: Iterable[VolumePrice], owned: int, quantity: int) -> tuple[PricePart, ...]:
    """The seats owned + 1 to owned + quantity by price; `prices` stand lowest number first."""
    parts: list[PricePart] = []
    seat, last = owned, owned + quantity
    for price in prices:
        end = last if price.up_to is None else min(price.up_to, last)
        if end > seat:
            parts.append(PricePart(end - seat, price.unit_price))
            seat = end
    if seat < last:
        raise ValueError(f"no price for seat {seat + 1}")
    return tuple(parts)


def whole_term(parts: Sequence[PricePart]) -> Decimal:
    """The price of the parts for a whole term: T(owned + quantity) - T(owned)."""
    return sum_of(part.quantity * part.unit_price for part in parts)
