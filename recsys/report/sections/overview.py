"""What this build is, in a few numbers."""

from __future__ import annotations

from recsys.report import numbers
from recsys.report.blocks import Block, Section, Tile, Tiles
from recsys.report.source import LIST_NAMES, Source


def blocks(source: Source) -> list[Block]:
    """Return the numbers at the top of the report."""
    run = source.run
    counts = source.row(
        """
        select
            (select count(*) from marts.customers) as customers,
            (select count(*) from marts.products) as products,
            (select count(*) from marts.products where is_recommendable) as recommendable,
            (select count(*) from marts.recommendations) as places,
            (select approx_count_distinct(customer_id) from marts.recommendations) as served,
            (select sum(rows) from marts.input_audit where outcome = 'rejected') as rejected,
            (select sum(rows) from marts.input_audit) as read
        """
    )
    tiles = [
        Tile(
            "Purchase lines",
            numbers.short(run.purchases if run else None),
            f"up to {numbers.day(run.as_of)}" if run and run.as_of else "",
        ),
        Tile("Customers", numbers.short(counts["customers"]), _served(counts)),
        Tile(
            "Products",
            numbers.short(counts["products"]),
            f"{numbers.count(counts['recommendable'])} may be recommended",
        ),
        Tile(
            "Lines rejected",
            numbers.percent((counts["rejected"] or 0) / (counts["read"] or 1)),
            f"{numbers.count(counts['rejected'])} of {numbers.count(counts['read'])}",
        ),
    ]
    tiles += [_hits(source, name) for name in source.lists()]
    return [Tiles(tiles)]


def _served(counts: dict[str, int]) -> str:
    if not counts["customers"]:
        return "no line says who bought"
    return f"{numbers.short(counts['places'])} places in lists"


def _hits(source: Source, list_type: str) -> Tile:
    found = [
        row
        for row in source.metrics("hit_rate", 10)
        if row["list_type"] == list_type and row["recommender"] == source.champions[list_type]
    ]
    return Tile(
        f"{LIST_NAMES[list_type]} with a hit",
        numbers.percent(found[0]["value"]) if found else numbers.NOTHING,
        "of judged customers" if found else "not judged",
    )


SECTION = Section(
    anchor="overview",
    title="At a glance",
    question="What went in, and what came out.",
    needs=("marts.customers", "marts.products", "marts.recommendations", "marts.input_audit"),
    blocks=blocks,
    empty="This file records no run.",
    short="Overview",
)
