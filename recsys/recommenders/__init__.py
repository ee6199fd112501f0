"""One file per recommender, and the list of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from recsys.errors import InvalidParameterError
from recsys.recommenders.base import Recommender

RECOMMENDERS = {
    "svd": "recsys.recommenders.svd:SVD",
    "nmf": "recsys.recommenders.nmf:NMF",
    "knn": "recsys.recommenders.knn:KNNBasic",
    "svdpp": "recsys.recommenders.svdpp:SVDpp",
    "knn_means": "recsys.recommenders.knn_means:KNNWithMeans",
    "knn_baseline": "recsys.recommenders.knn_baseline:KNNBaseline",
    "baseline": "recsys.recommenders.baseline:BaselineOnly",
    "rating_blend": "recsys.recommenders.rating_blend:RatingBlend",
    "mean_imputed_svd": "recsys.recommenders.mean_imputed_svd:MeanImputedSVD",
    "ease": "recsys.recommenders.ease:EASE",
    "ridge": "recsys.recommenders.ridge:Ridge",
    "item_knn": "recsys.recommenders.item_knn:ItemKNN",
    "user_knn": "recsys.recommenders.user_knn:UserKNN",
    "als": "recsys.recommenders.als:ALS",
    "content": "recsys.recommenders.content:Content",
}
"""Where each recommender lives, by the name that tables call it; imported when asked for."""


def recommender_class(name: str) -> type[Recommender]:
    """Return the class of the recommender of this name.

    >>> recommender_class("svd").__name__
    'SVD'
    """
    if name not in RECOMMENDERS:
        raise InvalidParameterError(unknown("recommender", name, list(RECOMMENDERS)))
    module, _, attribute = RECOMMENDERS[name].partition(":")
    found: type[Recommender] = getattr(import_module(module), attribute)
    return found


def recommender_from_parameters(
    name: str, parameters: Mapping[str, Any] | None = None
) -> Recommender:
    """Make an unfitted recommender from its name and parameters, as a configuration file has them.

    Raises InvalidParameterError for a name or parameter that doesn't exist, or a value out of
    range.

    >>> recommender_from_parameters("nmf", {"n_factors": 8}).n_factors
    8
    >>> recommender_from_parameters("svd", {"n_factor": 8})
    Traceback (most recent call last):
        ...
    recsys.errors.InvalidParameterError: svd has no parameter 'n_factor'; did you mean \
'n_factors'? There are: biased, n_factors, n_epochs, learning_rate, regularization, initial_std, \
random_state
    """
    made = recommender_class(name)
    parameters = dict(parameters or {})
    require_parameters(name, made, parameters)
    return made(**parameters)


def require_parameters(name: str, made: type[Any], parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that a dataclass, which tables call `name`, doesn't have."""
    legal = [field.name for field in fields(made) if field.init]
    for parameter in parameters:
        if parameter not in legal:
            raise InvalidParameterError(unknown(f"{name} has no parameter", parameter, legal))


def unknown(what: str, value: str, legal: list[str]) -> str:
    """Return the message that something of this name doesn't exist, with what does."""
    problem = f"{what} '{value}'" if " " in what else f"there is no {what} '{value}'"
    nearest = get_close_matches(str(value), legal, n=1)
    guess = f"did you mean '{nearest[0]}'? There are" if nearest else "there are"
    return f"{problem}; {guess}: {', '.join(legal)}"
