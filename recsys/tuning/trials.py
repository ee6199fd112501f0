"""A trial: parameters that were tried, and their result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How a trial ended."""

    complete = "complete"
    """Measured to the end."""
    pruned = "pruned"
    """Given up: worse so far than half of the complete trials before it."""
    failed = "failed"
    """The recommender refused the parameters."""


class Metric(StrEnum):
    """What is measured."""

    ndcg = "ndcg"
    """Of the lists for the customers of past folds, at 10; higher is better."""
    rmse = "rmse"
    """Of predicted ratings, cross-validated; lower is better."""
    log_loss = "log_loss"
    """Of the hybrid's probabilities, for pairs it hasn't learned from; lower is better."""

    @property
    def is_higher_better(self) -> bool:
        """Whether more of it is better."""
        return self is Metric.ndcg


class Sampler(StrEnum):
    """How parameters are proposed."""

    tpe = "tpe"
    """Tree-structured Parzen estimator: near the best parameters so far."""
    random = "random"
    """At random, whatever the results so far."""
    grid = "grid"
    """All combinations of a few values each, in random order."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result of a trial."""

    parameters: Mapping[str, Any]
    state: State
    value: float | None = None
    """Of the metric; None unless complete."""
    steps: tuple[float, ...] = ()
    """The metric over what had been looked at after each step."""
    message: str | None = None
    """Why it failed."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """What trials have in common that may be compared with each other."""

    study_id: str
    """Names the recommender, metric, search space, data and version of this package."""
    recommender: str
    metric: Metric
    list_type: str | None = None
    """Which list is measured; None for ratings and probabilities."""
    k: int | None = None
    """How long the lists are; None for ratings and probabilities."""
    folds: tuple[str, ...]
    """The past folds whose data was used."""
    known_until: datetime
    """Nothing that happened from then on has been used, UTC."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A row of the trials table."""

    study: Study
    number: int
    """Of the study, from 0: the recommender's defaults."""
    outcome: Outcome
    run_id: str = ""
    sampler: str = ""
    seed: int = 0
    seconds: float = 0.0
    finished_at: datetime = field(default=datetime.min)

    @property
    def is_default(self) -> bool:
        """Whether the defaults were tried."""
        return self.number == 0


def best_of(trials: Sequence[Trial]) -> Trial | None:
    """Return the complete trial with the best value, the earliest of equal ones."""
    complete = [trial for trial in trials if trial.outcome.value is not None]
    sign = -1 if complete and complete[0].study.metric.is_higher_better else 1
    return min(
        complete,
        key=lambda trial: (sign * (trial.outcome.value or 0.0), trial.number),
        default=None,
    )
