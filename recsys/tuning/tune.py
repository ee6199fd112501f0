"""The loop: trial after trial within a budget, each kept as soon as it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from recsys.errors import InvalidParameterError
from recsys.recommenders import RECOMMENDERS, recommender_class, unknown
from recsys.recommenders.search_space import search_space
from recsys.settings.parameters import Count, Positive, Seed, check_parameters, require
from recsys.tuning.hybrid_search import HYBRID, HybridSearch, PastExamples
from recsys.tuning.list_search import ListSearch
from recsys.tuning.past_folds import PastFold, folds_with_hits
from recsys.tuning.rating_search import RatingSearch
from recsys.tuning.search import Search
from recsys.tuning.store import DatabaseTrials
from recsys.tuning.trials import Metric, Sampler, Study, Trial, best_of

BASES: Mapping[str, Mapping[str, Any]] = {
    # a build leaves a recommender out whose matrix would be too large, instead of failing
    "ease": {"beyond_max": "most_popular", "max_products": 15_000}
}
"""What builds give recommenders instead of their classes' defaults."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """When to stop; without any limit a search of ranges never ends.

    >>> Budget(trials=0)
    Traceback (most recent call last):
        ...
    recsys.errors.InvalidParameterError: trials is 0; use a whole number of at least 1
    """

    trials: Count | None = None
    """Per study in all, those of earlier runs included; None: no limit."""
    minutes: Positive | None = None
    """Of all recommenders together, in this run; a trial under way is finished. None: no limit."""

    def __post_init__(self) -> None:
        check_parameters(self)
        if self.trials is None and self.minutes is None:
            raise InvalidParameterError("a search needs a budget: trials, minutes or both")


@dataclass(frozen=True, kw_only=True)
class StudyStarted:
    """A recommender's search begins or goes on."""

    study: Study
    kept: int
    """Trials of earlier runs that count."""


@dataclass(frozen=True, kw_only=True)
class TrialKept:
    """A trial ended and is kept."""

    trial: Trial
    best: Trial | None


@dataclass(frozen=True, kw_only=True)
class StudyEnded:
    """The budget of a recommender is used up, or its grid searched."""

    study: Study
    trials: Sequence[Trial]
    ran: int
    """Trials of this run."""

    @property
    def default(self) -> Trial:
        """The metric of the defaults."""
        return self.trials[0]

    @property
    def best(self) -> Trial | None:
        """The best trial, which may be that of the defaults."""
        return best_of(self.trials)


@dataclass(frozen=True, kw_only=True)
class StudySkipped:
    """The recommender refuses its defaults, as of a shop too large for it; nothing is kept."""

    study: Study
    why: str


TuningEvent = StudyStarted | TrialKept | StudyEnded | StudySkipped


def searches(
    recommenders: Sequence[str],
    folds: list[PastFold],
    *,
    metric: Metric,
    list_type: str,
    candidates_per_customer: int,
    sampler: Sampler,
    seed: int,
    examples: PastExamples | None = None,
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Search]:
    """Return a search per recommender, all over the same past folds.

    The hybrid, which makes no scores of its own but probabilities out of others', is searched by
    the log loss of `examples`, whatever the metric. `given` holds, by recommender, the parameters
    that settings say: every trial has them, as builds do.

    Raises
    ------
    InvalidParameterError
        A recommender doesn't exist, can't be tuned, or isn't searched by this metric.

    """
    require("seed", seed, Seed)
    tunable = [one for one in RECOMMENDERS if search_space(recommender_class(one))]
    tunable += [HYBRID] if examples is not None else []
    for name in recommenders:
        if name not in {*RECOMMENDERS, *tunable}:
            raise InvalidParameterError(unknown("nothing to tune is called", name, tunable))
    of_lists = set(recommenders) - {HYBRID} and metric is not Metric.rmse
    judged = folds_with_hits(folds) if of_lists else []
    how: dict[str, Any] = {"sampler": sampler, "seed": seed}

    def search(name: str) -> Search:
        if name == HYBRID and examples is not None:
            return HybridSearch(examples, **how)
        base = {**BASES.get(name, {}), **(given or {}).get(name, {})}
        if metric is Metric.rmse:
            return RatingSearch(name, folds, base=base, **how)
        return ListSearch(
            name,
            judged,
            list_type=list_type,
            candidates_per_customer=candidates_per_customer,
            base=base,
            **how,
        )

    return [search(name) for name in recommenders]


def tune(
    wanted: Sequence[Search],
    store: DatabaseTrials,
    budget: Budget,
    *,
    run_id: str,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[TuningEvent]:
    """Search recommender after recommender; yields what happens, as it happens.

    Each gets an equal share of the minutes left. Trials of earlier runs on the same data count:
    whatever ended a run, the next goes on where it stopped.

    Raises
    ------
    RecsysError
        The database can't be written to.

    """
    started = clock()
    for place, search in enumerate(wanted):
        share = budget
        if budget.minutes is not None:
            left = budget.minutes - (clock() - started) / 60
            share = replace(budget, minutes=max(left, 1e-9) / (len(wanted) - place))
        yield from _study(search, store, share, run_id=run_id, clock=clock)


def _study(
    search: Search,
    store: DatabaseTrials,
    budget: Budget,
    *,
    run_id: str,
    clock: Callable[[], float],
) -> Iterator[TuningEvent]:
    study = search.study
    trials = store.of_study(study.study_id)
    kept = len(trials)
    limit = None if budget.minutes is None else clock() + 60 * budget.minutes
    warm_start = store.best_before(study)
    yield StudyStarted(study=study, kept=kept)
    while budget.trials is None or len(trials) < budget.trials:
        began = clock()
        if limit is not None and began >= limit and trials:
            break
        outcome = search.next_trial(trials, warm_start)
        if outcome is None:
            break
        trial = Trial(
            study=study,
            number=len(trials),
            outcome=outcome,
            run_id=run_id,
            sampler=str(search.sampler),
            seed=search.seed,
            seconds=round(clock() - began, 3),
            finished_at=datetime.now(UTC).replace(tzinfo=None),
        )
        if trial.is_default and outcome.value is None:
            yield StudySkipped(study=study, why=str(outcome.message))
            return
        store.append(trial)
        trials.append(trial)
        yield TrialKept(trial=trial, best=best_of(trials))
    yield StudyEnded(study=study, trials=tuple(trials), ran=len(trials) - kept)
