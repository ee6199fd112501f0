"""Our leaderboard beside what was measured on the same data before the package was written."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.builds import run_build
from recsys.storage.connections import connect

# NDCG@10 on Complete Journey, cut at 2017-12-04, measured independently with bare scripts
KNOWN = {
    "popularity": (0.0365, 0.159),
    "buy_again": (None, 0.411),
    "svd": (0.0257, 0.194),
    "nmf": (0.0187, 0.151),
}

# the protocol of those figures: everything ever sold, popularity over all history
PROTOCOL = ("--set", "sold_within_days=0", "--set", "popularity_window_days=100000")


def main(databases: list[Path]) -> None:
    """NDCG@10 per recommender and list under the protocol of the known figures, beside them."""
    with tempfile.TemporaryDirectory() as folder:
        [database] = databases or [Path(folder) / "protocol.duckdb"]
        if not database.exists():
            run_build(database, *PROTOCOL)
        with connect(database, read_only=True) as connection:
            rows = connection.execute(
                """
                select
                    recommender,
                    max(value) filter (where list_type = 'discover'),
                    max(value) filter (where list_type = 'next_basket')
                from marts.model_metrics
                where metric = 'ndcg' and k = 10 and segment_type = 'all' and fold = '2017-12-04'
                group by recommender
                order by 3 desc
                """
            ).fetchall()
    print(f"{'recommender':<18}{'discover':>10}{'known':>8}{'next basket':>14}{'known':>8}")
    for recommender, discover, next_basket in rows:
        known = KNOWN.get(recommender, (None, None))
        print(
            f"{recommender:<18}{_number(discover):>10}{_number(known[0]):>8}"
            f"{_number(next_basket):>14}{_number(known[1]):>8}"
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
