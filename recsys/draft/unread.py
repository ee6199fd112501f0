"""Values that cleaning can't read: each column that has some is marked, with one of them."""

# ruff: noqa: S608 - names are quoted; expressions are the draft's own
from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

import duckdb

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import MISSING, Draft, DraftColumn, DraftTable
from recsys.draft.name_rules import CLEAR, kinds_by_name
from recsys.draft.value_fit import fit
from recsys.draft.written import Written, how_written
from recsys.shop.cleaning_rules import rule
from recsys.storage.names import quoted

MONEY = ("unit_price", "amount", "price")
NUMBERS = {"quantity": "clean_quantity", "rating": "clean_rating", "price": "clean_price"}
TIMES = ("purchased_at", "rated_at", "shown_at", "clicked_at")
READ = (*MONEY, *NUMBERS, *TIMES)
LONGEST = 40
WANTED = {
    "purchases": {"quantity": "a quantity", "unit_price": "a price", "amount": "an amount"},
    "ratings": {"rated_at": "a time"},
    "products": {"price": "a price"},
}
"""Optional columns that are missed where a name promises them; required ones are written as ???."""


def mark_unread(draft: Draft, table: DraftTable) -> None:
    """Mark columns with values that cleaning rejects, and those that a name alone speaks for."""
    given = {
        column.target: found for column in table.columns if (found := table.given(column.target))
    }
    written = how_written(
        table.profile,
        [given[target].name for target in ("quantity", "rating") if target in given],
        [given[target].name for target in MONEY if target in given],
        given["currency"].name if "currency" in given else None,
    )
    for column in table.columns:
        if column.target in READ and column.source != MISSING:
            _mark(draft, table, column, written)
        if column.target in MONEY and column.target in given:
            _mark_money(column, given[column.target], written)
    for unused in table.profile.columns:
        _mark_left_out(table, unused)


def _mark(draft: Draft, table: DraftTable, column: DraftColumn, written: Written) -> None:
    behind = table.inside(column.target)
    is_given = table.given(column.target) is not None
    value = quoted(column.source) if is_given else f"try({column.source})"
    if is_time := column.target in TIMES:
        order = next((s.value for s in draft.settings if s.name == "date_order"), None)
        order = order or (behind[0].times.order if behind else None)
        read = rule("clean_time", "value", f"'{order}'" if order else "null", "null::varchar")
    else:
        comma = written.has_money_comma if column.target in MONEY else written.has_comma
        read = rule(NUMBERS.get(column.target, "clean_number"), "value", str(comma).lower())
    try:
        unread, present, example = table.profile.ask(
            f"with texts as (select {value} as value from {table.profile.sample}), "
            f"found as (select value, ({read}) is null as is_unread from texts "
            f"where not {rule('is_blank', 'value')}) "
            "select count(*) filter (where is_unread), count(*), "
            "min(cast(value as varchar)) filter (where is_unread) from found"
        )
    except duckdb.Error:
        return  # the shop file's own check says what is wrong with an expression
    if unread:
        hint = "a time; `date_formats` under `format:` says how" if is_time else "a number"
        said = f"{unread:,} of {present:,} values, such as '{_shown(example)}'"
        column.mark(f"{said}, can't be read as {hint}")


def _mark_money(column: DraftColumn, found: ColumnProfile, written: Written) -> None:
    example = next((value for value in found.values if value.count(".") == 1), None)
    if written.is_only_likely and example is not None:
        column.mark(
            f"every point has three digits behind it: {_shown(example)} is taken for thousands; if "
            "it separates decimals, set decimal_separator: '.' (under settings)"
        )
    marks = currencies(found.values)
    if len(marks) > 1:
        column.mark(
            f"several signs stand beside the numbers ({', '.join(marks[:4])}): amounts of several "
            "currencies can't be added, so read those of one with `where:`"
        )


def currencies(values: Sequence[str]) -> list[str]:
    """Return what stands beside the digits of prices, the most frequent first.

    >>> currencies(["$5", "6 kr", "$7.50 ", "8"])
    ['$', 'KR']

    """
    marks = Counter(
        "".join(c for c in value if c.isalpha() or unicodedata.category(c) == "Sc").upper()
        for value in values
        if any(c.isdigit() for c in value)
    )
    return [mark for mark, _ in marks.most_common() if mark not in {"", "E"}]


def _shown(value: str) -> str:
    """Return a value as a message shows it: short, without what a terminal would obey."""
    short = value if len(value) <= LONGEST else value[:LONGEST] + " …"
    return "".join(c if c.isprintable() else "�" for c in short)


def _mark_left_out(table: DraftTable, column: ColumnProfile) -> None:
    """Say of a column that a name speaks for, and whose values nothing reads, why it isn't used."""
    if not column.present or any(column.name in one.source for one in table.columns):
        return
    wanted = WANTED.get(table.name, {})
    for kind, (score, _) in kinds_by_name(column.parsed_name).items():
        target = "price" if kind == "unit_price" and table.name == "products" else kind
        is_missed = target in wanted and table.column(target) is None and score >= CLEAR
        # what fits is read, and was passed over for another reason
        if is_missed and fit(target, column) == 0:
            table.doubts.append(
                f"'{column.name}' is called like {wanted[target]}, but values such as "
                f"'{_shown(column.values[0])}' can't be read: add  {target}: with an expression "
                "that makes them readable, or leave it out"
            )
            return
