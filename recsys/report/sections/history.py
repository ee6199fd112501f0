"""How the lists did in one build after another."""

from __future__ import annotations

from recsys.report import numbers
from recsys.report.blocks import Block, Section, Table
from recsys.report.source import Source

SHOWN = 12


def blocks(source: Source) -> list[Block]:
    """Return the last builds, where there is more than one."""
    runs = source.rows(
        """
        select * exclude (run_number, parameters)
        from (select *, row_number() over () as run_number from marts.run_history)
        order by run_number desc
        limit $shown
        """,
        shown=SHOWN,
    )
    if not runs:
        return []
    return [
        Table(
            headings=[
                *("finished (UTC)", "purchase lines", "customers", "products"),
                *("discover", "buy again", "next basket", "seconds"),
            ],
            rows=[
                [
                    f"{run['finished_at']:%Y-%m-%d %H:%M}"
                    if run["finished_at"]
                    else numbers.NOTHING,
                    numbers.count(run["purchases"]),
                    numbers.count(run["customers"]),
                    numbers.count(run["products"]),
                    numbers.metric(run["ndcg_at_10_discover"]),
                    numbers.metric(run["ndcg_at_10_buy_again"]),
                    numbers.metric(run["ndcg_at_10_next_basket"]),
                    numbers.count(run["seconds"]),
                ]
                for run in runs
            ],
            caption="Last builds, NDCG@10 of what they served",
            numbers=frozenset(range(1, 8)),
        )
    ]


SECTION = Section(
    anchor="history",
    title="Builds before this one",
    question="What each build read, and how good its lists were on the last past fold.",
    needs=("marts.run_history",),
    blocks=blocks,
    empty="This file records no run.",
    short="Builds",
)
