"""Exact top-k equals a full sort, ties included."""

import numpy as np
import pytest
from scipy import sparse

from recsys.ranking.top_k import blocks, top_candidates, top_k, top_seen, top_unseen


def by_full_sort(scores, k, mask):
    listed = []
    for row, legal in zip(scores, mask, strict=True):
        columns = [c for c in range(len(row)) if legal[c] and row[c] > -np.inf]
        best = sorted(columns, key=lambda c, row=row: (-row[c], c))[:k]
        listed.append(best + [-1] * (min(k, len(row)) - len(best)))
    return listed


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equals_a_full_sort_on_scores_full_of_ties(seed, dtype):
    random = np.random.default_rng(seed)
    shape = (int(random.integers(1, 30)), int(random.integers(1, 40)))
    values = random.choice([-1.0, -0.0, 0.0, 2.5, np.inf, np.nan, -np.inf], size=shape)
    scores = values.astype(dtype)
    mask = random.random(shape) < random.choice([0.0, 0.5, 1.0])
    for k in (1, 2, 7, 60):
        top = top_k(scores, k, mask)
        expected = by_full_sort(scores, k, mask)
        assert top.indices.tolist() == expected
        rows = np.arange(len(scores))[:, None]
        shown = np.where(top.indices >= 0, scores[rows, top.indices], np.nan)
        np.testing.assert_array_equal(top.scores, shown)
        assert top.scores.dtype == dtype


def test_a_tie_at_the_cut_goes_to_the_lowest_columns_of_a_wide_row():
    scores = np.ones((3, 5_000))
    scores[1, 4_999] = 2.0
    assert top_k(scores, 3).indices.tolist() == [[0, 1, 2], [4_999, 0, 1], [0, 1, 2]]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("k", [1, 5, 40, 200])
def test_long_rows_equal_a_full_sort_of_what_was_seen_and_what_was_not(seed, k):
    random = np.random.default_rng(seed)
    scores = np.round(random.normal(size=(9, 150)), 1)  # ties, over several runs of cells
    scores[random.random(scores.shape) < 0.2] = np.nan
    is_seen = random.random(scores.shape) < random.choice([0.0, 0.1, 0.9])
    seen = sparse.csr_array(is_seen)
    assert top_unseen(scores, k, seen).indices.tolist() == by_full_sort(scores, k, ~is_seen)
    assert top_seen(scores, k, seen).indices.tolist() == by_full_sort(scores, k, is_seen)


def test_seen_columns_in_any_order_are_left_out():
    seen = sparse.csr_array((np.ones(2, bool), np.array([2, 0]), np.array([0, 2])), shape=(1, 3))
    scores = np.array([[3.0, 1.0, 2.0]])
    assert top_unseen(scores, 3, seen).indices.tolist() == [[1, -1, -1]]
    assert top_seen(scores, 1, seen).indices.tolist() == [[0]]


def test_scores_and_mask_are_left_as_they_were():
    scores, mask = np.array([[3.0, np.nan, 1.0]]), np.array([[True, True, False]])
    before = scores.copy(), mask.copy()
    top_k(scores, 2, mask)
    np.testing.assert_array_equal(scores, before[0])
    np.testing.assert_array_equal(mask, before[1])


def test_no_columns_and_no_rows_give_empty_results():
    assert top_k(np.empty((2, 0)), 3).indices.shape == (2, 0)
    assert top_k(np.empty((0, 4)), 3).indices.shape == (0, 3)


def test_blocks_cover_every_row_once_however_wide_a_row_is():
    rows = np.arange(7)[::-1]
    assert np.concatenate(list(blocks(rows, 10**12))).tolist() == rows.tolist()
    assert list(blocks(rows[:0], 3)) == []


@pytest.mark.parametrize("block_bytes", [1, 8 * 9 * 4, 10**9])
def test_candidates_are_the_best_new_and_the_best_seen_whatever_the_block(monkeypatch, block_bytes):
    monkeypatch.setattr("recsys.ranking.top_k.BLOCK_BYTES", block_bytes)
    random = np.random.default_rng(1)
    scores = random.integers(0, 4, (11, 9)).astype(float)
    scores[random.random(scores.shape) < 0.3] = np.nan
    seen = sparse.csr_array(random.random(scores.shape) < 0.4)
    customers = np.array([10, 3, 3, 0])
    found = list(top_candidates(lambda rows: scores[rows], seen, customers, 2))
    rows = [row for block in found for row in zip(*(a.tolist() for a in block), strict=True)]
    is_seen = seen.toarray()
    expected = [
        (customer, product, scores[customer, product], is_new)
        for customer in customers.tolist()
        for is_new in (True, False)
        for product in by_full_sort(scores[[customer]], 2, is_seen[[customer]] != is_new)[0]
        if product >= 0
    ]
    assert rows == expected
