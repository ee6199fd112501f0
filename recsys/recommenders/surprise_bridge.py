"""The only file that touches scikit-surprise: its models are fitted by it and scored by us.

Surprise predicts one pair per call. A whole shop takes matrix arithmetic instead, over the
parameters that Surprise learned; the tests hold the two equal. Scores are what
`algorithm.predict(..., clip=False)` would return: clipping to the rating scale would tie
everything a customer likes best at the top of the scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

import recsys.recommenders.surprise_home  # noqa: F401 - before Surprise
from recsys.errors import NothingToLearnError


class RatedPart(NamedTuple):
    """The rows and columns that hold ratings: what Surprise calls known users and items."""

    customers: NDArray[np.intp]
    """Row in the interactions of each of Surprise's inner user ids."""
    products: NDArray[np.intp]
    """Column in the interactions of each of Surprise's inner item ids."""
    ratings: sparse.csr_array
    """(customers, products) ratings, in the order of inner ids."""


def rated_part(ratings: sparse.csr_array) -> RatedPart:
    """Leave customers and products without ratings out."""
    customers = np.flatnonzero(np.diff(ratings.indptr))
    products = np.flatnonzero(np.bincount(ratings.indices, minlength=ratings.shape[1]))
    column = np.zeros(ratings.shape[1], np.int32)
    column[products] = np.arange(len(products))
    starts = np.concatenate([[0], ratings.indptr[1:][customers]])
    compact = sparse.csr_array(
        (ratings.data, column[ratings.indices], starts), shape=(len(customers), len(products))
    )
    return RatedPart(customers, products, compact)


def trainset(part: RatedPart) -> Any:
    """Return a `surprise.Trainset`; raw ids are rows and columns of the interactions.

    Ratings come customer by customer, so that the raters of every product come in the order of
    customers: the order that breaks ties between equally near neighbours.
    """
    from surprise import Trainset  # noqa: PLC0415

    by_customer, by_product = part.ratings, part.ratings.tocsc()
    return Trainset(
        _Lists(by_customer),
        _Lists(by_product),
        len(part.customers),
        len(part.products),
        by_customer.nnz,
        (by_customer.data.min(), by_customer.data.max()),
        {int(raw): inner for inner, raw in enumerate(part.customers)},
        {int(raw): inner for inner, raw in enumerate(part.products)},
    )


class _Lists(Mapping[int, list[tuple[int, float]]]):
    """Ratings by inner id, as Surprise reads them, made each time they are asked for.

    As lists that stay, they would take 230 bytes a rating: more than all else that a fit needs.
    """

    def __init__(self, compressed: Any) -> None:
        self._starts = compressed.indptr
        self._indices = compressed.indices
        self._values = compressed.data

    def __getitem__(self, major: int) -> list[tuple[int, float]]:
        if major not in self:
            raise KeyError(major)
        part = slice(self._starts[major], self._starts[major + 1])
        return list(zip(self._indices[part].tolist(), self._values[part].tolist(), strict=True))

    def __contains__(self, major: object) -> bool:
        return isinstance(major, int) and 0 <= major < len(self)  # Surprise asks for texts, too

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))

    def __len__(self) -> int:
        return len(self._starts) - 1


def spread(learned: NDArray[Any], index: NDArray[np.intp], size: int) -> NDArray[np.float64]:
    """Return `size` rows of zeros with the learned ones at `index`.

    >>> spread(np.array([2.5, 3.5]), np.array([0, 2]), 4)
    array([2.5, 0. , 3.5, 0. ])
    """
    everyone = np.zeros((size, *learned.shape[1:]))
    everyone[index] = learned
    return everyone


def has_diverged(learned: Iterable[NDArray[np.floating[Any]]]) -> bool:
    """Tell whether any of the arrays that were learned holds what is no finite number."""
    return not all(np.isfinite(numbers).all() for numbers in learned)


def fit_surprise(algorithm: str, parameters: dict[str, Any], part: RatedPart) -> Any:
    """Fit the algorithm of this name in `surprise` and return it."""
    import surprise  # noqa: PLC0415

    try:
        return getattr(surprise, algorithm)(**parameters).fit(trainset(part))
    except ZeroDivisionError as error:
        raise NothingToLearnError(
            f"Surprise's {algorithm} divides by zero on these ratings: a rating of 0 has no "
            "direction to 'cosine', nor has one that equals its baseline to 'pearson_baseline'; "
            "shift the scale so that its lowest rating is above 0, or use similarity='msd'"
        ) from error
