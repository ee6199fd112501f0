"""A drafted shop file: tables, columns, settings, each with its evidence and its doubts."""

from __future__ import annotations

from dataclasses import dataclass, field

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.files import InputFile
from recsys.draft.profiling import FileProfile
from recsys.storage.names import quoted

MISSING = "???"
"""Placeholder of a required column that wasn't found; no build starts until it is replaced."""


@dataclass
class DraftColumn:
    """One column of the shop file, and why."""

    target: str
    source: str
    """Their column, or a SQL expression over their columns."""
    evidence: str
    doubt: str = ""
    """What to check, with the alternatives; empty where there is no doubt."""

    def mark(self, doubt: str) -> None:
        """Add a doubt to those there are."""
        self.doubt = f"{self.doubt}; {doubt}" if self.doubt else doubt


@dataclass
class DraftTable:
    """One table of the shop file, and why."""

    name: str
    path: str
    profile: FileProfile
    """What its file, or its files of one shape, are like."""
    evidence: list[str]
    columns: list[DraftColumn]
    where: str = ""
    where_doubt: str = ""
    doubts: list[str] = field(default_factory=list)
    """What to check of the table as a whole."""
    left_out: list[str] = field(default_factory=list)
    """Columns not used, as name and why."""

    @property
    def files(self) -> tuple[InputFile, ...]:
        """The files that it is read from."""
        return self.profile.files

    @property
    def file(self) -> InputFile:
        """The file, or the first of several of one shape."""
        return self.profile.file

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

    def take(self, *names: str) -> None:
        """Take columns off the list of unused ones."""
        self.left_out = [said for said in self.left_out if said not in names]

    def given(self, target: str) -> ColumnProfile | None:
        """Return their column behind one of ours, where it is one as it stands."""
        return self.profile.find(self.source(target) or "")

    def inside(self, target: str) -> list[ColumnProfile]:
        """Return their columns that one of ours is made of, in the order in which it names them."""
        source = self.source(target) or ""
        if alone := self.profile.find(source):
            return [alone]
        found = {source.find(quoted(one.name)): one for one in self.profile.columns}
        return [found[place] for place in sorted(found) if place >= 0]

    def sql(self, target: str) -> str | None:
        """Return one of our columns as SQL that gives text; None: there is none."""
        source = self.source(target)
        if source is None or source == MISSING:
            return None
        found = self.profile.find(source)
        return found.text if found else f"trim(cast({source} as varchar))"


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
    """The whole draft."""

    name: str
    tables: list[DraftTable]
    unused: list[Unused]
    settings: list[DraftSetting] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Doubts about the shop as a whole, such as a customer id that stands for nobody."""

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
