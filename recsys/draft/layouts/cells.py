"""An order a row, its products in one cell: `tea, bun, jam`."""

# ruff: noqa: S608 - names and texts are quoted
from __future__ import annotations

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.layouts.layout import Layout, has_product, is_of_orders
from recsys.draft.name_rules import kinds_by_name
from recsys.draft.profiling import FileProfile
from recsys.draft.roles import Evidence
from recsys.shop.cells import pieces
from recsys.storage.names import quoted

SEPARATORS = (",", ";", "|", "\n", " / ", " + ", " & ")
LEAST_WITH = 0.2
"""Share of the cells that hold several values, at least."""
MOSTLY = 0.95
FEWEST_COUNTS = 3
LEAST_KNOWN = 0.5
"""Share of the cells of one value whose value is among others' values, too."""


def lines_in_cells(profile: FileProfile) -> Layout | None:
    """Return which column's cells hold several products, and what stands between them."""
    evidence = Evidence(profile)
    order = evidence.best("order_id")
    is_per_order = (
        order is None or order.certainty < LEAST_KNOWN or order.column.uniqueness > MOSTLY
    )
    if not is_per_order or not is_of_orders(evidence):
        return None
    for column in profile.columns:
        if column.type != "VARCHAR" or not _may_hold_products(column):
            continue
        if _as_list(column) and not has_product(evidence, beside=frozenset({column.name})):
            return Layout(
                {"explode": column.name},
                f"a cell of '{column.name}' holds a list of products: each becomes a line",
                product=column.name,
            )
        for separator in SEPARATORS:
            if not any(separator in value for value in column.values):
                continue
            are_products, are_ids = _cut(profile, column, separator)
            if not (are_products or (_says_product(column) and are_ids)):
                continue
            beside = _cut_alike(profile, column, separator)
            if has_product(evidence, beside=frozenset({column.name, *beside})):
                continue
            explode: dict[str, object] = {
                "column": [column.name, *beside] if beside else column.name,
                "separator": separator,
            }
            return Layout(
                {"explode": explode},
                f"a cell of '{column.name}' holds several products ({_short(column, separator)}): "
                f"each becomes a line. If {separator!r} is part of a product's name, leave "
                "`explode` out",
                product=column.name,
            )
    return None


def _may_hold_products(column: ColumnProfile) -> bool:
    known = column.parsed_name.known
    return not known or bool(known & {"product", "order"}) or _says_product(column)


def _says_product(column: ColumnProfile) -> bool:
    means = kinds_by_name(column.parsed_name)
    return "product" in column.parsed_name.known or "product_id" in means or "title" in means


def _as_list(column: ColumnProfile) -> bool:
    lists = [value for value in column.values if value.startswith("[")]
    return bool(lists) and len(lists) >= MOSTLY * len(column.values)


def _cut(profile: FileProfile, column: ColumnProfile, separator: str) -> tuple[bool, bool]:
    """Return whether a separator cuts cells into things of their own, and whether into ids.

    Things of their own are bought alone, and in other company; of a catalogue so large that few are
    bought twice they are known by their digits.
    """
    name = quoted(column.name)
    several, counts, cells, values, known, numbered = profile.ask(
        f"with cells as (select {name} as cell, "
        f"list_filter({pieces(name, separator)}, lambda v: v <> '') as parts "
        f"from {profile.sample} where trim({name}) <> ''), "
        "inside as (select distinct unnest(parts) as value from cells where len(parts) > 1), "
        "alone as (select distinct parts[1] as value from cells where len(parts) = 1) "
        "select coalesce(avg((len(parts) > 1)::int), 0), count(distinct len(parts)), "
        "count(distinct cell), (select count(*) from (from inside union from alone)), "
        "(select coalesce(avg((value in (from inside))::int), 1) from alone), "
        "(select coalesce(avg(regexp_matches(value, '[0-9]')::int), 0) from inside) from cells"
    )
    is_list = several >= LEAST_WITH
    return (
        is_list and counts >= 2 and known >= LEAST_KNOWN and values < cells,
        is_list and counts >= FEWEST_COUNTS and numbered >= MOSTLY,
    )


def _cut_alike(profile: FileProfile, column: ColumnProfile, separator: str) -> list[str]:
    """Return columns whose cells are cut into as many parts: each product's quantity."""
    alike = []
    for other in profile.columns:
        if other is column or other.type != "VARCHAR":
            continue
        if not any(separator in value for value in other.values):
            continue
        parts = [f"len({pieces(quoted(name), separator)})" for name in (column.name, other.name)]
        (share,) = profile.ask(
            f"select avg(({parts[0]} = {parts[1]})::int) from {profile.sample} where {parts[0]} > 1"
        )
        if share is not None and share >= MOSTLY:
            alike.append(other.name)
    return alike


def _short(column: ColumnProfile, separator: str) -> str:
    example = next((value for value in column.values if separator in value), "")
    return " ".join(example.split())[:60]
