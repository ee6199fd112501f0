"""What every search is: one recommender, one metric, trials that can be compared."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from itertools import product
from typing import Any

import numpy as np

from recsys import __version__
from recsys.errors import InvalidParameterError
from recsys.recommenders import recommender_class
from recsys.recommenders.search_space import Space, is_active, search_space
from recsys.tuning.trials import Metric, Outcome, Sampler, Study, Trial

GRID_POINTS = 3
"""Values of each range in a grid."""


class Search(ABC):
    """Tries parameters of one recommender; what it tries next follows from the trials before.

    Parameters
    ----------
    recommender
        Its name.
    base
        Parameters that differ from the class's defaults in every trial.
    with_bought
        Whether the metric sees how products that were bought before are ordered; else what does
        nothing but order them stays as it is.
    sampler, seed
        How parameters are proposed. A trial depends on these, on its number and on the trials
        before it, on nothing else: a search that goes on later is the one that never stopped.

    Raises
    ------
    InvalidParameterError
        There is no such recommender, or nothing of it can be tuned.

    """

    def __init__(
        self,
        recommender: str,
        base: Mapping[str, Any],
        sampler: Sampler,
        seed: int,
        *,
        with_bought: bool = True,
    ) -> None:
        self.recommender = recommender
        self.base = dict(base)
        self.sampler = sampler
        self.seed = seed
        made = self._class(recommender)
        self.space: Space = search_space(made, with_bought=with_bought)
        self.unseen = search_space(made).keys() - self.space.keys()
        """Parameters that the metric can't see."""
        if not self.space:
            raise InvalidParameterError(f"{recommender} has no parameters to tune; leave it out")
        usual = made(**self.base)
        self.defaults = {name: getattr(usual, name) for name in self.space}

    @staticmethod
    def _class(recommender: str) -> type[Any]:
        """Return what has the parameters."""
        return recommender_class(recommender)

    @property
    @abstractmethod
    def study(self) -> Study:
        """What its trials have in common."""

    @abstractmethod
    def measure(
        self, number: int, past: list[Trial], fixed: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Run a trial: with the parameters given, else with new ones. It isn't kept."""

    def next_trial(self, past: list[Trial], warm_start: Mapping[str, Any] | None) -> Outcome | None:
        """Run the trial that follows; None when a grid has been searched.

        The first one tries the defaults, which the others have to beat, the second what was best
        before the data changed.
        """
        number = len(past)
        if number == 0:
            return self.measure(number, past, self._active(self.defaults))
        before = self._legal(warm_start)
        if before is not None and number == 1:
            return self.measure(number, past, before)
        if self.sampler is Sampler.grid:
            tried = {_text(trial.outcome.parameters) for trial in past}
            untried = (point for point in self.grid() if _text(point) not in tried)
            fixed = next(untried, None)
            return None if fixed is None else self.measure(number, past, fixed)
        return self.measure(number, past)

    def grid(self) -> list[dict[str, Any]]:
        """Return all combinations of a few values of each parameter but the defaults, shuffled."""
        values = [dimension.grid(GRID_POINTS) for dimension in self.space.values()]
        combinations: list[dict[str, Any]] = []
        known = {_text(self._active(self.defaults))}
        for chosen in product(*values):
            active = self._active(dict(zip(self.space, chosen, strict=True)))
            if _text(active) not in known:
                known.add(_text(active))
                combinations.append(active)
        order = np.random.default_rng(self.seed).permutation(len(combinations))
        return [combinations[place] for place in order]

    def trial_seed(self, number: int) -> int:
        """Return the seed of a trial's draws."""
        return int(np.random.SeedSequence([self.seed, number]).generate_state(1)[0])

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

    def _study(
        self,
        metric: Metric,
        *,
        list_type: str | None,
        k: int | None,
        folds: tuple[str, ...],
        known_until: datetime,
        fingerprints: list[str],
    ) -> Study:
        named = [self.recommender, metric, list_type, k, self.base, self.space, fingerprints]
        digest = hashlib.blake2b(_text([*named, __version__]).encode(), digest_size=8)
        return Study(
            study_id=digest.hexdigest(),
            recommender=self.recommender,
            metric=metric,
            list_type=list_type,
            k=k,
            folds=folds,
            known_until=known_until,
        )


def _text(value: Any) -> str:
    return json.dumps(value, default=repr, sort_keys=True)
