"""Say why a file isn't used, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recsys.draft.headers import PERIOD
from recsys.draft.layouts.wide import why_no_lines
from recsys.draft.profiling import FileProfile
from recsys.draft.roles import (
    LIKELY,
    Evidence,
    Role,
    is_order_detail,
    is_order_head,
    parse_file_name,
    roles,
)

FEWEST_PERIODS = 3


def why_unused(  # noqa: PLR0911 - a list of reasons, the first that holds
    profile: FileProfile,
    profiles: Sequence[FileProfile],
    taken: Mapping[str, tuple[FileProfile, Role]],
) -> str:
    """Say why no table is made of a file, and what could be done."""
    pivot = pivoted_columns(profile)
    if pivot:
        return (
            f"looks like a pivot table, with a column per period ({', '.join(pivot[:3])} …): "
            "export the lines it was made of, one purchase a line"
        )
    if why := why_no_lines(profile):
        return why
    listed = [column.name for column in profile.columns if column.type.endswith("[]")]
    if listed and is_order_head(profile):
        return (
            f"holds lists, such as '{listed[0]}', but none whose members look like products: "
            f"`format: {{explode: {listed[0]}}}` makes a line of each member"
        )
    if is_order_head(profile):
        return "one line per order, without products" + _partner(profile, profiles)
    if is_order_detail(profile):
        return "products of orders, without who bought or when" + _partner(profile, profiles)
    best = roles(profile)[0]
    if best.table == "purchases" and best.table not in taken and "ratings" in taken:
        return "who, what and when, but neither orders, quantities nor prices: no purchases"
    if best.certainty >= LIKELY and best.table in taken:
        if taken[best.table][0] is profile:
            return f"looks like {best.table}"
        return f"looks like {best.table}, too, but another file looks more like it"
    if {"campaign", "discount"} & parse_file_name(profile):
        return (
            "it may be promotions, but no columns say what is promoted and on which days: if they "
            "do, write `promotions:` into the shop file (docs/shop_file.md)"
        )
    senses = sorted(parse_file_name(profile) & {"return", "session"})
    if senses:
        return f"about {' and '.join(senses)}s, which a shop file has no place for"
    evidence = Evidence(profile)
    lacking = [
        words
        for kind, words in (("product_id", "a product"), ("customer_id", "a customer"))
        if evidence.certainty(kind) < 0.5
    ]
    if lacking:
        return f"no column looks like {' or '.join(lacking)}"
    return "it has ids, but neither orders, ratings nor descriptions"


def _partner(profile: FileProfile, profiles: Sequence[FileProfile]) -> str:
    """Name the file that holds the other half of the orders."""
    wanted = is_order_detail if is_order_head(profile) else is_order_head
    mine = Evidence(profile).best("order_id")
    for other in profiles:
        key = Evidence(other).best("order_id")
        if other is not profile and wanted(other) and mine and key:
            return f": joins with {other.file.label} by {mine.column.name}" + (
                "" if key.column.name == mine.column.name else f" = {key.column.name}"
            )
    return ""


def pivoted_columns(profile: FileProfile) -> list[str]:
    """Return the columns named after months, quarters or years, where there are several."""
    named = [
        column.name
        for column in profile.columns
        if PERIOD.fullmatch(column.name.strip()) and column.numbers.share > 0.5
    ]
    return named if len(named) >= FEWEST_PERIODS else []
