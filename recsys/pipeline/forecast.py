"""What is still to come in a build and how long it takes, judged by an earlier build."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from recsys.settings.project import dbt_project_folder

FILE = "node_seconds.json"

PHASES = {
    "reading and cleaning": ("staging", "cleaning", "experiment", "events"),
    "features and similar products": (
        *("folds", "labels", "features", "replenishment", "similarity"),
    ),
    "preferences": ("preferences",),
    "tuning": ("tuning",),
    "recommenders": ("recommenders",),
    "the hybrid": ("ranking", "hybrid"),
    "metrics with intervals": ("lists", "reranking", "evaluation"),
    "today's lists": ("serving",),
    "public tables": ("history", "demand", "health", "marts", "outcomes", "readout"),
}
"""What a user is told of, and the stages of it (docs/architecture.md), in their order."""

TYPICAL = {
    **{"stg_purchases": 10, "int_order_products": 8, "int_interactions": 22},
    **{"int_fold_products": 34, "int_product_features": 8, "int_customer_features": 13},
    **{"int_customer_product_features": 96, "int_affinities": 29, "int_product_pairs": 25},
    **{"int_similar_products": 139, "int_category_history": 33, "int_preference_features": 10},
    **{"int_category_probabilities": 210, "rec_popularity": 30, "rec_buy_again": 12},
    **{"rec_bought_together": 63, "rec_svd": 76, "rec_mean_imputed_svd": 20, "rec_ease": 66},
    **{"rec_ridge": 30, "rec_item_knn": 53, "rec_user_knn": 73, "rec_als": 63, "rec_content": 46},
    **{"rec_fusion": 17, "int_candidate_pairs": 74, "int_hybrid_models": 165},
    **{"int_hybrid_scores": 8, "int_ranked_lists": 11, "int_list_metrics": 11},
    **{"int_metric_intervals": 11, "int_list_diversity": 10, "int_rating_predictions": 160},
    **{"int_served_blocks": 79, "int_reasons": 14, "customers": 10, "similar_products": 8},
}
"""Seconds of models on the default shop, as told to a first build: only their shares count."""


class Forecast:
    """Learns a build's pace from what has finished, against how long that took before.

    Parameters
    ----------
    before
        Seconds of each model and test in an earlier build. Empty: those of the default shop.

    """

    def __init__(self, before: Mapping[str, float]) -> None:
        self.is_first = not before
        self._before = dict(before or TYPICAL)
        self._finished: set[str] = set()
        self._seconds = 0.0

    def finished(self, name: str, seconds: float) -> None:
        """Take note of a model or test that ended."""
        self._finished.add(name)
        if name in self._before:
            self._seconds += seconds

    def done_before(self, names: Collection[str]) -> None:
        """Take note of what is done before a build starts: it doesn't come, and tells no pace."""
        for name in names:
            self._before.pop(name, None)

    def to_come(self, elapsed: float) -> dict[str, float]:
        """Return the seconds of each phase still to come, by the clock; empty if nothing is known.

        Parameters
        ----------
        elapsed
            Seconds since the build began: models run side by side, so they take less by the clock
            than together.

        """
        expected = sum(self._before[name] for name in self._finished & set(self._before))
        if not expected or not self._seconds:
            return {}
        pace = elapsed / expected
        phases = dict.fromkeys(PHASES, 0.0)
        for name, seconds in self._before.items():
            if name not in self._finished:
                phases[_phase(name)] += seconds * pace
        return {phase: seconds for phase, seconds in phases.items() if seconds >= 1}


def remember_seconds(work: Path, seconds: Mapping[str, float]) -> None:
    """Write how long each model and test took, unless the disk is full: a forecast can do without.

    Parameters
    ----------
    work
        A database's work folder.
    seconds
        Of each model and test by name.

    """
    with contextlib.suppress(OSError):
        (work / FILE).write_text(json.dumps(dict(seconds)), encoding="utf-8")


def remembered_seconds(work: Path) -> dict[str, float]:
    """Read how long models and tests of a database's last build took; empty where it isn't told."""
    try:
        told = json.loads((work / FILE).read_text(encoding="utf-8"))
        return {str(name): float(seconds) for name, seconds in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):  # none, or cut short by a full disk
        return {}


def _phase(name: str) -> str:
    stage = _stages().get(name, "marts")  # tests mostly are of what is public
    return next((phase for phase, stages in PHASES.items() if stage in stages), "public tables")


@cache
def _stages() -> dict[str, str]:
    models = dbt_project_folder() / "models"
    return {file.stem: file.relative_to(models).parts[0] for file in models.rglob("*.*")}
