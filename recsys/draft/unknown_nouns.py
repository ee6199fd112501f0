"""Guess ids without a known name: values that repeat, and occur with many of the other id."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from collections.abc import Sequence

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import MISSING, DraftTable
from recsys.draft.guesses import guess, values_counted
from recsys.draft.profiling import FileProfile, leftover
from recsys.draft.told import columns_that_tell
from recsys.draft.value_fit import fit
from recsys.storage.names import quoted

LINE_ID = 0.97
"""Share of differing values from which on a column numbers lines."""
FEWEST_LINES = 50
"""With fewer lines it isn't known whether values repeat."""
FEWEST_VALUES = 3
CLAIMED = 0.5
"""Certainty with which a column is something else."""
IDS = {"customer_id", "product_id", "order_id", "recommend_as", "merged_into", "title"}
"""Kinds that an unknown noun may be after all."""
WEAK = {"place", "category", "department", "subcategory", "brand", "demographic"}
"""Kinds that may be the missing id if no other column is left: a restaurant is a place."""
NO_ID = {"store", "session", "campaign", "currency", "shipping", "week"}
"""Senses of names that are no id of these kinds."""
FITTING = 0.8
MANY = 1.2
"""Mean number of the other ids that an id meets."""
FEWEST_CUSTOMERS = 20
MOST_OF_ONE = 0.1
"""Share of the lines that one customer may have: who sells has more."""
OF_ORDERS = 0.95


def is_line_id(column: ColumnProfile) -> bool:
    """Return whether a column has another value on every line, as no product sold again has."""
    return column.present > FEWEST_LINES and column.uniqueness > LINE_ID


def unknown_ids(profile: FileProfile, used: Sequence[str]) -> list[ColumnProfile]:
    """Return the columns that may be ids, of the most certain kind that the file has.

    Codes, and numbers called so, that nothing else claims; else ids of what gives way, such as
    places; else whole numbers of which no word is known.

    Parameters
    ----------
    profile
        The file.
    used
        Names of columns, or SQL over them, that are something already.

    """
    told = {one.column.name for one in columns_that_tell(profile.columns)}
    left = [
        column
        for column in leftover(profile, used)
        if column.name not in told and _is_like_an_id(column)
    ]
    free = [column for column in left if not _claims(column)]
    codes = [c for c in free if _is_called_id(c) or c.numbers.share < CLAIMED]
    weak = [column for column in left if _claims(column) <= WEAK and _is_called_id(column)]
    return codes or weak or [column for column in free if not column.parsed_name.known]


def settle_unknown_ids(table: DraftTable) -> None:
    """Take the only id that is left for the product or customer that no name speaks of, marked."""
    for target, other in (("product_id", "customer_id"), ("customer_id", "product_id")):
        column = table.column(target)
        if column is None or column.source != MISSING or table.source(other) == MISSING:
            continue
        # what looks like a title by its values may be all there is of a product
        used = [drafted.source for drafted in table.columns if drafted.target != "title"]
        left = [
            found
            for found in unknown_ids(table.profile, used)
            if _meets_many(table, found, other)
            and (target == "product_id" or _may_be_customer(table, found))
        ]
        what = target.removesuffix("_id")
        if len(left) == 1:
            column.source = left[0].name
            column.evidence = values_counted(left[0].distinct)
            column.doubt = f"no name says {what}; this is the only id left over: is it the {what}?"
            table.take(left[0].name)
            table.columns = [
                drafted
                for drafted in table.columns
                if drafted is column or drafted.source != column.source
            ]
        elif left:
            names = ", ".join(f"'{found.name}'" for found in left)
            column.doubt = f"no name says {what}: is it one of {names}? {column.doubt}"


def _is_like_an_id(column: ColumnProfile) -> bool:
    return (
        column.distinct < column.present
        and not is_line_id(column)
        and column.distinct >= FEWEST_VALUES
        and column.email_like < CLAIMED
        and fit("product_id", column) >= FITTING
    )


def _is_called_id(column: ColumnProfile) -> bool:
    return "id" in column.parsed_name.known


def _claims(column: ColumnProfile) -> set[str]:
    """Return what else the column is by its name."""
    found = guess(column).items()
    kinds = {kind for kind, one in found if kind not in IDS and one.certainty >= CLAIMED}
    return kinds | (column.parsed_name.known & NO_ID)


def _meets_many(table: DraftTable, column: ColumnProfile, other: str) -> bool:
    """Return whether an id meets several of the other ids, and each of these several of it."""
    one, two = column.text, table.sql(other)
    ones, twos, pairs = table.profile.ask(
        f"select count(distinct {one}), count(distinct {two}), count(distinct ({one}, {two})) "
        f"from {table.profile.sample} where {one} <> '' and {two} <> ''"
    )
    return bool(ones and twos and pairs >= MANY * ones and pairs >= MANY * twos)


def _may_be_customer(table: DraftTable, column: ColumnProfile) -> bool:
    """Return whether so many differ, and each order is of one."""
    if column.distinct < FEWEST_CUSTOMERS or column.common[0][1] > MOST_OF_ONE * column.present:
        return False
    order = table.given("order_id")
    if order is None:
        return True
    (share,) = table.profile.ask(
        f"select avg((found <= 1)::int) from (select count(distinct {quoted(column.name)}) as "
        f"found from {table.profile.sample} group by {quoted(order.name)})"
    )
    return share is not None and share >= OF_ORDERS
