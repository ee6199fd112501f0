"""Rows that are baskets, with a column per place; and matrices, with a column per product."""

from __future__ import annotations

import re
from collections import defaultdict

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.layouts.layout import LEAST, Layout, has_product, is_of_orders
from recsys.draft.name_rules import kinds_by_name
from recsys.draft.profiling import UNIQUE, FileProfile
from recsys.draft.roles import Evidence
from recsys.draft.words import parse_name

NUMBER = re.compile(r"\d+")
FEWEST_PRODUCTS = 4
"""Columns of a matrix."""
FEWEST_GRADES = 3
"""Different numbers, and the highest of them, at least, where they are ratings."""
MOST_VALUES = 21
"""Different values in a matrix, half stars from 0 to 10."""
NO_PRODUCT = {"customer", "id", "time", "quantity", "rating", "amount", "price", "demographic"}
HIGHEST = 100
"""More is no rating, and no number of things bought at once."""


def baskets_in_rows(profile: FileProfile) -> Layout | None:
    """Return how to make lines of columns such as item1, item2, item3."""
    families: dict[str, dict[str, str]] = defaultdict(dict)
    for column in profile.columns:
        numbers = NUMBER.findall(column.name)
        if profile.file.is_named and len(numbers) == 1:
            families[NUMBER.sub("#", column.name)][numbers[0]] = column.name
    several = {
        stem: members
        for stem, members in families.items()
        if len(members) > 1 and not _are_counts(profile, members)
    }
    kinds = {stem: kinds_by_name(parse_name(stem.replace("#", ""))) for stem in several}
    products = [
        stem
        for stem in several
        if max(kinds[stem].get(kind, (0.0, ""))[0] for kind in ("product_id", "title")) >= LEAST
    ]
    if not products:
        return None
    first = several[products[0]]
    together = [
        stem
        for stem, members in several.items()
        if members.keys() == first.keys() and (stem in products or kinds[stem])
    ]
    used = frozenset(name for stem in together for name in several[stem].values())
    evidence = Evidence(profile)
    if has_product(evidence, beside=used) or not is_of_orders(evidence):
        return None
    values = [_plain(stem) for stem in together]
    columns: list[object] = [several[together[0]][number] for number in first]
    if len(together) > 1:
        columns = [[several[stem][number] for stem in together] for number in first]
    return Layout(
        {
            "unpivot": {
                "columns": columns,
                "name": "place",
                "value": values if len(values) > 1 else values[0],
            }
        },
        f"a row is a basket, its products side by side ({_some(list(first.values()))}): each cell "
        "that isn't empty becomes a line",
    )


def _are_counts(profile: FileProfile, members: dict[str, str]) -> bool:
    """Whether numbered columns are products with how many of each, not places in a basket.

    Places fill from the first on, and an empty one holds no 0.
    """
    columns = [profile.column(members[number]) for number in sorted(members, key=int)]
    sold = [column for column in columns if column.filled > 0]
    if len(sold) < FEWEST_PRODUCTS or not all(map(_may_be_counts, sold)):
        return False
    fills = [column.filled for column in columns]
    has_zero = any(column.numbers.low == 0 for column in sold)
    return has_zero or fills != sorted(fills, reverse=True)


def _plain(stem: str) -> str:
    return re.sub(r"[#\s_.-]+", " ", stem).strip()


def user_item_matrix(profile: FileProfile) -> Layout | None:
    """Return how to make ratings, or purchases where a time is said, of a column per product.

    Ones and noughts alone, and numbers bought, say nothing of when: purchases need a time.
    """
    found = wide_columns(profile)
    if found is None:
        return None
    kept, products = found
    is_of_purchases = is_of_orders(Evidence(profile))
    numbers = {float(value.replace(",", ".")) for column in products for value, _ in column.common}
    is_graded = len(numbers - {0.0}) >= FEWEST_GRADES and max(numbers) >= FEWEST_GRADES
    if not (is_graded or is_of_purchases):
        return None
    what = "quantity" if is_of_purchases else "rating"
    has_zero = 0.0 in numbers
    return Layout(
        {"unpivot": {"all_but": kept, "name": _new_name(profile, kept), "value": what}},
        f"a column per product ({_some([column.name for column in products])}), as in a user-item "
        f"matrix: each cell that isn't empty becomes a {what}",
        f"try_cast({what} as double) <> 0" if has_zero else "",
        f"a cell of 0 was taken for no {what}" if has_zero else "",
    )


def _new_name(profile: FileProfile, kept: list[str]) -> str:
    """Return what the columns' names are: products, or customers where rows are products."""
    columns = [profile.column(name) for name in kept]
    if any("product" in column.parsed_name.known for column in columns):
        return "customer"
    return "product" if "product" not in {name.casefold() for name in kept} else "product_name"


def wide_columns(profile: FileProfile) -> tuple[list[str], list[ColumnProfile]] | None:
    """Return the columns that say of whom a row is, and those of products, in such a matrix."""
    products = [column for column in profile.columns if _may_be_counts(column)]
    unsold = [column for column in profile.columns if _is_unsold(column)]
    others = [column for column in profile.columns if column not in [*products, *unsold]]
    values = {value for column in products for value, _ in column.common}
    if (
        not profile.file.is_named
        or len(products) < max(FEWEST_PRODUCTS, len(others) + 1)
        or len(values) > MOST_VALUES
    ):
        return None
    evidence = Evidence(profile)
    is_of_each = any(column.uniqueness >= UNIQUE for column in others)
    names = frozenset(column.name for column in [*products, *unsold])
    if not is_of_each and (not is_of_orders(evidence) or has_product(evidence, beside=names)):
        return None
    return [column.name for column in others], products


def _is_unsold(column: ColumnProfile) -> bool:
    """Whether a column is empty, as that of a product is which nobody bought or rated yet."""
    return column.filled == 0 and not column.parsed_name.known & NO_PRODUCT


def _may_be_counts(column: ColumnProfile) -> bool:
    numbers = column.numbers
    return (
        numbers.share == 1
        and column.distinct <= MOST_VALUES
        and 0 <= numbers.low <= numbers.high <= HIGHEST
        and not column.parsed_name.known & NO_PRODUCT
    )


def side_by_side(profile: FileProfile) -> list[str]:
    """Return columns that hold the same kind of thing, fewer from place to place: baskets."""
    texts = [column for column in profile.columns if column.numbers.share < 1 and column.values]
    places = texts[:1]
    for column in texts[1:]:
        known = set(places[0].values) & set(column.values)
        if len(known) >= LEAST * column.distinct and column.filled <= places[-1].filled:
            places.append(column)
    return [column.name for column in places] if len(places) > 1 else []


def why_no_lines(profile: FileProfile) -> str:
    """Say what a file with lines side by side lacks, and how they are read; empty: it is none."""
    found = wide_columns(profile)
    if found is not None:
        kept, products = found
        return (
            "a user-item matrix, with a column per product "
            f"({_some([column.name for column in products])}), which doesn't say when something "
            "was bought. If its numbers are ratings or likes, let `ratings` have "
            f"`format: {{unpivot: {{all_but: [{', '.join(kept)}], name: product, value: rating}}}}`"
        )
    places = side_by_side(profile)
    if places and not is_of_orders(Evidence(profile)):
        header = "" if profile.file.is_named else "header: [day, item1, item2, …], "
        columns = _some(places) if profile.file.is_named else "item1, item2, …"
        return (
            "a row is a basket, its products side by side, and nothing says who bought them and "
            "when. With a column that says when, "
            f"`format: {{{header}unpivot: {{columns: [{columns}], value: item}}}}` makes a line of "
            "each product"
        )
    return ""


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
