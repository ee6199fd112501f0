"""Which columns of a customer file say something about a customer that could be learned from."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain, count

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import DraftColumn
from recsys.draft.guesses import guess

MOST_VALUES = 100
PRIVATE = ("person", "contact", "address")
"""Kinds that name or locate a person: never an attribute."""


def attribute(column: ColumnProfile, taken: Collection[str]) -> DraftColumn | str:
    """Return the column as an attribute, or why it's left out.

    Parameters
    ----------
    column
        One that no other column of the shop file is read from.
    taken
        Names that the attribute can't have.

    """
    kinds = {found.kind for found in guess(column).values() if found.certainty >= 0.6}
    if kinds & set(PRIVATE) or column.email_like > 0.5 or "birth" in column.parsed_name.known:
        return "personal"
    if column.is_nested or column.url_like > 0.5:
        return "not a single value"
    if column.times.share > 0.9 and not column.times.is_plain_number:
        return "a time"
    if column.distinct < 2:
        return "the same for everyone"
    is_many = column.uniqueness > 0.5 and column.present > 25 and "demographic" not in kinds
    if column.distinct > MOST_VALUES or is_many:
        return f"{column.distinct:,} different values: too many to learn from"
    shown = ", ".join(value for value, _ in column.common[:3])
    plain = attribute_name(column.name)
    numbered = (f"{plain}_{number}" for number in count(2))
    name = next(name for name in chain([plain], numbered) if name not in taken)
    return DraftColumn(name, column.name, f"{column.distinct:,} values: {shown}")


def attribute_name(name: str) -> str:
    """Return a plain name for an attribute.

    >>> attribute_name("Home Ownership"), attribute_name("age:token")
    ('home_ownership', 'age')
    """
    plain = re.sub(r":(token|float)(_seq)?$", "", name)
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    return re.sub(r"\W+", "_", plain.lower()).strip("_") or "attribute"
