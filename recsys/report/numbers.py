"""Numbers as people read them."""

from __future__ import annotations

import math
from datetime import date


def count(value: float | None) -> str:
    """Return a whole number with its thousands set apart; a dash for nothing.

    >>> count(1469307), count(None)
    ('1,469,307', '–')
    """
    return "–" if value is None else f"{round(value):,}"


def short(value: float | None) -> str:
    """Return a large number in three digits.

    >>> short(1469307), short(92334), short(801), short(None)
    ('1.47 M', '92.3 k', '801', '–')
    """
    if value is None:
        return "–"
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            scaled = value / (1e3 if unit == "k" else size)
            return f"{scaled:.{max(0, 2 - int(math.log10(abs(scaled))))}f} {unit}"
    return count(value)


def percent(share: float | None, digits: int | None = None) -> str:
    """Return a share of 0 to 1 in percent, with as many digits as tell something.

    >>> percent(0.0062), percent(0.4712), percent(1), percent(0.00002), percent(None)
    ('0.6 %', '47 %', '100 %', 'under 0.1 %', '–')
    """
    if share is None:
        return "–"
    if 0 < abs(share) < 0.001 and digits is None:
        return "under 0.1 %"
    places = digits if digits is not None else (1 if 0 < abs(share) < 0.095 else 0)
    return f"{100 * share:.{places}f} %"


def change(share: float | None) -> str:
    """Return a relative change in percent with its sign.

    >>> change(0.352), change(-0.02), change(0.013)
    ('+35 %', '−2.0 %', '+1.3 %')
    """
    if share is None:
        return "–"
    return signed(percent(abs(share)), share)


def difference(value: float | None) -> str:
    """Return a difference of two metrics with its sign.

    >>> difference(0.01648), difference(-0.0002), difference(0.0)
    ('+0.0165', '−0.0002', '0.0000')
    """
    return "–" if value is None else signed(metric(abs(value)), value)


def signed(said: str, value: float) -> str:
    """Put a number's sign before it; nothing before zero."""
    return ("+" if value > 0 else "−" if value < 0 else "") + said  # noqa: RUF001 - a minus


def metric(value: float | None, digits: int = 4) -> str:
    """Return a metric: recommenders differ in the third decimal.

    >>> metric(0.06321)
    '0.0632'
    """
    return "–" if value is None else f"{value:.{digits}f}"


def interval(low: float | None, high: float | None, digits: int = 4) -> str:
    """Return an interval; a dash where there is none.

    >>> interval(0.0585, 0.0683)
    '0.0585 to 0.0683'
    """
    return "–" if low is None or high is None else f"{low:.{digits}f} to {high:.{digits}f}"


def day(value: date | None) -> str:
    """Return a day in words.

    >>> day(date(2017, 12, 4))
    '4 December 2017'
    """
    return "–" if value is None else f"{value.day} {value:%B %Y}"


def counted(number: float, one: str, many: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "order", "orders"), counted(2500, "order", "orders")
    ('1 order', '2,500 orders')
    """
    return f"{count(number)} {one if round(number) == 1 else many}"


def words(name: str) -> str:
    """Return a name of the database as words.

    >>> words("mean_imputed_svd")
    'mean imputed svd'
    """
    return name.replace("_", " ")
