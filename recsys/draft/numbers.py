"""How a column's values read as numbers: quantities, prices, ratings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

CURRENCY = re.compile(
    r"[$€£¥￥₩₹₺₽₫₴฿円元圓원]|\b(?:EUR|USD|GBP|CHF|PLN|RUB|CNY|JPY|KRW|zł|kr|Kč|Fr|руб)\b\.?|R\$",  # noqa: RUF001
    re.IGNORECASE,
)
NUMBER = re.compile(r"[-+(]?\d[\d.,' \u00a0\u202f]*\)?|[-+]?[.,]\d+")
NUMERIC_TYPES = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
)


@dataclass(frozen=True)
class Numbers:
    """What the values that read as numbers are like."""

    share: float = 0.0
    """Of the values, how many read as numbers."""
    whole: float = 0.0
    """Of these, how many are whole numbers, 3.0 included."""
    low: float = 0.0
    high: float = 0.0
    negative: float = 0.0
    """Share below zero."""
    with_currency: float = 0.0
    """Share of the values with a currency sign."""
    has_decimal_comma: bool = False
    is_padded: bool = False
    """Whether some begin with a zero, as codes do: 00123."""


def read_numbers(type_name: str, values: Sequence[str]) -> Numbers:
    """Describe the numbers among `values`.

    >>> prices = read_numbers("VARCHAR", ["1.234,50 €", "9,99 €", "frei"])
    >>> prices.has_decimal_comma, prices.high, round(prices.share, 2)
    (True, 1234.5, 0.67)
    >>> read_numbers("VARCHAR", ["00123", "00456"]).is_padded
    True

    """
    if not values or type_name in {"BOOLEAN", "DATE"} or type_name.startswith("TIME"):
        return Numbers()
    texts = [value.strip() for value in values]
    bare = [CURRENCY.sub("", text).strip() for text in texts]
    digits = [text for text in bare if NUMBER.fullmatch(text)]
    if not digits:
        return Numbers()
    comma = _decimal_commas(digits) > _decimal_points(digits)
    found = [number for text in digits if (number := _number(text, comma)) is not None]
    if not found:
        return Numbers()
    return Numbers(
        share=len(found) / len(texts),
        whole=sum(number.is_integer() for number in found) / len(found),
        low=min(found),
        high=max(found),
        negative=sum(number < 0 for number in found) / len(found),
        with_currency=sum(bool(CURRENCY.search(text)) for text in texts) / len(texts),
        has_decimal_comma=comma,
        is_padded=any(re.match(r"0\d", text) for text in digits),
    )


def _decimal_commas(texts: Sequence[str]) -> int:
    """Count numbers whose comma can only stand before decimals: 9,99 and 1.234,50, not 1,234."""
    return sum(bool(re.search(r",(\d{1,2}|\d{4,})\)?$|\.\d{3},\d+\)?$", text)) for text in texts)


def _decimal_points(texts: Sequence[str]) -> int:
    return sum(bool(re.search(r"\.(\d{1,2}|\d{4,})\)?$|,\d{3}\.\d+\)?$", text)) for text in texts)


def _number(text: str, comma: bool) -> float | None:
    negative = text.startswith(("-", "(")) or text.endswith("-")
    thousands = "." if comma else ","
    plain = re.sub(rf"[-+()' \u00a0\u202f{re.escape(thousands)}]", "", text)
    try:
        number = float(plain.replace(",", "."))
    except ValueError:
        return None
    return -number if negative else number
