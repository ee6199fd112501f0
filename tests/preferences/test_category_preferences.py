"""Preferences are learned in a world whose probabilities are known, and so is the best ranking."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import expit
from sklearn.metrics import log_loss, roc_auc_score
from threadpoolctl import threadpool_limits

from recsys.errors import InvalidParameterError, InvalidTableError, NotFittedError
from recsys.preferences.category_preferences import CategoryPreferences

CATEGORIES = ["baby food", "beer", "bread", "wine"]
BASE_RATES = [0.2, 0.3, 0.6, 0.2]


def world(n_customers: int, seed: int, windows: int = 1):
    """Return rows, attributes and the true probabilities of a world that profile and habit make."""
    random = np.random.default_rng(seed)
    kids = random.integers(0, 2, n_customers)
    town = random.integers(0, 3, n_customers)
    names = [f"{seed}-{n}" for n in range(n_customers)]
    attributes = pa.table(
        {
            "customer_id": [*names, *names],
            "attribute": ["kids"] * n_customers + ["town"] * n_customers,
            "value": [*("yes" if k else "no" for k in kids), *(f"town {t}" for t in town)],
        }
    )
    profile = np.column_stack(
        [3.0 * kids - 1.5, 0.8 - 1.6 * kids, np.zeros(n_customers), 0.9 * town - 0.9]
    )
    tables, truth = [], []
    for _ in range(windows):
        habit = random.normal(size=(n_customers, 4))
        log_odds = np.log(np.divide(BASE_RATES, np.subtract(1, BASE_RATES))) + profile
        probability = expit(log_odds + habit)
        tables.append(
            pa.table(
                {
                    "customer_id": np.repeat(names, 4),
                    "category": CATEGORIES * n_customers,
                    "base_rate": BASE_RATES * n_customers,
                    "habit": habit.ravel(),
                    "nothing": pa.nulls(4 * n_customers, pa.float64()),
                    "is_bought": (random.random((n_customers, 4)) < probability).ravel(),
                }
            )
        )
        truth.append(probability.ravel())
    return pa.concat_tables(tables), attributes, np.concatenate(truth), profile


def both(one: pa.Table, other: pa.Table) -> pa.Table:
    return pa.concat_tables([one, other])


@pytest.fixture(scope="module")
def training():
    return world(1500, seed=1, windows=2)


@pytest.fixture(scope="module")
def new():
    return world(2000, seed=2)


def bought(rows: pa.Table) -> np.ndarray:
    return rows["is_bought"].to_numpy()


def test_with_history_nearly_as_good_as_knowing_the_probabilities(training, new):
    rows, attributes, *_ = training
    unseen, their_attributes, truth, _ = new
    model = CategoryPreferences().fit(rows, both(attributes, their_attributes))
    found = model.predict(unseen)
    best = roc_auc_score(bought(unseen), truth)
    assert best > 0.75
    assert roc_auc_score(bought(unseen), found) > best - 0.015
    assert log_loss(bought(unseen), found) < log_loss(bought(unseen), truth) + 0.015
    assert np.mean(np.abs(found - truth)) < 0.06


def test_by_profile_alone_it_finds_what_the_profile_says(training, new):
    """The best without habit: the probability given the profile, habit averaged out."""
    rows, attributes, *_ = training
    unseen, their_attributes, _, profile = new
    model = CategoryPreferences(from_history=False)
    model.fit(rows, both(attributes, their_attributes))
    found = model.predict(unseen)
    log_odds = np.log(np.divide(BASE_RATES, np.subtract(1, BASE_RATES))) + profile
    habits = np.random.default_rng(3).normal(size=2000)
    truth = np.mean([expit(log_odds + habit) for habit in habits], axis=0).ravel()
    best = roc_auc_score(bought(unseen), truth)
    assert best > 0.7
    assert roc_auc_score(bought(unseen), found) > best - 0.01
    assert np.mean(np.abs(found - truth)) < 0.03


@pytest.mark.parametrize("from_history", [True, False])
def test_predicted_shares_are_those_that_come_true(training, new, from_history):
    rows, attributes, *_ = training
    unseen, their_attributes, *_ = new
    model = CategoryPreferences(from_history=from_history)
    found = model.fit(rows, both(attributes, their_attributes)).predict(unseen)
    assert found.sum() == pytest.approx(bought(unseen).sum(), rel=0.04)
    tenth = np.argsort(np.argsort(found)) * 10 // len(found)
    for part in range(10):
        held = tenth == part
        assert found[held].mean() == pytest.approx(bought(unseen)[held].mean(), abs=0.06)


def test_what_a_model_remembers_of_a_customer_is_no_help_to_that_customer():
    """Everyone has a profile of their own, and buys by chance: nothing can be known in advance."""
    random = np.random.default_rng(0)
    names = [f"c{n}" for n in range(400)]
    rows = pa.table(
        {
            "customer_id": np.repeat(names, 2),
            "category": ["bread", "wine"] * 400,
            "base_rate": [0.5] * 800,
            "is_bought": np.repeat(random.random(400) < 0.5, 2),
        }
    )
    attributes = pa.table(
        {
            "customer_id": np.repeat(names, 8),
            "attribute": [f"a{n}" for n in range(8)] * 400,
            "value": random.integers(0, 5, 3200).astype(str),
        }
    )
    for from_history in (True, False):
        model = CategoryPreferences(from_history=from_history, regularization=1.0)
        found = model.fit(rows, attributes).predict(rows)
        assert 0.4 < roc_auc_score(bought(rows), found) < 0.6


@pytest.mark.parametrize("age_decides", [False, True])
def test_profiles_count_as_much_as_other_customers_bear_out(age_decides):
    """Of four ages each has its own of four categories, bought by .8 and by .2 of the others.

    The least log loss that anyone could have is then the entropy of .8: .500; that of the base
    rates, .35 each, is .647. Where ages are dealt out by chance, nothing is better than these.
    """
    random = np.random.default_rng(5)
    n = 300
    age = random.integers(0, 4, n)
    names = np.array([f"c{number:03}" for number in range(n)])
    chance = np.where(age[:, None] == np.arange(4), 0.8, 0.2)
    said = age if age_decides else random.permutation(age)
    rows = pa.table(
        {
            "customer_id": np.repeat(names, 4),
            "category": CATEGORIES * n,
            "base_rate": [0.35] * (4 * n),
            "is_bought": (random.random((n, 4)) < chance).ravel(),
        }
    )
    attributes = pa.table(
        {"customer_id": names, "attribute": ["age"] * n, "value": [f"{20 + 10 * a}" for a in said]}
    )
    found = CategoryPreferences(from_history=False).fit(rows, attributes).predict(rows)
    loss = log_loss(bought(rows), found)
    assert loss < 0.52 if age_decides else 0.64 < loss < 0.66


def test_the_same_rows_in_any_number_of_threads_give_the_same_probabilities(training):
    rows, attributes, *_ = training
    found = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            found.append(CategoryPreferences(max_iter=5).fit(rows, attributes).predict(rows))
    assert found[0].tolist() == found[1].tolist()


def test_weights_count_as_so_many_customers(training):
    rows, attributes, *_ = training
    part = rows.slice(0, 2000)
    twice = CategoryPreferences(from_history=False).fit(both(part, part), attributes)
    weighed = CategoryPreferences(from_history=False).fit(
        part.append_column("sample_weight", pa.array(np.full(2000, 2.0))), attributes
    )
    np.testing.assert_allclose(twice.predict(part), weighed.predict(part), atol=1e-3)


def test_little_data_leaves_the_base_rate(training):
    """Eight customers say nearly nothing; where all is alike, nothing at all."""
    rows, attributes, *_ = training
    few = rows.slice(0, 32)
    found = CategoryPreferences(from_history=False).fit(few, attributes).predict(few)
    order = np.argsort(found[:4])
    assert CATEGORIES[order[-1]] == "bread"
    same = few.set_column(few.schema.get_field_index("is_bought"), "is_bought", [[True] * 32])
    for from_history in (True, False):
        model = CategoryPreferences(from_history=from_history).fit(same, attributes)
        np.testing.assert_allclose(model.predict(same), BASE_RATES * 8, atol=1e-12)


def test_unknown_categories_and_customers_are_predicted_too(training):
    rows, attributes, *_ = training
    strange = pa.table(
        {
            "customer_id": ["stranger"],
            "category": ["cigars"],
            "base_rate": [0.1],
            "habit": pa.array([None], pa.float64()),
            "nothing": pa.array([None], pa.float64()),
        }
    )
    for from_history in (True, False):
        model = CategoryPreferences(from_history=from_history).fit(rows, attributes)
        [probability] = model.predict(strange)
        assert 0 < probability < 1


def test_errors_say_what_is_wrong(training):
    rows, attributes, *_ = training
    with pytest.raises(NotFittedError, match="call fit first"):
        CategoryPreferences().predict(rows)
    with pytest.raises(InvalidTableError, match="no column 'is_bought'"):
        CategoryPreferences().fit(rows.drop_columns("is_bought"), attributes)
    with pytest.raises(InvalidTableError, match="is empty"):
        CategoryPreferences().fit(rows.slice(0, 0), attributes)
    with pytest.raises(InvalidTableError, match="no column 'habit'"):
        CategoryPreferences(max_iter=1).fit(rows, attributes).predict(rows.drop_columns("habit"))
    with pytest.raises(InvalidParameterError, match="groups is 1"):
        CategoryPreferences(groups=1)


def test_keys_with_hashes_of_the_ids_give_what_the_ids_give(training):
    """The hash decides the group, so that a customer stays in it when keys are counted anew."""
    rows, attributes, *_ = training
    names = sorted(set(rows["customer_id"].to_pylist()))
    keys = {name: 10 * place for place, name in enumerate(names)}
    hashes = {
        name: int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:16], 16)
        for name in names
    }

    def keyed(table: pa.Table) -> pa.Table:
        ids = table["customer_id"].to_pylist()
        return table.set_column(
            table.column_names.index("customer_id"),
            "customer_id",
            pa.array([keys[name] for name in ids], pa.int32()),
        )

    with_hashes = keyed(rows).append_column(
        "customer_hash",
        pa.array([hashes[name] for name in rows["customer_id"].to_pylist()], pa.uint64()),
    )
    by_id = CategoryPreferences(max_iter=5).fit(rows, attributes)
    by_key = CategoryPreferences(max_iter=5).fit(with_hashes, keyed(attributes))
    np.testing.assert_array_equal(by_key.predict(with_hashes), by_id.predict(rows))
    assert by_key.features_ == by_id.features_
    other = CategoryPreferences(max_iter=5).fit(keyed(rows), keyed(attributes))
    assert not np.array_equal(other.predict(keyed(rows)), by_id.predict(rows))


@pytest.mark.parametrize(
    ("hashes", "said"),
    [
        (pa.array([1, None], pa.uint64()), "uint64 with 1 nulls"),
        (pa.array(["a", "b"]), "string with 0 nulls"),
        (pa.array([0.5, 1.5]), "double with 0 nulls"),
    ],
)
def test_hashes_are_whole_numbers(hashes, said):
    rows = pa.table(
        {
            "customer_id": [1, 2],
            "customer_hash": hashes,
            "category": ["tea", "tea"],
            "base_rate": [0.5, 0.5],
            "is_bought": [True, False],
        }
    )
    nobody = pa.table({"customer_id": [], "attribute": [], "value": []})
    with pytest.raises(InvalidTableError, match=f"customer_hash is of type {said}; hand in whole"):
        CategoryPreferences().fit(rows, nobody)
