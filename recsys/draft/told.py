"""Columns that tell what happened to an order, or what kind of line it is, value by value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.outcomes import BACK, KINDS_OF_LINES, NEVER, SOLD, Outcome, outcome
from recsys.draft.words import listed, tokens

MOST_VALUES = 50
"""As many as a profile counts."""
LONGEST = 60
"""Letters per value, in the mean; what is longer is a note."""
MOSTLY = 0.8
"""Share of the lines whose values must be known where the name doesn't say what the column is."""
HALF = 0.5
NAMED = {"status", "event"}
"""Senses of names of columns that tell nothing else; a type may be a product's."""
OTHERS = {
    *("customer", "person", "contact", "address", "demographic", "campaign", "email", "session"),
    *("stocked", "stock_level", "availability"),
}
"""Senses of names of columns that aren't about an order, unless the name says so."""
DESCRIBING = {
    *("brand", "size", "title", "name", "text", "category", "department", "currency", "review")
}
BACK_LETTERS = set("RCGZD")
"""Return, credit, Gutschrift, zwrot, devolución."""
SOLD_LETTERS = set("SVPOIKFBAN") | {"R"}
"""Sale, Verkauf, purchase, order, invoice, Kauf, Faktura, buy; R: Rechnung beside Gutschrift."""


@dataclass(frozen=True)
class Told:
    """The meaning of a status column."""

    column: ColumnProfile
    by_value: Mapping[str, str]
    """What each value says, as `outcome` has it."""
    unknown: tuple[str, ...] = ()
    """Values that say nothing known."""
    is_of_lines: bool = False
    """Whether it says what kind of line it is, not what happened to the order."""
    is_time: bool = False
    """Whether it says when it happened: a line without a time was left alone."""
    is_flag: bool = False
    """Whether it says yes or no."""

    def values(self, *said: str) -> list[str]:
        """Return the values that say one of these, in the order in which they are common."""
        return [value for value, what in self.by_value.items() if what in said]


def columns_that_tell(columns: Sequence[ColumnProfile]) -> list[Told]:
    """Return the columns that tell something, those that are named for it first."""
    found = [told for column in columns if (told := _told(column)) is not None]
    return sorted(found, key=lambda told: not told.column.parsed_name.known & NAMED)


def _told(column: ColumnProfile) -> Told | None:
    if not column.present or column.is_nested or _is_about_another(column):
        return None
    if column.times.share > HALF and not column.times.is_plain_number:
        return _time(column)
    if column.distinct > MOST_VALUES or column.mean_length > LONGEST:
        is_status = "status" in column.parsed_name.known
        return Told(column, {}, tuple(value for value, _ in column.common)) if is_status else None
    if all(value.lower() in listed("yes") | listed("no") for value, _ in column.common):
        flag = _flag(column)
        if flag is not None or column.parsed_name.known.isdisjoint(NAMED):
            return flag
    return _signs(column) or _values(column)


def _is_about_another(column: ColumnProfile) -> bool:
    senses, words = column.parsed_name.known, tokens(column.name)
    if senses & OTHERS and "order" not in senses:
        return True
    if senses & DESCRIBING and not senses & {*NAMED, "type"}:
        return True
    says_how = any(word.startswith(tuple(listed("paying"))) for word in words)
    return says_how and "status" not in senses and "state" not in words and _said(column) is None


def _said(column: ColumnProfile) -> str | None:
    """Return what the name itself says happened, as `cancelled` and `is_return` do."""
    said = outcome(column.name)
    return said.what if said is not None and said.is_clear and said.what != "sale" else None


def _time(column: ColumnProfile) -> Told | None:
    """Read `cancelled_at`: what has a time there happened, if most lines have none."""
    said = _said(column)
    if said not in NEVER | BACK or column.filled > HALF:
        return None
    return Told(column, {"": said}, is_time=True)


def _flag(column: ColumnProfile) -> Told | None:
    """Read `cancelled` or `is_paid`, and of the latter what isn't."""
    said, denied = _said(column), outcome(f"not {column.name}")
    if said is None or denied is None:
        return None
    by_value = {v: said if v.lower() in listed("yes") else denied.what for v, _ in column.common}
    if set(by_value.values()) <= SOLD:
        return None
    return Told(column, by_value, is_of_lines=said == "return", is_flag=True)


def _signs(column: ColumnProfile) -> Told | None:
    values = [value for value, _ in column.common]
    is_named = bool(set(tokens(column.name)) & listed("sign"))
    if set(values) == {"+", "-"} or (is_named and set(values) <= {"1", "-1", "+1", "+", "-"}):
        by_value = {value: "return" if value.startswith("-") else "sale" for value in values}
        return Told(column, by_value, is_of_lines=True)
    return None


def _values(column: ColumnProfile) -> Told | None:
    senses = column.parsed_name.known
    is_named = bool(senses & NAMED) or bool(senses & {"return", "cancelled"})
    found: dict[str, Outcome | None] = {value: outcome(value) for value, _ in column.common}
    by_value = {
        value: said.what
        for value, said in found.items()
        if said is not None and (said.is_clear or "status" in senses)
    }
    if is_named or "type" in senses or by_value:
        by_value = _with_letters(column, by_value)
    unknown = tuple(value for value in found if value not in by_value)
    lines = dict(column.common)
    known = sum(lines[value] for value in by_value) / sum(lines.values())
    said = set(by_value.values())
    if not is_named:
        least = HALF if "type" in senses else MOSTLY
        came_back = sum(lines[value] for value, what in by_value.items() if what in BACK)
        # an export of sales has more of them than of returns
        are_few = came_back <= HALF * sum(lines.values())
        # REFUND among kinds of lines that nobody knows, or in every line
        is_kind = said == {"return"} and "type" in senses and "product" not in senses
        if _says_how_paid(found) or not (are_few or (is_kind and not unknown)):
            return None
        if not is_kind and (known < least or said <= SOLD or not said & (SOLD | {"browsing"})):
            return None
    elif said <= SOLD and (not unknown or "product" in senses or not senses & NAMED):
        return None
    told = Told(column, by_value, unknown)
    return replace(told, is_of_lines=_is_of_lines(told, senses, lines))


def _says_how_paid(values: Iterable[str]) -> bool:
    return any(listed("means of payment") & set(tokens(value)) for value in values)


def _with_letters(column: ColumnProfile, by_value: Mapping[str, str]) -> dict[str, str]:
    """Read S and R, or V beside Retoure: a letter says something beside the others only."""
    letters = [v.upper() for v, _ in column.common if v not in by_value and len(v) == 1]
    if not letters or not set(letters) <= BACK_LETTERS | SOLD_LETTERS:
        return dict(by_value)
    said = set(by_value.values())
    lines = {value.upper(): count for value, count in column.common}
    came_back = sorted(set(letters) & BACK_LETTERS, key=lambda letter: lines[letter])
    if said & BACK:
        came_back = []
    elif said & SOLD:
        came_back = came_back[:1] if len(letters) == 1 else []
    elif len(letters) == 1 or not came_back or lines[came_back[0]] > HALF * sum(lines.values()):
        return dict(by_value)
    meant = {letter: "return" if letter in came_back[:1] else "sale" for letter in letters}
    return {
        value: by_value.get(value) or meant[value.upper()]
        for value, _ in column.common
        if value in by_value or value.upper() in meant
    }


def _is_of_lines(told: Told, senses: frozenset[str], lines: Mapping[str, int]) -> bool:
    sales = sum(lines[value] for value in told.values("sale"))
    states = sum(lines[value] for value in told.values("done"))
    if sales or states:
        is_typed = bool(senses & {"type", "event"}) and "status" not in senses
        return sales > states or is_typed
    return set(told.by_value.values()) <= KINDS_OF_LINES
