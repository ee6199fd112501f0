"""What a built database says of its recommenders."""

from __future__ import annotations

from pathlib import Path

from recsys.storage.connections import connect

LISTS = ("discover", "buy_again", "next_basket")

SEEDS = (0, 1, 2)
"""Of the hybrid, whose mean is what is said of it."""

OF_SEED = ("stg_settings", "int_hybrid_models+,+model_metrics")
"""What is built of another seed; today's lists would need all recommenders fitted anew."""


def ndcg(database: Path) -> dict[str, dict[str, float]]:
    """Return the NDCG@10 of each recommender, by list."""
    with connect(database, read_only=True) as connection:
        rows = connection.execute(
            """
            select recommender, list_type, value from marts.model_metrics
            where metric = 'ndcg' and k = 10 and segment_type = 'all'
            """
        ).fetchall()
    found: dict[str, dict[str, float]] = {}
    for recommender, list_type, value in rows:
        found.setdefault(recommender, {})[list_type] = value
    return found
