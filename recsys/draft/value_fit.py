"""How well a column's values fit a kind, with and without regard to its name."""

from __future__ import annotations

import re
from collections.abc import Callable

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.words import listed

MOST_CHANNELS = 50
LONGEST_ID = 100
"""Most letters of an id; hashes have 64."""


def fit(kind: str, column: ColumnProfile) -> float:
    """Return how well the values fit a column of this kind, from 0 to 1."""
    if not column.present:
        return 0.0
    return FITS[kind](column) if kind in FITS else 1.0


def support(kind: str, column: ColumnProfile) -> float:
    """Return what the values alone say for a kind, whatever the name, from 0 to 1."""
    numbers, times = column.numbers, column.times
    is_time = not times.is_day_number
    match kind:
        case "purchased_at" | "rated_at" if times.share >= 0.95 and is_time:
            return 0.45 if times.form == "yyyymmdd" else 0.6
        case "rating" if numbers.high in {5.0, 10.0} and 0 <= numbers.low <= 1.5:
            return 0.45 if numbers.share >= 0.95 and 3 <= column.distinct <= 21 else 0.0
        case "customer_id" | "product_id" if not (times.share >= 0.5 and is_time):
            are_codes = not column.wordy and numbers.whole in {0.0, 1.0}
            return 0.3 if are_codes and column.distinct > 20 and column.uniqueness < 0.9 else 0.0
        case "title" if column.wordy > 0.5:
            return 0.4 if 8 < column.mean_length < 100 else 0.0
        case "unit_price" if numbers.share > 0.95:
            return 0.35 if numbers.with_currency or _has_cents(column) else 0.0
    return 0.0


def _has_cents(column: ColumnProfile) -> bool:
    decimals = [value for value in column.values if re.search(r"\d[.,]\d{1,2}$", value)]
    return len(decimals) / len(column.values) > 0.5 and column.numbers.low >= 0


def _id(column: ColumnProfile) -> float:
    numbers, times = column.numbers, column.times
    is_time = times.share > 0.9 and not times.is_plain_number
    is_typed = column.type == "BOOLEAN" or column.type.startswith(("DATE", "TIME"))
    if column.is_nested or is_typed or is_time:
        return 0.0
    factor = 0.2 if numbers.share > 0.9 and numbers.whole < 0.99 else 1.0
    factor *= 0.3 if column.mean_length > LONGEST_ID or column.url_like > 0.5 else 1.0
    return factor * (0.4 if column.distinct <= 1 < column.present else 1.0)


def _id_of_orders(column: ColumnProfile) -> float:
    is_index = column.present > 1000 and column.distinct < column.present / 200
    return _id(column) * (0.3 if is_index or column.wordy > 0.5 else 1.0)


def _time(column: ColumnProfile) -> float:
    share = column.times.share
    return 1.0 if share > 0.9 else 0.7 if share > 0.5 else 0.0


def _quantity(column: ColumnProfile) -> float:
    numbers = column.numbers
    if column.is_nested or max(numbers.share, column.share_read("clean_quantity")) < 0.9:
        return 0.0
    return 0.3 if numbers.with_currency > 0.1 else 1.0


def _money(column: ColumnProfile, share: float | None = None) -> float:
    share = column.numbers.share if share is None else share
    if column.is_nested or (column.times.share > 0.9 and not column.times.is_day_number):
        return 0.0
    return 1.0 if share > 0.6 else 0.7 if share > 0.2 else 0.0


def _list_price(column: ColumnProfile) -> float:
    return _money(column, max(column.numbers.share, column.share_read("clean_price")))


def _margin(column: ColumnProfile) -> float:
    """Fit shares of the price and per cent; amounts of money aren't meant."""
    numbers = column.numbers
    if numbers.share >= 0.9:
        return 1.0 if numbers.low >= -1 and numbers.high <= 1 else 0.0
    percent = sum(value.rstrip().endswith("%") for value, _ in column.common)
    return 1.0 if percent >= 0.9 * len(column.common) > 0 else 0.0


def _taken_off(column: ColumnProfile) -> float:
    """Fit amounts of money; where none is above 1, they are shares of the price."""
    return _money(column) if column.numbers.high > 1 else 0.0


def _channel(column: ColumnProfile) -> float:
    return _grouping(column) if 1 < column.distinct <= MOST_CHANNELS else 0.0


def _rating(column: ColumnProfile) -> float:
    numbers = column.numbers
    said = {value.lower() for value, _ in column.common}
    are_words = said & listed("liked") and said <= listed("liked") | listed("disliked")
    if are_words or (numbers.share < 0.9 and column.share_read("clean_rating") > 0.9):
        return 1.0
    if numbers.share < 0.9 or numbers.low < -10 or numbers.high > 100 or column.distinct > 101:
        return 0.0
    return 1.0 if numbers.high <= 10 else 0.5


def _title(column: ColumnProfile) -> float:
    letters = sum(bool(re.search(r"[^\W\d_]{2}", value)) for value in column.values)
    if column.is_nested or letters < 0.5 * len(column.values) or column.times.share > 0.5:
        return 0.0
    return 1.0 if column.mean_length < 200 else 0.4


def _description(column: ColumnProfile) -> float:
    if column.numbers.share > 0.5 or column.times.share > 0.5:
        return 0.0
    return 1.0 if column.mean_length > 40 or column.is_nested else 0.8


def _grouping(column: ColumnProfile) -> float:
    if column.times.share > 0.5 or column.type == "BOOLEAN":
        return 0.0
    is_unique = column.present > 50 and column.uniqueness > 0.9 and not column.is_nested
    return (0.6 if column.numbers.share > 0.9 else 1.0) * (0.4 if is_unique else 1.0)


def _switch(column: ColumnProfile) -> float:
    is_few = column.distinct <= 8 and column.mean_length < 20 and column.times.share < 0.5
    return 1.0 if column.type == "BOOLEAN" or is_few else 0.0


def _currency(column: ColumnProfile) -> float:
    return 1.0 if column.mean_length <= 5 and column.numbers.share < 0.1 else 0.0


def _mostly_nothing(column: ColumnProfile) -> float:
    """Fit what came back: on most lines nothing did; a quantity after returns is mostly there."""
    most = column.common[0][0] if column.common else ""
    is_rare = column.filled < 0.5 or not most.strip("0.,")
    return 1.0 if is_rare and column.numbers.share >= 0.9 else 0.0


FITS: dict[str, Callable[[ColumnProfile], float]] = {
    "customer_id": lambda column: _id(column) * (0.5 if column.wordy > 0.5 else 1.0),
    "product_id": lambda column: _id(column) * (0.8 if column.wordy > 0.5 else 1.0),
    "order_id": _id_of_orders,
    "quantity": _quantity,
    "stock": _quantity,
    **dict.fromkeys(("price", "cost"), _list_price),
    "margin": _margin,
    "discount": _taken_off,
    "discount_share": _margin,
    "channel": _channel,
    "rating": _rating,
    "title": _title,
    "description": _description,
    "currency": _currency,
    **dict.fromkeys(("recommend_as", "merged_into", "store_id"), _id),
    **dict.fromkeys(("purchased_at", "rated_at", "shown_at", "clicked_at"), _time),
    **dict.fromkeys(("starts", "ends", "week", "planned_at"), _time),
    **dict.fromkeys(("unit_price", "amount"), _money),
    **dict.fromkeys(("department", "category", "subcategory", "brand"), _grouping),
    **dict.fromkeys(("region", "kind"), _grouping),
    **dict.fromkeys(("available", "is_return", "verified"), _switch),
    **dict.fromkeys(("undone_units", "undone_money"), _mostly_nothing),
}
"""How well values fit a kind, from 0 (impossible) to 1 (as such columns have them)."""
