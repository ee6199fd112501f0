"""The next basket beside what is bought again: how much of it each list holds."""

from __future__ import annotations

from recsys.report import numbers
from recsys.report.blocks import Block, Section, Table, Words
from recsys.report.source import Source

NAMES = {
    "next_basket": "Next basket",
    "buy_again": "Buy again",
    "popularity": "what is popular",
    "habit": "habit alone",
}
MEASURES = ("recall", "new_recall", "precision", "hit_rate")


def blocks(source: Source) -> list[Block]:
    """Return in how far the two lists are the same, and what each finds."""
    rows = source.rows(
        """
        select basket, metric, k, value, ci_low, ci_high, difference, verdict
        from marts.basket_metrics
        where fold = (select max(fold) from marts.basket_metrics)
        """
    )
    if not rows:
        return []
    found = {(row["basket"], row["metric"]): row for row in rows}
    same = {
        metric: numbers.percent(row["value"], 0)
        for metric in ("same_places", "same_list")
        if (row := found.get(("next_basket", metric)))
    }
    made: list[Block] = []
    if len(same) == len(("same_places", "same_list")):
        made.append(
            Words(
                [
                    f"{same['same_places']} of the places of Next basket hold what Buy again has "
                    f"at the same place, and for {same['same_list']} of customers the lists are "
                    "the same. Buy again never holds what is new to a customer; Next basket does "
                    "where that is likelier to be bought."
                ]
            )
        )
    made.append(
        Table(
            headings=[
                *("list", "recall", "recall of what is new", "precision"),
                *("customers with a hit", "recall less Buy again's", "verdict"),
            ],
            rows=[
                [name, *(_value(found.get((key, metric))) for metric in MEASURES), *_beside(recall)]
                for key, name in NAMES.items()
                if (recall := found.get((key, "recall")))
            ],
            caption="Lists as sets, against the first order after the cut-off",
            numbers=frozenset(range(1, 6)),
            note=f"Of the first {rows[0]['k']} places. Recall: share of the order's products in "
            "the catalogue that the list holds, mean over customers, with its 95 % interval.",
        )
    )
    return made


def _value(row: dict[str, object] | None) -> str:
    if row is None:
        return numbers.NOTHING
    value, low, high = (_number(row[name]) for name in ("value", "ci_low", "ci_high"))
    if low is None:
        return numbers.metric(value)
    return f"{numbers.metric(value)} ({numbers.interval(low, high)})"


def _beside(row: dict[str, object]) -> tuple[str, str]:
    if row["difference"] is None:
        return numbers.NOTHING, numbers.NOTHING
    return numbers.difference(_number(row["difference"])), str(row["verdict"])


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


SECTION = Section(
    anchor="baskets",
    title="Next basket beside Buy again",
    question="How much of the next order each list holds, and how far the two lists differ.",
    needs=("marts.basket_metrics",),
    blocks=blocks,
    empty="No past fold was judged, so it isn't known how much of the next order lists hold.",
    short="Baskets",
)
