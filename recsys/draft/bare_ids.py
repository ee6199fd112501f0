"""Columns called `id`: their values show whose ids they are, if the file's name doesn't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.guesses import SURE, ranked
from recsys.draft.profiling import UNIQUE, FileProfile, share_found

KINDS = {"customer_id": "customer", "product_id": "product"}
MOST_FOUND = 0.8
"""Share of another file's ids that must be in the column."""
FEWEST = 10
"""A column with fewer different values isn't compared: small numbers match any column."""


def name_bare_ids(profiles: Sequence[FileProfile]) -> list[FileProfile]:
    """Return the profiles, with each column `id` named after another file's ids that it holds."""
    named = list(profiles)
    for number, profile in enumerate(profiles):
        others = [other for other in profiles if other is not profile]
        columns = [
            replace(column, of_what=_of_what(profile, column, others))
            if _is_bare_key(column)
            else column
            for column in profile.columns
        ]
        named[number] = replace(profile, columns=tuple(columns))
    return named


def _is_bare_key(column: ColumnProfile) -> bool:
    return column.parsed_name.known == {"id"} and column.uniqueness >= UNIQUE


def _of_what(profile: FileProfile, column: ColumnProfile, others: Sequence[FileProfile]) -> str:
    for other in others:
        for kind, thing in KINDS.items():
            for found in ranked(other.columns, kind)[:1]:
                is_told = found.certainty >= SURE and found.column.distinct >= FEWEST
                ids, among = (other, found.column.name), (profile, column.name)
                if is_told and share_found(ids, among) >= MOST_FOUND:
                    return thing
    return ""
