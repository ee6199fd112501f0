"""The price before discounts, beside what was paid."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import DraftColumn, DraftTable
from recsys.draft.guesses import Guess, ranked, values_in_words
from recsys.draft.words import listed
from recsys.draft.written import how_written, number_sql

NUMBERS = 0.95
"""Least share of the values that must be numbers."""
NO_LESS = 0.95
"""Least share of lines in which the price before discounts is no less than what was paid."""
OTHER = {"discount", "tax", "cost", "id", "time"}
"""Senses of names that aren't of a price."""


def take_what_was_paid(table: DraftTable) -> None:
    """Take what was paid for the price, where a price before discounts was taken for it."""
    chosen = table.column("unit_price")
    before = table.given("unit_price")
    if chosen is None or before is None or not _is_before_discounts(before):
        return
    used = {column.source for column in table.columns}
    paid = [
        found
        for kind in ("unit_price", "amount")
        for found in ranked(table.profile.columns, kind)
        if found.column.name not in used
        and not _is_before_discounts(found.column)
        and not OTHER & found.column.parsed_name.known
    ]
    for found in sorted(paid, key=lambda one: -one.certainty):
        if _no_less(table, before, found.column):
            _exchange(table, chosen, found)
            return


def draft_list_price(table: DraftTable) -> None:
    """Find the price before discounts; a shop file has it or the discount."""
    paid = table.given("unit_price") or table.given("amount")
    if paid is None or table.column("discount") is not None:
        return
    used = {column.source for column in table.columns}
    for column in table.profile.columns:
        if column.name in used or not _is_before_discounts(column):
            continue
        if _no_less(table, column, paid):
            said = values_in_words("unit_price", column)
            evidence = f"by name; {said}; no less than '{paid.name}'"
            table.columns.append(DraftColumn("list_price", column.name, evidence))
            table.take(column.name)
            return


def _is_before_discounts(column: ColumnProfile) -> bool:
    words = set(column.parsed_name.words)
    is_named = column.parsed_name.text in listed("prices before discounts") or (
        "price" in column.parsed_name.known and words & listed("before discounts")
    )
    senses = column.parsed_name.known
    return bool(is_named) and not OTHER & senses and column.numbers.share >= NUMBERS


def _no_less(table: DraftTable, before: ColumnProfile, paid: ColumnProfile) -> bool:
    """Return whether a price, for one or for all of a line, is no less than what was paid."""
    quantity = table.given("quantity")
    written = how_written(
        table.profile, [quantity.name] if quantity else [], [before.name, paid.name]
    )
    each, total = (number_sql(one, written.has_money_comma) for one in (before, paid))
    units = number_sql(quantity, written.has_comma) if quantity else "1"
    (share,) = table.profile.ask(
        f"select avg((greatest(before, before * units) + 0.01 >= paid)::int) from (select "
        f"cast({each} as double) as before, cast({total} as double) as paid, "
        f"cast({units} as double) as units from {table.profile.sample}) where paid > 0"
    )
    return share is not None and share >= NO_LESS


def _exchange(table: DraftTable, chosen: DraftColumn, found: Guess) -> None:
    table.left_out.append(chosen.source)
    table.take(found.column.name)
    chosen.target, chosen.source = found.kind, found.column.name
    chosen.evidence, chosen.doubt = found.evidence or "by name", ""
