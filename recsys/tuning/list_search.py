"""Search by the quality of lists, with Optuna: TPE or random, hopeless trials given up early."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from recsys.errors import RecsysError
from recsys.recommenders import recommender_from_parameters
from recsys.recommenders.search_space import Choice, Dimension, is_active
from recsys.tuning.list_quality import list_ndcg
from recsys.tuning.past_folds import PastFold
from recsys.tuning.search import Search
from recsys.tuning.trials import Metric, Outcome, Sampler, State, Study, Trial

K = 10
STEPS_PER_FOLD = 4
"""Parts of a fold's customers, at random: after each, a trial may be given up."""

STARTUP_TRIALS = 5
"""Complete ones before TPE takes over from chance, and before any trial is given up."""


class ListSearch(Search):
    """Maximises NDCG@10 of one list type over the customers of all past folds.

    Source: Bergstra, Bardenet, Bengio and Kégl, *Algorithms for hyper-parameter optimization*
    (2011); the pruning rule is that of Golovin et al., *Google Vizier* (2017), section 3.2.2, by
    the median of what earlier trials had reached after as many steps.
    """

    def __init__(
        self,
        recommender: str,
        folds: list[PastFold],
        *,
        list_type: str,
        candidates_per_customer: int,
        base: Mapping[str, Any],
        sampler: Sampler,
        seed: int,
    ) -> None:
        super().__init__(recommender, base, sampler, seed)
        self.folds = folds
        self.list_type = list_type
        self.candidates_per_customer = max(candidates_per_customer, K)

    @cached_property
    def study(self) -> Study:
        """What its trials have in common."""
        return self._study(
            Metric.ndcg,
            list_type=self.list_type,
            k=K,
            folds=tuple(fold.fold for fold in self.folds),
            known_until=max(fold.label_until for fold in self.folds),
            fingerprints=[
                *(fold.fingerprint for fold in self.folds),
                str(self.candidates_per_customer),
            ],
        )

    def measure(
        self, number: int, past: list[Trial], fixed: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Run a trial; one that repeats another gets its value without being fitted again."""
        import optuna  # noqa: PLC0415

        study = self._remembered(number, past)
        if fixed is not None:
            study.enqueue_trial(dict(fixed))
        trial = study.ask()
        parameters: dict[str, Any] = {}
        for name, dimension in self.space.items():
            if is_active(dimension, {**self.defaults, **parameters}):
                parameters[name] = _suggested(trial, name, dimension)
        for other in past:
            if other.outcome.parameters == parameters and other.outcome.state != State.pruned:
                return other.outcome
        steps: list[float] = []
        try:
            for value in self._values(parameters):
                steps.append(value)
                trial.report(value, len(steps))
                is_last = len(steps) == STEPS_PER_FOLD * len(self.folds)
                if fixed is None and not is_last and trial.should_prune():
                    raise optuna.TrialPruned
        except optuna.TrialPruned:
            return Outcome(parameters=parameters, state=State.pruned, steps=tuple(steps))
        except RecsysError as error:
            return Outcome(parameters=parameters, state=State.failed, message=str(error))
        return Outcome(
            parameters=parameters, state=State.complete, value=steps[-1], steps=tuple(steps)
        )

    def _values(self, parameters: Mapping[str, Any]) -> Iterator[float]:
        """Yield the mean NDCG of the customers looked at so far, step by step."""
        total, customers = 0.0, 0
        for fold in self.folds:
            made = recommender_from_parameters(self.recommender, {**self.base, **parameters})
            fitted = made.fit(fold.interactions, fold.products)
            shuffled = np.random.default_rng(0).permutation(len(fold.customers))
            for part in np.array_split(shuffled, STEPS_PER_FOLD):
                values = list_ndcg(
                    fitted,
                    fold,
                    np.sort(part),
                    k=K,
                    candidates_per_customer=self.candidates_per_customer,
                )
                total += float(values.sum())
                customers += len(values)
                yield total / max(customers, 1)

    def _remembered(self, number: int, past: list[Trial]) -> Any:
        """Return an Optuna study that holds the trials of the past, and nothing else."""
        import optuna  # noqa: PLC0415

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        seed = self.trial_seed(number)
        sampler: optuna.samplers.BaseSampler = (
            optuna.samplers.TPESampler(n_startup_trials=STARTUP_TRIALS, seed=seed)
            if self.sampler is Sampler.tpe
            else optuna.samplers.RandomSampler(seed=seed)
        )
        study = optuna.create_study(
            direction="maximize",
            sampler=sampler,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS),
        )
        states = {
            State.complete: optuna.trial.TrialState.COMPLETE,
            State.pruned: optuna.trial.TrialState.PRUNED,
            State.failed: optuna.trial.TrialState.FAIL,
        }
        for trial in past:
            outcome = trial.outcome
            study.add_trial(
                optuna.trial.create_trial(
                    state=states[outcome.state],
                    value=outcome.value if outcome.state == State.complete else None,
                    params=dict(outcome.parameters),
                    distributions={
                        name: _distribution(self.space[name]) for name in outcome.parameters
                    },
                    intermediate_values=dict(enumerate(outcome.steps, start=1)),
                )
            )
        return study


def _distribution(dimension: Dimension) -> Any:
    import optuna  # noqa: PLC0415

    if isinstance(dimension, Choice):
        return optuna.distributions.CategoricalDistribution(dimension.values)
    low, high, log = dimension.low, dimension.high, dimension.log
    if dimension.is_whole:
        return optuna.distributions.IntDistribution(int(low), int(high), log=log)
    return optuna.distributions.FloatDistribution(low, high, log=log)


def _suggested(trial: Any, name: str, dimension: Dimension) -> Any:
    if isinstance(dimension, Choice):
        return trial.suggest_categorical(name, dimension.values)
    suggest = trial.suggest_int if dimension.is_whole else trial.suggest_float
    return dimension.rounded(suggest(name, dimension.low, dimension.high, log=dimension.log))
