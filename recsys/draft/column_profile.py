"""What is known of a column before its meaning is guessed: name, values, distinct values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from recsys.draft.numbers import Numbers, read_numbers, share_read
from recsys.draft.times import Times, read_times
from recsys.draft.words import Name, parse_name
from recsys.storage.names import quoted

TEXT_TYPES = ("VARCHAR", "JSON")


@dataclass(frozen=True, eq=False)
class ColumnProfile:
    """A column of a file, from the rows that were looked at; equal only to itself."""

    name: str
    """As it stands in the file; column0, column1 and so on in a file without a header."""
    type: str
    """DuckDB's type; VARCHAR in delimited files."""
    rows: int
    """Rows looked at."""
    present: int
    """Of them, rows with a value that isn't blank."""
    distinct: int
    """How many values differ."""
    values: tuple[str, ...]
    """Some of the values, as text."""
    common: tuple[tuple[str, int], ...] = ()
    """The most common values with their counts, as text; all of them where few differ."""
    is_named: bool = True
    """Whether the file gives the column a name."""
    distinct_in_files: int | None = None
    """How many values differ in each of several files, added up."""
    of_what: str = ""
    """A word for what the file lists, where the name alone says nothing: `id` in orders.csv."""

    meant: str = ""
    """A word for what it holds, where its values say so and its name doesn't."""

    @cached_property
    def parsed_name(self) -> Name:
        """The name's words and what they mean."""
        if self.meant:
            return parse_name(self.meant)
        return parse_name(f"{self.of_what} {self.name}".strip()) if self.is_named else Name((), ())

    @cached_property
    def times(self) -> Times:
        """How the values read as points in time."""
        return read_times(self.type, self.values)

    @cached_property
    def numbers(self) -> Numbers:
        """How the values read as numbers."""
        return read_numbers(self.type, self.values)

    def share_read(self, rule: str) -> float:
        """Return which share of the values one more rule of cleaning reads: clean_price."""
        return share_read(rule, self.values) if self.type in TEXT_TYPES else 0.0

    @property
    def text(self) -> str:
        """The column as SQL that gives text; empty where there are only blanks."""
        return f"trim(cast({quoted(self.name)} as varchar))"

    @property
    def filled(self) -> float:
        """Share of rows with a value."""
        return self.present / self.rows if self.rows else 0.0

    @property
    def uniqueness(self) -> float:
        """Distinct values per value: 1 where none repeats."""
        return self.distinct / self.present if self.present else 0.0

    @property
    def uniqueness_in_files(self) -> float:
        """The same within each of several files: 1 for a catalogue a year."""
        distinct = self.distinct if self.distinct_in_files is None else self.distinct_in_files
        return distinct / self.present if self.present else 0.0

    @property
    def is_nested(self) -> bool:
        """Whether a value holds several: a list, a struct or a map."""
        return self.type.endswith("]") or self.type.startswith(("STRUCT", "MAP", "UNION"))

    @cached_property
    def mean_length(self) -> float:
        """Letters per value."""
        return sum(map(len, self.values)) / len(self.values) if self.values else 0.0

    @cached_property
    def wordy(self) -> float:
        """Share of values with a blank inside: texts, not codes."""
        return self._share(lambda value: " " in value.strip())

    @cached_property
    def email_like(self) -> float:
        """Share of values that look like an e-mail address."""
        return self._share(lambda value: "@" in value and "." in value.rpartition("@")[2])

    @cached_property
    def url_like(self) -> float:
        """Share of values that begin like a web address."""
        return self._share(lambda value: value.lower().lstrip("[\"'").startswith(("http", "www.")))

    def _share(self, holds: Callable[[str], bool]) -> float:
        return sum(map(holds, self.values)) / len(self.values) if self.values else 0.0
