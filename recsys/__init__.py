"""Retail recommendations: fit on Arrow or pandas tables, or build whole shops with dbt.

>>> import pyarrow as pa
>>> import recsys
>>> purchases = pa.table({
...     "customer_id": ["ann", "ann", "bob", "bob", "cat"],
...     "product_id": ["tea", "milk", "tea", "milk", "tea"],
...     "rating": [5, 4, 5, 5, 4],
... })
>>> interactions = recsys.Interactions.from_table(purchases)
>>> recsys.SVD().fit(interactions).recommend(["cat"], k=1)["product_id"].to_pylist()
['milk']
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from recsys.errors import (
    CatalogueTooLargeError,
    DatabaseError,
    DivergedError,
    InvalidParameterError,
    InvalidTableError,
    MissingDependencyError,
    NotFittedError,
    NothingToLearnError,
    RecsysError,
    ShopFileError,
    UnknownCustomerError,
    UnknownProductError,
)

if TYPE_CHECKING:
    from recsys.data.interactions import Interactions
    from recsys.evaluation.rating_accuracy import (
        cross_validated_predictions,
        held_out_predictions,
        time_split_predictions,
    )
    from recsys.ranking.similarity import collaborative_similar_products, similar_products
    from recsys.reading.warehouse import Warehouse
    from recsys.recommenders import recommender_from_parameters
    from recsys.recommenders.als import ALS
    from recsys.recommenders.base import Recommender
    from recsys.recommenders.baseline import BaselineOnly
    from recsys.recommenders.candidates import FoldData, candidates_per_fold
    from recsys.recommenders.content import Content
    from recsys.recommenders.ease import EASE
    from recsys.recommenders.item_knn import ItemKNN
    from recsys.recommenders.knn import KNNBasic
    from recsys.recommenders.knn_baseline import KNNBaseline
    from recsys.recommenders.knn_means import KNNWithMeans
    from recsys.recommenders.mean_imputed_svd import MeanImputedSVD
    from recsys.recommenders.nmf import NMF
    from recsys.recommenders.rating_blend import RatingBlend
    from recsys.recommenders.ridge import Ridge
    from recsys.recommenders.svd import SVD
    from recsys.recommenders.svdpp import SVDpp
    from recsys.recommenders.user_knn import UserKNN

__version__ = version("recsys")

__all__ = [
    "ALS",
    "EASE",
    "NMF",
    "SVD",
    "BaselineOnly",
    "CatalogueTooLargeError",
    "Content",
    "DatabaseError",
    "DivergedError",
    "FoldData",
    "Interactions",
    "InvalidParameterError",
    "InvalidTableError",
    "ItemKNN",
    "KNNBaseline",
    "KNNBasic",
    "KNNWithMeans",
    "MeanImputedSVD",
    "MissingDependencyError",
    "NotFittedError",
    "NothingToLearnError",
    "RatingBlend",
    "Recommender",
    "RecsysError",
    "Ridge",
    "SVDpp",
    "ShopFileError",
    "UnknownCustomerError",
    "UnknownProductError",
    "UserKNN",
    "Warehouse",
    "__version__",
    "candidates_per_fold",
    "collaborative_similar_products",
    "cross_validated_predictions",
    "held_out_predictions",
    "recommender_from_parameters",
    "similar_products",
    "time_split_predictions",
]

_MODULES = {
    "ALS": "recsys.recommenders.als",
    "EASE": "recsys.recommenders.ease",
    "NMF": "recsys.recommenders.nmf",
    "SVD": "recsys.recommenders.svd",
    "BaselineOnly": "recsys.recommenders.baseline",
    "Content": "recsys.recommenders.content",
    "FoldData": "recsys.recommenders.candidates",
    "Interactions": "recsys.data.interactions",
    "ItemKNN": "recsys.recommenders.item_knn",
    "KNNBaseline": "recsys.recommenders.knn_baseline",
    "KNNBasic": "recsys.recommenders.knn",
    "KNNWithMeans": "recsys.recommenders.knn_means",
    "MeanImputedSVD": "recsys.recommenders.mean_imputed_svd",
    "RatingBlend": "recsys.recommenders.rating_blend",
    "Recommender": "recsys.recommenders.base",
    "Ridge": "recsys.recommenders.ridge",
    "SVDpp": "recsys.recommenders.svdpp",
    "UserKNN": "recsys.recommenders.user_knn",
    "Warehouse": "recsys.reading.warehouse",
    "candidates_per_fold": "recsys.recommenders.candidates",
    "collaborative_similar_products": "recsys.ranking.similarity",
    "cross_validated_predictions": "recsys.evaluation.rating_accuracy",
    "held_out_predictions": "recsys.evaluation.rating_accuracy",
    "recommender_from_parameters": "recsys.recommenders",
    "similar_products": "recsys.ranking.similarity",
    "time_split_predictions": "recsys.evaluation.rating_accuracy",
}
"""Imported when first used, so that `import recsys` takes no time."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'recsys' has no attribute '{name}'")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
