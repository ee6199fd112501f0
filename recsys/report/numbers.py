"""Numbers as people read them."""

from __future__ import annotations

import math
from datetime import date

NOTHING = "\u2013"
"""What stands for a value that is missing: a dash."""
MINUS = "\u2212"
BLANK = "\u00a0"
"""Between a number and its unit: no line ends there."""


def count(value: float | None) -> str:
    r"""Return a whole number with its thousands set apart; a dash for nothing.

    >>> count(1469307), count(None)
    ('1,469,307', '\u2013')
    """
    return NOTHING if value is None else f"{round(value):,}"


def short(value: float | None) -> str:
    r"""Return a large number in three digits.

    >>> short(1469307), short(92334), short(801), short(None)
    ('1.47\xa0M', '92.3\xa0k', '801', '\u2013')
    """
    if value is None:
        return NOTHING
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            scaled = value / (1e3 if unit == "k" else size)
            return f"{scaled:.{max(0, 2 - int(math.log10(abs(scaled))))}f}{BLANK}{unit}"
    return count(value)


def percent(share: float | None, digits: int | None = None) -> str:
    r"""Return a share of 0 to 1 in percent, with as many digits as tell something.

    >>> percent(0.0062), percent(0.4712), percent(1), percent(0.00002), percent(None)
    ('0.6\xa0%', '47\xa0%', '100\xa0%', 'under 0.1\xa0%', '\u2013')
    """
    if share is None:
        return NOTHING
    if 0 < abs(share) < 0.001 and digits is None:
        return f"under 0.1{BLANK}%"
    places = digits if digits is not None else (1 if 0 < abs(share) < 0.095 else 0)
    return f"{100 * share:.{places}f}{BLANK}%"


def change(share: float | None) -> str:
    r"""Return a relative change in percent with its sign.

    >>> change(0.352), change(-0.02), change(0.013)
    ('+35\xa0%', '\u22122.0\xa0%', '+1.3\xa0%')
    """
    if share is None:
        return NOTHING
    return signed(percent(abs(share)), share)


def difference(value: float | None) -> str:
    r"""Return a difference of two metrics with its sign.

    >>> difference(0.01648), difference(-0.0002), difference(0.0)
    ('+0.0165', '\u22120.0002', '0.0000')
    """
    return NOTHING if value is None else signed(metric(abs(value)), value)


def signed(said: str, value: float) -> str:
    """Put a number's sign before it; nothing before zero."""
    return ("+" if value > 0 else MINUS if value < 0 else "") + said


def metric(value: float | None, digits: int = 4) -> str:
    """Return a metric: recommenders differ in the third decimal.

    >>> metric(0.06321)
    '0.0632'
    """
    return NOTHING if value is None else f"{value:.{digits}f}"


def interval(low: float | None, high: float | None, digits: int = 4) -> str:
    """Return an interval; a dash where there is none.

    >>> interval(0.0585, 0.0683)
    '0.0585 to 0.0683'
    """
    return NOTHING if low is None or high is None else f"{low:.{digits}f} to {high:.{digits}f}"


def day(value: date | None) -> str:
    """Return a day in words.

    >>> day(date(2017, 12, 4))
    '4 December 2017'
    """
    return NOTHING if value is None else f"{value.day} {value:%B %Y}"


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


def sentence(text: str) -> str:
    """Return a text with a capital first letter.

    >>> sentence("hybrid leads.")
    'Hybrid leads.'
    """
    return text[:1].upper() + text[1:]
