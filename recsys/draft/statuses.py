"""Orders that were never sold or came back: a `where` that leaves them out, or `is_return`.

A line of its own that says what came back is a return. A status says it of the sale itself, which
no other line books: a return of it would take away what was never added, so the line is left out.
"""

# ruff: noqa: S608 - names are quoted, values escaped
from __future__ import annotations

from collections.abc import Sequence

from recsys.draft.booked_apart import are_booked_apart, stands_on_first_lines_only
from recsys.draft.draft import DraftColumn, DraftTable
from recsys.draft.outcomes import BACK, NEVER, SOLD
from recsys.draft.profiling import FileProfile, leftover
from recsys.draft.told import Told, columns_that_tell
from recsys.storage.names import quoted, text

MOST_COLUMNS = 3
SHOWN = 6
"""Values named in a sentence."""
PLACED = {"category", "department", "subcategory", "is_return"}
"""Targets that lose a status column: what happened to an order isn't a product's type."""


def draft_outcomes(table: DraftTable) -> None:
    """Draft what to do with orders that were never sold, and with what came back."""
    taken = [column.source for column in table.columns if column.target not in PLACED]
    free = leftover(table.profile, taken)
    told = [one for one in columns_that_tell(table.profile.columns) if one.column in free]
    for number, one in enumerate(told[:MOST_COLUMNS]):
        _Outcomes(table, one, is_first=number == 0).draft()


class _Outcomes:
    """Drafts the use of one status column."""

    def __init__(self, table: DraftTable, told: Told, *, is_first: bool) -> None:
        self.table, self.told, self.name = table, told, told.column.name
        self.text = _text(told, table.profile)
        self.lines = dict(told.column.common)
        # what waits to be sent is sold; beside a status of the order, what waits to be paid, too
        may_wait = not is_first or bool(told.column.parsed_name.known & {"delivery", "shipping"})
        self.back = told.values(*BACK)
        self.never = told.values(*(NEVER - {"open"} if may_wait else NEVER))

    def draft(self) -> None:
        self._sort_out()
        if self.told.values("browsing") or self._is_of_events():
            self._purchases_only()
            return
        undone = [*self.never, *self.back]
        if undone and stands_on_first_lines_only(self.table, self.told.column):
            self._give_way()
            self.table.doubts.append(
                f"'{self.name}' says which orders were undone ({self._listed(undone)}), but not on "
                f"every line: fill it down, then add  where: {self._unless(undone)}"
            )
            return
        if self.never:
            self._leave_out()
        if self.back:
            self._returns()
        if self.told.unknown:
            self.table.doubts.append(
                f"'{self.name}' says {self._listed(self.told.unknown)}: what that means isn't "
                "known, and these lines count as sold; leave out what wasn't with a `where`"
            )

    def _sort_out(self) -> None:
        """Tell lines that cancel or return others from sales that were cancelled or returned."""
        apart = [
            group
            for group in (self.never, self.back)
            if group and are_booked_apart(self.table, self._are(group))
        ]
        if self.told.is_of_lines:
            apart += [self.told.values("cancellation"), self.back]
        returns = {value for group in apart for value in group}
        said = [""] if self.told.is_time else self.lines
        undone = [value for value in said if value in {*self.never, *self.back}]
        self.back = [value for value in undone if value in returns]
        self.never = [value for value in undone if value not in returns]

    def _is_of_events(self) -> bool:
        senses = self.told.column.parsed_name.known
        return "event" in senses and bool(self.told.values("sale")) and bool(self.told.unknown)

    def _purchases_only(self) -> None:
        read = [*self.told.values(*SOLD), *self.back]
        others = [value for value in self.lines if value not in read]
        self.table.restrict(self._are(read), f"other events ({', '.join(others)}) are not read")
        if self.back:
            self._returns()

    def _leave_out(self) -> None:
        came_back = [v for v in self.never if self.told.by_value[v] in BACK]
        unsold = [v for v in self.never if v not in came_back]
        doubts = []
        if unsold:
            doubts.append(f"{self._listed(unsold)}: never sold, so these lines aren't read")
        if came_back:
            doubts.append(
                f"{self._listed(came_back)}: said of the sale itself, so neither it nor its return "
                "is read; if the sale has another line, take it out of `where` and write  "
                f"is_return: {self._are(came_back)}"
            )
        others = [v for v in self.told.values(*SOLD, "open") if v not in self.never]
        if others and not self.told.is_flag:
            doubts.append(f"the others count as sold: {_quoted(others)}")
        self._give_way()
        said = "; ".join(doubts)
        said = said if self.told.is_time else f"'{self.name}' says {said}"
        self.table.restrict(self._unless(self.never), said)

    def _returns(self) -> None:
        if self.told.is_flag and self.table.source("is_return") == self.name:
            return
        self._give_way()
        if self.table.column("is_return") is None:
            evidence = f"values of '{self.name}': {', '.join(list(self.lines)[:SHOWN])}"
            doubt = (
                f"lines with these values count as returned; the other values of '{self.name}' as "
                "sold"
            )
            drafted = DraftColumn("is_return", self._are(self.back), evidence, doubt)
            self.table.columns.append(drafted)

    def _give_way(self) -> None:
        """Take the status column out of other targets, and off the list of unused ones."""
        self.table.take(self.name)
        self.table.columns = [
            column
            for column in self.table.columns
            if column.source != self.name or column.target not in PLACED
        ]

    def _are(self, values: Sequence[str], *, not_: bool = False) -> str:
        """Return the condition that the column has one of these values; or that it has none."""
        if self.told.is_time:
            return f"{self.text} is {'' if not_ else 'not '}null"
        if self.told.column.type == "BOOLEAN":
            return f"coalesce({self.text} {'<>' if not_ else '='} {values[0]}, {str(not_).lower()})"
        if self.text != quoted(self.name):
            values = list(dict.fromkeys(value.lower() for value in values))
        listed = ", ".join(map(text, values))
        if not_:
            return f"coalesce({self.text}, '') not in ({listed})"
        return f"{self.text} in ({listed})" if len(values) > 1 else f"{self.text} = {listed}"

    def _unless(self, values: Sequence[str]) -> str:
        return self._are(values, not_=True)

    def _listed(self, values: Sequence[str]) -> str:
        if self.told.is_time:
            return f"lines with a time in '{self.name}'"
        lines = sum(self.lines[value] for value in values)
        return f"{_quoted(values)} ({lines:,} {'line' if lines == 1 else 'lines'})"


def _text(told: Told, profile: FileProfile) -> str:
    """Return the column as SQL that equals the values of its profile, however they are written."""
    column, name = told.column, quoted(told.column.name)
    if column.type == "BOOLEAN" or (told.is_time and column.type != "VARCHAR"):
        return name
    if told.is_time:
        return f"nullif(trim({name}), '')"
    same = {value.lower() for value, _ in column.common}
    if column.type == "VARCHAR" and len(same) == len(column.common):
        (padded,) = profile.ask(
            f"select count(*) from {profile.sample} where {name} <> trim({name})"
        )
        if not padded:
            return name
    return f"lower({column.text})"


def _quoted(values: Sequence[str]) -> str:
    more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
    return ", ".join(f"'{value}'" for value in values[:SHOWN]) + more
