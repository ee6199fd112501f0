"""What a column may be: its name and its values together, with the evidence in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.name_rules import kinds_by_name
from recsys.draft.value_fit import fit, support

SURE = 0.6
"""A guess with less certainty is marked."""
POSSIBLE = 0.25
"""With less certainty no guess is made."""

UNASKED = 0.4
"""Weight of the values if the name means something else."""

DAYS_ONLY = ", days only"
"""What is said of times without a time of day."""

BY_VALUES = (
    *("purchased_at", "rated_at", "rating", "customer_id", "product_id", "title"),
    "unit_price",
)
TIMES = {
    *("purchased_at", "rated_at", "shown_at", "clicked_at"),
    *("starts", "ends", "week", "planned_at"),
}
NUMBERS = {"quantity", "unit_price", "amount", "price", "cost", "rating", "stock", "discount"}
"""Kinds of which the least and the largest value are said."""
COUNTED = {
    *("customer_id", "product_id", "order_id", "recommend_as", "merged_into"),
    *("category", "department", "subcategory", "brand", "store_id", "region"),
}
"""Kinds of which it is said how many values differ."""


@dataclass(frozen=True)
class Guess:
    """A column as something, with certainty from 0 to 1."""

    kind: str
    column: ColumnProfile
    certainty: float
    by_name: str
    """The part of the name that says so; empty if only the values do."""

    @property
    def is_sure(self) -> bool:
        """Whether the guess needs no mark."""
        return self.certainty >= SURE

    @property
    def evidence(self) -> str:
        """The reasons, in words."""
        return "; ".join(filter(None, [self.by_name, values_in_words(self.kind, self.column)]))


@lru_cache(maxsize=10_000)
def guess(column: ColumnProfile) -> dict[str, Guess]:
    """Return what the column may be, by kind."""
    named = kinds_by_name(column.parsed_name)
    strongest = max((score for score, _ in named.values()), default=0.0)
    said = column.parsed_name.known
    found: dict[str, Guess] = {}
    for kind in dict.fromkeys([*named, *BY_VALUES]):
        score, words = named.get(kind, (0.0, ""))
        alone = support(kind, column) * (UNASKED if strongest >= 0.5 or said else 1.0)
        certainty = fit(kind, column) * max(score, alone)
        if certainty >= POSSIBLE:
            by_name = _name_in_words(words, column) if score >= alone else ""
            found[kind] = Guess(kind, column, round(certainty, 3), by_name)
    return found


def ranked(columns: Sequence[ColumnProfile], kind: str) -> list[Guess]:
    """Return the columns that may be this kind, the most certain first; ties by their order."""
    guesses = [found[kind] for column in columns if kind in (found := guess(column))]
    return sorted(guesses, key=lambda candidate: -candidate.certainty)


def _name_in_words(words: str, column: ColumnProfile) -> str:
    if words.startswith("a name of"):
        return words
    if words.replace(" ", "") == "".join(filter(str.isalnum, column.name.lower())):
        return "by name"
    return f"by name ({words})"


def values_in_words(kind: str, column: ColumnProfile) -> str:
    """Say what the values are like, as far as it matters to the kind."""
    said: list[str] = []
    numbers, times = column.numbers, column.times
    match kind:
        case _ if kind in TIMES:
            is_of_days = not times.has_clock and times.form != "dates"
            said.append(times.form + (DAYS_ONLY if is_of_days else ""))
        case _ if kind in NUMBERS:
            if numbers.share > 0:  # otherwise the ratings are texts such as 4 out of 5
                said.append(f"{_number(numbers.low)} to {_number(numbers.high)}")
            if numbers.with_currency:
                said.append("with currency signs")
            if numbers.has_decimal_comma and not numbers.is_in_thousands:
                said.append("decimal comma")
        case "title" | "description":
            said.append(f"texts of {column.mean_length:.0f} letters")
        case "currency" | "is_return" | "available" | "verified" | "channel" | "kind":
            said.append(", ".join(value for value, _ in column.common[:4]))
        case _ if kind in COUNTED:
            said.append(values_counted(column.distinct))
    if column.filled < 0.995:
        said.append(f"{100 * (1 - column.filled):.0f} % empty")
    return ", ".join(said)


def values_counted(number: int) -> str:
    """Return how many values differ, in words."""
    return "one value only" if number == 1 else f"{number:,} different values"


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
