"""Search with Optuna: TPE or random, hopeless trials given up early."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from recsys.errors import RecsysError
from recsys.recommenders.search_space import Choice, Dimension, is_active
from recsys.tuning.search import Search
from recsys.tuning.trials import Outcome, Sampler, State, Trial

STARTUP_TRIALS = 5
"""Complete ones before TPE takes over from chance, and before any trial is given up."""


class OptunaSearch(Search):
    """Looks for the best value that parameters reach in several steps.

    Source: Bergstra, Bardenet, Bengio and Kégl, *Algorithms for hyper-parameter optimization*
    (2011); the pruning rule is that of Golovin et al., *Google Vizier* (2017), section 3.2.2, by
    the median of what earlier trials had reached after as many steps.
    """

    @property
    @abstractmethod
    def _steps(self) -> int:
        """How many values a trial has that isn't given up."""

    @abstractmethod
    def _values(self, parameters: Mapping[str, Any]) -> Iterator[float]:
        """Yield the metric, step by step, over more and more; the last value counts."""

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
                is_last = len(steps) == self._steps
                if fixed is None and not is_last and trial.should_prune():
                    raise optuna.TrialPruned
        except optuna.TrialPruned:
            return Outcome(parameters=parameters, state=State.pruned, steps=tuple(steps))
        except RecsysError as error:
            return Outcome(parameters=parameters, state=State.failed, message=str(error))
        return Outcome(
            parameters=parameters, state=State.complete, value=steps[-1], steps=tuple(steps)
        )

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
            direction="maximize" if self.study.metric.is_higher_better else "minimize",
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
