"""A search: one recommender, one metric, trials that Optuna proposes and gives up."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from recsys import __version__
from recsys.errors import InvalidParameterError, RecsysError
from recsys.recommenders.search_space import Choice, Dimension, Range, is_active, search_space
from recsys.tuning.trials import Outcome, Sampler, State, Study, Trial

GRID_POINTS = 3
"""Values of each range in a grid."""

STARTUP_TRIALS = 5
"""Complete trials before TPE proposes parameters, and before any trial is given up."""


class Search(ABC):
    """Tries parameters of one recommender; what it tries next follows from the trials before.

    Source: Bergstra, Bardenet, Bengio and Kégl, *Algorithms for hyper-parameter optimization*
    (2011); the pruning rule is that of Golovin et al., *Google Vizier* (2017), section 3.2.2, by
    the median of what earlier trials had reached after as many steps.

    Parameters
    ----------
    recommender, searched
        Its name, and the class that has its parameters.
    base
        Parameters that differ from the class's defaults in every trial.
    sampler, seed
        How parameters are proposed. A trial depends on these, on its number and on the trials
        before it, on nothing else: a search that goes on later is the one that never stopped.
    steps
        How many values a trial has that isn't given up.
    data
        Fingerprints of what is measured on.
    with_bought
        Whether the metric sees how products that were bought before are ordered; else what does
        nothing but order them stays as it is.
    study
        What its trials have in common, as the fields of a `Study`.

    Raises
    ------
    InvalidParameterError
        Nothing of the recommender can be tuned.

    """

    def __init__(
        self,
        recommender: str,
        searched: type[Any],
        *,
        base: Mapping[str, Any],
        sampler: Sampler,
        seed: int,
        steps: int,
        data: Sequence[str],
        with_bought: bool = True,
        **study: Any,
    ) -> None:
        self.recommender, self.base = recommender, dict(base)
        self.sampler, self.seed, self._steps = sampler, seed, steps
        self.space = search_space(searched, with_bought=with_bought)
        self.unseen = search_space(searched).keys() - self.space.keys()
        """Parameters that the metric can't see."""
        if not self.space:
            raise InvalidParameterError(f"{recommender} has no parameters to tune; leave it out")
        usual = searched(**self.base)
        self.defaults = {name: getattr(usual, name) for name in self.space}
        of_lists = [study.get("list_type"), study.get("k")]
        named = [recommender, study["metric"], *of_lists, self.base, self.space, [*data]]
        digest = hashlib.blake2b(_text([*named, __version__]).encode(), digest_size=8)
        self.study = Study(study_id=digest.hexdigest(), recommender=recommender, **study)

    @abstractmethod
    def _values(self, parameters: Mapping[str, Any]) -> Iterator[float]:
        """Yield the metric, step by step, over more and more; the last value counts."""

    def next_trial(self, past: list[Trial], warm_start: Mapping[str, Any] | None) -> Outcome | None:
        """Run the trial that follows; None when a grid has been searched.

        The first one tries the defaults, which the others have to beat, the second what was best
        before the data changed.
        """
        number = len(past)
        fixed = self._legal(warm_start) if number == 1 else None
        if number == 0:
            fixed = self._active(self.defaults)
        elif fixed is None and self.sampler is Sampler.grid:
            tried = {_text(trial.outcome.parameters) for trial in past}
            fixed = next((point for point in self.grid() if _text(point) not in tried), None)
            if fixed is None:
                return None
        return self.measure(number, past, fixed)

    def measure(
        self, number: int, past: list[Trial], fixed: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Run a trial, with the parameters given or with new ones; it isn't kept.

        One that repeats another gets its value without being fitted again.
        """
        import optuna  # noqa: PLC0415

        trial, parameters = self.ask(number, past, fixed)
        for other in past:
            if other.outcome.parameters == parameters and other.outcome.state != State.pruned:
                return other.outcome
        steps: list[float] = []
        try:
            for value in self._values(parameters):
                if not np.isfinite(value):
                    raise RecsysError("it diverged")
                steps.append(value)
                trial.report(value, len(steps))
                is_last = len(steps) == self._steps
                if fixed is None and not is_last and trial.should_prune():
                    raise optuna.TrialPruned
        except optuna.TrialPruned:
            return Outcome(parameters=parameters, state=State.pruned, steps=tuple(steps))
        except (RecsysError, ZeroDivisionError) as error:
            return Outcome(parameters=parameters, state=State.failed, message=str(error))
        return Outcome(
            parameters=parameters, state=State.complete, value=steps[-1], steps=tuple(steps)
        )

    def ask(
        self, number: int, past: list[Trial], fixed: Mapping[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Return Optuna's trial of this number after those of the past, and its parameters."""
        import optuna  # noqa: PLC0415

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        # draws follow from the number alone, so that a search that goes on needs no memory of them
        seed = int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])
        study = optuna.create_study(
            direction="maximize" if self.study.metric.is_higher_better else "minimize",
            sampler=optuna.samplers.TPESampler(n_startup_trials=STARTUP_TRIALS, seed=seed)
            if self.sampler is Sampler.tpe
            else optuna.samplers.RandomSampler(seed=seed),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS),
        )
        space = {name: _distribution(dimension) for name, dimension in self.space.items()}
        for outcome in (one.outcome for one in past if one.outcome.state != State.failed):
            study.add_trial(
                optuna.trial.create_trial(
                    state=optuna.trial.TrialState[outcome.state.upper()],
                    value=outcome.value,
                    params=dict(outcome.parameters),
                    distributions={name: space[name] for name in outcome.parameters},
                    intermediate_values=dict(enumerate(outcome.steps, start=1)),
                )
            )
        if fixed is not None:
            study.enqueue_trial(dict(fixed))
        trial = study.ask({name: space[name] for name in (space if fixed is None else fixed)})
        chosen = {n: _rounded(self.space[n], value) for n, value in trial.params.items()}
        return trial, self._active(chosen)

    def grid(self) -> list[dict[str, Any]]:
        """Return all combinations of a few values of each parameter but the defaults, shuffled.

        Optuna's own grid would try those again that differ in what changes nothing.
        """
        values = [dimension.grid(GRID_POINTS) for dimension in self.space.values()]
        chosen = (dict(zip(self.space, point, strict=True)) for point in product(*values))
        points = {_text(point): point for point in map(self._active, chosen)}
        points.pop(_text(self._active(self.defaults)), None)
        order = np.random.default_rng(self.seed).permutation(len(points))
        return [list(points.values())[place] for place in order]

    def _active(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Leave out what changes nothing, given the others."""
        whole = {**self.defaults, **chosen}
        return {
            name: chosen[name]
            for name, dimension in self.space.items()
            if name in chosen and is_active(dimension, whole)
        }

    def _legal(self, parameters: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Return the parameters if they could come out of this search and aren't the defaults."""
        if parameters is None:
            return None
        seen = {name: parameters[name] for name in parameters if name not in self.unseen}
        whole = {**self.defaults, **seen}
        is_known = whole.keys() == self.space.keys()
        if not is_known or any(whole[name] not in self.space[name] for name in whole):
            return None
        active = self._active(whole)
        return None if active == self._active(self.defaults) else active


def _distribution(dimension: Dimension) -> Any:
    import optuna  # noqa: PLC0415

    if isinstance(dimension, Choice):
        return optuna.distributions.CategoricalDistribution(dimension.values)
    low, high, log = dimension.low, dimension.high, dimension.log
    if dimension.is_whole:
        return optuna.distributions.IntDistribution(int(low), int(high), log=log)
    return optuna.distributions.FloatDistribution(low, high, log=log)


def _rounded(dimension: Dimension, value: Any) -> Any:
    return dimension.rounded(value) if isinstance(dimension, Range) else value


def _text(value: Any) -> str:
    return json.dumps(value, default=repr, sort_keys=True)
