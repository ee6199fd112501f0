"""Find the column or columns that identify an order of one customer, day and store."""

from __future__ import annotations

from itertools import combinations

from recsys.draft.choosing import LEAST, ORDER
from recsys.draft.draft import DraftColumn, DraftTable
from recsys.draft.guesses import Guess, ranked
from recsys.draft.name_rules import kinds_by_name
from recsys.draft.order_keys import (
    AGREEING,
    Part,
    Seen,
    days_of,
    depends_on,
    look,
    part_of_column,
    same_orders,
)
from recsys.draft.profiling import leftover

NAMED = 0.6
"""Certainty of a name that is taken for an order's though few of its values differ."""
KNOWN = 0.5
"""Share of lines with a customer from which on customers tell orders apart."""
ONE_LINE = 0.99
"""An id with at least this share of distinct values identifies lines."""
MOST_DAYS = 3
"""Days that the lines of an order may lie on where customers say that it is one."""
MOST_STORES = 5_000
MOST_LINES = 50
"""Mean number of lines of an order; with more, the id identifies a day."""
FEWEST = 5
"""A column with fewer values doesn't number the orders of a day."""
PLACES = 3
"""Columns of stores, tills and places that are tried."""
WHERE = {"store_id", "channel"}
"""Targets whose columns say where an order was made, and may be a part of its id."""
TAKEN = {"order_id", "is_return", "title", "category", "department", "subcategory", "brand", "size"}
"""Targets whose columns may be an order's all the same."""


def draft_orders(table: DraftTable) -> None:
    """Find what names an order, and say how its lines agree; mark what doesn't name one."""
    candidates = _candidates(table)
    if candidates:
        _Orders(table, candidates).draft()


def _candidates(table: DraftTable) -> list[Guess]:
    """Return the columns that may name an order, the one that was chosen first."""
    found = [
        guess
        for guess in ranked(table.profile.columns, "order_id")
        if guess.certainty >= LEAST["order_id"]
    ]
    known = {guess.column.name for guess in found}
    for column in table.profile.columns:
        certainty, words = kinds_by_name(column.parsed_name).get("order_id", (0.0, ""))
        # a number that begins again every day has few values
        has_digits = all(any(map(str.isdigit, value)) for value in column.values)
        is_named = column.name not in known and certainty >= NAMED
        if is_named and has_digits and column.distinct >= FEWEST:
            found.append(Guess("order_id", column, certainty, f"by name ({words})"))
    free = leftover(table.profile, [c.source for c in table.columns if c.target not in TAKEN])
    chosen = table.source("order_id")
    return sorted(
        (
            guess
            for guess in found
            if guess.column in free
            and not guess.column.times.has_clock
            and kinds_by_name(guess.column.parsed_name).get("line", (0.0, ""))[0] < guess.certainty
        ),
        key=lambda guess: guess.column.name != chosen,
    )


class _Orders:
    """Tries one candidate after the other, alone and with what may tell its orders apart."""

    def __init__(self, table: DraftTable, candidates: list[Guess]) -> None:
        self.table, self.profile, self.candidates = table, table.profile, candidates
        customer, days = table.inside("customer_id")[:1], table.inside("purchased_at")[:1]
        self.customer = part_of_column(customer[0]) if customer else None
        self.are_known = bool(customer) and customer[0].filled >= KNOWN
        self.day = days_of(days[0]) if days else None
        self.places = self._places()

    def _places(self) -> list[Part]:
        """Return stores and tills, else places; what a product has is no place of an order."""
        used = {column.source for column in self.table.columns if column.target not in WHERE}
        used |= {guess.column.name for guess in self.candidates}
        product = self.table.inside("product_id")[:1]
        for sense in ("store", "place"):
            found = [
                part_of_column(column)
                for column in self.profile.columns
                if sense in column.parsed_name.known
                and column.name not in used
                and 1 < column.distinct <= MOST_STORES
            ]
            if product:
                goods = part_of_column(product[0])
                found = [part for part in found if not depends_on(self.profile, part, goods)]
            if found:
                return found[:PLACES]
        return []

    def draft(self) -> None:
        alone = [guess.column for guess in self.candidates]
        seen = {column.name: self._look([part_of_column(column)]) for column in alone}
        grouping = [
            g for g in self.candidates if seen[g.column.name].grouped and not _is_of_line(g)
        ]
        plain = next((g for g in grouping if self._fits(seen[g.column.name])), None)
        if plain is not None:
            self._take(plain, seen[plain.column.name])
            return
        for guess in grouping:
            if self._combined(guess, seen[guess.column.name]):
                return
        self._doubt(seen)

    def _look(self, parts: list[Part]) -> Seen:
        return look(self.profile, parts, self.customer, self.day, self.places)

    def _fits(self, seen: Seen, *, is_whole: bool = False) -> bool:
        """Whether the lines of an id agree; on the day alone where customers don't say it."""
        if seen.of_one_customer < AGREEING:
            return False
        if self.are_known and not is_whole:
            return seen.days <= MOST_DAYS or seen.of_one_day >= AGREEING
        return min(seen.of_one_day, *seen.of_one_place, 1.0) >= AGREEING

    def _take(self, guess: Guess, seen: Seen) -> None:
        column = self._column(guess)
        if self.customer is not None:
            column.evidence += "; each of one customer"
        elif self.day is not None:
            column.evidence += "; each of one day"
        others = [
            f"'{other.column.name}'"
            for other in self.candidates
            if other is not guess and self._may_be_too(guess, other)
        ]
        column.doubt = f"or is it {', '.join(others)}?" if others else ""

    def _may_be_too(self, guess: Guess, other: Guess) -> bool:
        """Whether another column names orders as well, and others."""
        if _is_of_line(other) or not self._fits(self._look([part_of_column(other.column)])):
            return False
        parts = (part_of_column(guess.column), part_of_column(other.column))
        return not same_orders(self.profile, *parts)

    def _combined(self, guess: Guess, alone: Seen) -> bool:
        """Draft a number with what tells its orders apart; False: nothing does."""
        number = part_of_column(guess.column)
        for more in self._combinations():
            seen = self._look([*more, number])
            fits = seen.lines <= MOST_LINES and self._fits(seen, is_whole=True)
            if not (seen.grouped and fits):
                continue
            column = self._column(guess)
            names = ", ".join(f"'{part.name}'" for part in more)
            column.source = _joined([*more, number])
            column.evidence = f"{seen.orders:,} different values"
            column.doubt = (
                f"'{number.name}' begins again: {alone.said(self.places)}. An order is taken to be "
                f"what agrees in {names} and '{number.name}'"
            )
            self.table.take(*(part.name for part in (*more, number)))
            return True
        return False

    def _combinations(self) -> list[list[Part]]:
        places = [list(found) for size in (1, 2) for found in combinations(self.places, size)]
        days = [self.day] if self.day is not None else []
        of_days = [[*found, *days] for found in ([], *places)] if days else []
        of_customer = [[self.customer]] if self.customer is not None and self.are_known else []
        return [*places, *of_days, *of_customer]

    def _doubt(self, seen: dict[str, Seen]) -> None:
        column, first = self.table.column("order_id"), self.candidates[0]
        alone = seen[first.column.name]  # the one that was chosen comes first
        said = alone.said(self.places)
        if column is None:
            if alone.grouped:
                self.table.doubts.append(
                    f"'{first.column.name}' is named like an order's number and isn't used: {said}"
                )
        elif column.source != first.column.name:
            return
        elif not alone.grouped or _is_of_line(first):
            column.doubt = (
                "another on every line, so that no order has several products: if it numbers "
                "lines, leave it out, and a customer's lines of one time are one order"
            )
        elif self.customer is not None and alone.of_one_customer < AGREEING:
            share = 1 - alone.of_one_customer_at_all
            column.doubt = f"{100 * share:.0f} % of these are of several customers"
        else:
            column.doubt = f"{said}: is it an order?"

    def _column(self, guess: Guess) -> DraftColumn:
        """Return the drafted column, of this candidate."""
        column, name = self.table.column("order_id"), guess.column.name
        if column is not None and column.source == name:
            return column
        if column is not None:
            lines = [guess.column.name for guess in self.candidates if _is_of_line(guess)]
            why = "another on every line" if column.source in lines else "not an order's"
            self.table.leave_out(column, why)
        self.table.take(name)
        drafted = DraftColumn("order_id", name, guess.evidence)
        self.table.columns.append(drafted)
        self.table.columns.sort(key=lambda column: ORDER.index(column.target))
        return drafted


def _is_of_line(guess: Guess) -> bool:
    return guess.column.uniqueness >= ONE_LINE


def _joined(parts: list[Part]) -> str:
    """Return the parts as one text; empty in lines without a number."""
    text = f"concat_ws('-', {', '.join(part.sql for part in parts)})"
    number = parts[-1]
    return text if number.is_filled else f"case when {number.is_there} then {text} end"
