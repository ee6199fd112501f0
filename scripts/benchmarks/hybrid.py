"""How many pairs per second the hybrid predicts."""

from __future__ import annotations

import time

import numpy as np
from scipy.special import expit
from threadpoolctl import threadpool_limits

from recsys.compute.block_threads import map_blocks, thread_count
from recsys.dbt.hybrid import PAIRS_PER_BATCH
from recsys.hybrid.examples import Examples
from recsys.hybrid.linear_odds import Columns
from recsys.hybrid.purchase_model import PurchaseModel

FEATURES = 105
"""As many as the default shop has."""
LEARNED_FROM = 100_000
"""Pairs of each half."""
ASKED = 10
"""Batches."""
LEAST_PER_SECOND = 250_000
"""Of two cores that do nothing else."""


def main(given: list[int]) -> None:
    """Pairs per second that the hybrid predicts, with as many features as the default shop has."""
    del given
    columns = Columns(is_new=0, nominal=[30, 31])
    earlier, later = _drawn(1, LEARNED_FROM), _drawn(2, LEARNED_FROM)
    started = time.process_time()
    with threadpool_limits(1):  # threads that wait for others would count as well
        model = PurchaseModel().fit(earlier, later, columns=columns)
    trees = sum(len(forest.trees) for forests in model.halves_ for forest in forests)
    print(
        f"learned from {2 * LEARNED_FROM:,} pairs of {FEATURES} features in "
        f"{time.process_time() - started:.1f} CPU s: {trees} trees, log loss {model.loss_:.5f}"
    )
    batch = np.asfortranarray(_drawn(3, PAIRS_PER_BATCH).features)
    model.predict(batch[:1])  # compiles
    started, cpu_started = time.monotonic(), time.process_time()
    pairs = sum(len(found) for found in map_blocks(model.predict, [batch] * ASKED))
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu_started
    of_two_cores = 2 * pairs / cpu
    print(
        f"predicted {pairs:,} pairs in {seconds:.2f} s by {thread_count()} threads, "
        f"{cpu / pairs * 100_000:.3f} CPU s for 100,000: {of_two_cores:,.0f} pairs per second of "
        f"two cores (target: at least {LEAST_PER_SECOND:,})"
    )
    if of_two_cores < LEAST_PER_SECOND:
        raise SystemExit("missed: the hybrid predicts fewer pairs than it should")


def _drawn(seed: int, pairs: int) -> Examples:
    """Return pairs as a shop's: most are new, many numbers are unknown, a tenth is bought."""
    random = np.random.default_rng(seed)
    features = random.lognormal(size=(pairs, FEATURES)).astype(np.float32)
    features[:, 0] = random.random(pairs) < 0.7
    is_new = features[:, 0] > 0
    for recommender in range(1, 30):
        features[random.random(pairs) < 0.7, recommender] = np.nan
    features[:, 30:32] = random.integers(0, [30, 200], (pairs, 2))
    features[is_new, 32:55] = np.nan
    features[:, 55:75] = np.floor(3 * features[:, 55:75])
    for partly_known in range(75, 90):
        features[random.random(pairs) < 0.3, partly_known] = np.nan
    weight = np.random.default_rng(7).normal(size=FEATURES) / 4
    logarithms = np.log(np.maximum(np.nan_to_num(features, nan=1), 1e-3))
    both = (features[:, 60] > 4) & (features[:, 70] < 2)
    probability = expit(logarithms @ weight + 0.5 * both - 0.8 * is_new - 3)
    is_bought = random.random(pairs) < probability
    return Examples(features, is_bought, np.where(is_bought, 1.0, 1.5))
