"""One file of an input as a FROM item."""

from __future__ import annotations

from dataclasses import dataclass, field

from recsys.shop.dialect import Dialect

FILE, ROW = "recsys_file", "recsys_row"
"""Names that are unlikely for a column of a shop's file."""


@dataclass(frozen=True)
class Part:
    """A FROM item that has the file's columns, and ROW: the record's number in the file."""

    relation: str
    file: str
    """The file's name for people: from the shop file's folder on."""
    ambiguous: frozenset[str] = field(default_factory=frozenset)
    dialect: Dialect | None = None
