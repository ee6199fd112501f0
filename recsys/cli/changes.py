"""How two builds differ, as the commands print it."""

from __future__ import annotations

from typing import Any

from recsys.cli.output import Column, print_table, shown

Rows = list[dict[str, Any]]


def print_changes(changes: dict[str, Any]) -> None:
    """Print what the last run changed: counts, who serves, and lists."""
    print_table(
        f"What changed since the run before, {changes['previous_run_id'][:8]}",
        [Column("", "id"), Column("was", "number"), Column("is", "number")],
        [
            *((name, shown(was), shown(now)) for name, (was, now) in changes["counts"].items()),
            *(
                (
                    f"serves {row['list_type']}",
                    row["recommender_before"] or "",
                    f"{row['recommender']} since {shown(row['serves_since'])}",
                )
                for row in changes["champions"]
            ),
        ],
        empty="nothing",
    )
    print_list_changes(changes["lists"], empty="it isn't known of this run")


def print_list_changes(rows: Rows, empty: str) -> None:
    """Print how many customers' lists differ, and how much of them is the same."""
    print_table(
        "Lists",
        [
            Column("list", "id"),
            Column("customers, was", "number"),
            Column("is", "number"),
            Column("with a change", "number"),
            Column("share", "number"),
            Column("products kept", "number"),
        ],
        [
            (
                row["list_type"],
                row["customers_before"],
                row["customers_after"],
                row["customers_changed"],
                _percent(
                    row["customers_changed"],
                    # of those with a list before or after, who may be more than either
                    max(row["customers_before"], row["customers_after"], row["customers_changed"]),
                ),
                _percent(row["kept_share"], 1),
            )
            for row in rows
        ],
        empty=empty,
    )


def _percent(part: float | None, whole: int) -> str:
    return "" if part is None or not whole else f"{100 * part / whole:.1f} %"
