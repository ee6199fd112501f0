"""A drafted shop file: tables, columns, settings, each with its evidence and its doubts."""

from __future__ import annotations

from dataclasses import dataclass, field

from recsys.draft.files import InputFile

MISSING = "???"
"""Stands where a required column wasn't found: no build begins before it's replaced."""


@dataclass
class DraftColumn:
    """One column of the shop file, and why."""

    target: str
    source: str
    """Their column, or a SQL expression over their columns."""
    evidence: str
    doubt: str = ""
    """What to check, with the alternatives; empty where there is no doubt."""


@dataclass
class DraftTable:
    """One table of the shop file, and why."""

    name: str
    path: str
    files: list[InputFile]
    evidence: list[str]
    columns: list[DraftColumn]
    where: str = ""
    where_doubt: str = ""
    doubts: list[str] = field(default_factory=list)
    """What to check of the table as a whole."""
    left_out: list[str] = field(default_factory=list)
    """Columns not used, as name and why."""

    @property
    def file(self) -> InputFile:
        """The file, or the first of several of one shape."""
        return self.files[0]

    def source(self, target: str) -> str | None:
        """Return their column for one of ours."""
        found = self.column(target)
        return found.source if found else None

    def column(self, target: str) -> DraftColumn | None:
        """Return the column for one of ours."""
        return next((column for column in self.columns if column.target == target), None)

    def restrict(self, condition: str, doubt: str) -> None:
        """Read only the lines for which a condition holds, too."""
        self.where = f"{self.where} and {condition}" if self.where else condition
        self.where_doubt = f"{self.where_doubt}; {doubt}" if self.where_doubt else doubt

    def leave_out(self, column: DraftColumn, why: str) -> None:
        """Take a column out of the draft, and say why."""
        self.columns.remove(column)
        self.left_out.append(f"{column.source} ({why})")


@dataclass
class DraftSetting:
    """A setting that differs for this shop, and why."""

    name: str
    value: object
    evidence: str
    doubt: str = ""


@dataclass
class Unused:
    """A file that the draft doesn't use, and why."""

    label: str
    why: str


@dataclass
class Draft:
    """All of it."""

    name: str
    tables: list[DraftTable]
    unused: list[Unused]
    settings: list[DraftSetting] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Doubts about the shop as a whole, such as a customer who is nobody."""

    def table(self, name: str) -> DraftTable | None:
        """Return a table by name."""
        return next((table for table in self.tables if table.name == name), None)

    @property
    def doubts(self) -> list[str]:
        """Everything that is marked CHECK, with the place it stands at."""
        found = []
        for table in self.tables:
            found += [f"{table.name}: {doubt}" for doubt in table.doubts]
            if table.where_doubt:
                found.append(f"{table.name}.where: {table.where_doubt}")
            found += [
                f"{table.name}.columns.{c.target}: {c.doubt}" for c in table.columns if c.doubt
            ]
        found += [f"settings.{s.name}: {s.doubt}" for s in self.settings if s.doubt]
        return found + self.notes

    @property
    def missing(self) -> list[str]:
        """Required columns that weren't found: the build waits for them."""
        return [
            f"{table.name}.columns.{column.target}"
            for table in self.tables
            for column in table.columns
            if column.source == MISSING
        ]
