"""EASE equals the closed form it stands for, whichever matrix it inverts."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.data.interactions import Interactions
from recsys.errors import CatalogueTooLargeError, InvalidParameterError
from recsys.recommenders.ease import EASE

TRANSFORMS = {
    "sqrt": np.sqrt,
    "log": lambda weights: np.log(1 + weights),
    "binary": lambda weights: (weights > 0).astype(float),
    "none": lambda weights: weights,
}


def random_interactions(seed, n_customers, n_products):
    random = np.random.default_rng(seed)
    weights = random.gamma(1, 2, (n_customers, n_products))
    weights[random.random(weights.shape) < 0.7] = 0
    weights[0, :] = 1  # everybody and everything is there
    weights[:, 0] = 1
    customers, products = np.nonzero(weights)
    return Interactions.from_table(
        pa.table(
            {
                "customer_id": customers,
                "product_id": products,
                "weight": weights[customers, products],
            }
        )
    )


def closed_form(weights, regularization, counts=1.0):
    """Steck's equation (8): B = 1 - P / diag(P), P = the inverse of XᵀX + λ.

    Or of XᵀCX + λ, with what each customer counts on the diagonal of C.
    """
    gram = (weights.T * counts) @ weights
    inverse = np.linalg.inv(gram + regularization * np.eye(weights.shape[1]))
    return np.eye(weights.shape[1]) - inverse / np.diag(inverse)


SHAPES = [(60, 20), (20, 60), (30, 30)]


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("shape", SHAPES)
def test_scores_equal_the_closed_form(shape, transform):
    interactions = random_interactions(1, *shape)
    model = EASE(regularization=5, transform=transform).fit(interactions)
    weights = TRANSFORMS[transform](interactions.weights.toarray())
    expected = weights @ closed_form(weights, 5)
    scores = model.score(np.arange(interactions.n_customers))
    np.testing.assert_allclose(scores, expected, atol=2e-5 * weights.max())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("discount", [0.5, 1])
def test_active_customers_count_less_when_fitting(shape, discount):
    interactions = random_interactions(8, *shape)
    weights = interactions.weights.toarray()
    products = (weights > 0).sum(axis=1)
    counts = (products.mean() / products) ** discount
    expected = weights @ closed_form(weights, 5, counts)
    model = EASE(regularization=5, transform="none", activity_discount=discount).fit(interactions)
    scores = model.score(np.arange(len(weights)))
    np.testing.assert_allclose(scores, expected, atol=2e-5 * weights.max())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("discount", [0.2, 1])
def test_popular_products_weigh_less(shape, discount):
    """Scaled columns are a λ per product, n to twice the power, and scores divided by n to it."""
    interactions = random_interactions(9, *shape)
    weights = interactions.weights.toarray()
    customers = (weights > 0).sum(axis=0)
    scale = (customers / customers.mean()) ** discount
    inverse = np.linalg.inv(weights.T @ weights + 5 * np.diag(scale**2))
    expected = weights @ (np.eye(len(scale)) - inverse / np.diag(inverse)) / scale
    model = EASE(regularization=5, transform="none", popularity_discount=discount)
    scores = model.fit(interactions).score(np.arange(len(weights)))
    np.testing.assert_allclose(scores, expected, atol=2e-5 * (weights / scale).max())


@pytest.mark.parametrize("shape", SHAPES)
def test_a_fading_profile_asks_the_same_model(shape):
    known = random_interactions(6, *shape)
    rows, columns = known.seen.nonzero()
    days = np.random.default_rng(7).permutation(len(rows))  # no two at the same time
    table = pa.table(
        {
            "customer_id": known.customer_ids.take(pa.array(rows)),
            "product_id": known.product_ids.take(pa.array(columns)),
            "weight": known.weights.data,
            "last_at": pa.array(days.astype("datetime64[D]")),
        }
    )
    interactions = Interactions.from_table(table)
    roots = np.sqrt(interactions.weights.toarray())
    met = np.zeros(roots.shape)
    met[rows, columns] = days + 1
    later = (met[:, None, :] > met[:, :, None]).sum(axis=2)  # products the customer met after it
    expected = (roots * 0.5 ** (later / 4)) @ closed_form(roots, 5)
    model = EASE(regularization=5, profile_half_life=4).fit(interactions)
    np.testing.assert_allclose(model.score(np.arange(len(roots))), expected, atol=1e-4)


def test_no_product_predicts_itself_but_for_the_repeat_weight():
    interactions = random_interactions(2, 60, 20)
    model = EASE(regularization=5).fit(interactions)
    assert (model.between_products_.diagonal() == 0).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_customer_has_adds_its_weight(shape):
    interactions = random_interactions(2, *shape)
    everyone = np.arange(interactions.n_customers)
    without = EASE(regularization=5).fit(interactions).score(everyone)
    scores = EASE(regularization=5, repeat_weight=2.5).fit(interactions).score(everyone)
    roots = np.sqrt(interactions.weights.toarray())
    np.testing.assert_allclose(scores, without + 2.5 * roots, atol=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_scoring_block_by_block_is_scoring_at_once(shape, monkeypatch):
    interactions = random_interactions(3, *shape)
    everyone = np.arange(interactions.n_customers)
    at_once = EASE(regularization=5).fit(interactions).score(everyone)
    monkeypatch.setattr("recsys.ranking.top_k.BLOCK_BYTES", 8 * 60 * 7)
    in_blocks = EASE(regularization=5).fit(interactions)
    np.testing.assert_allclose(in_blocks.score(everyone), at_once, atol=1e-5)
    np.testing.assert_allclose(in_blocks.score(everyone[3:4]), at_once[3:4], atol=1e-5)


def test_alike_products_tie_exactly():
    """x, y and z were bought by the same customers, to whom the rest says nothing."""
    rows = [(f"c{n}", product) for n in range(7) for product in "xyz"]
    rows += [(f"c{n}", f"p{n % 3}") for n in range(10)]
    table = pa.table({"customer_id": [r[0] for r in rows], "product_id": [r[1] for r in rows]})
    interactions = Interactions.from_table(table)
    scores = EASE(regularization=0.7).fit(interactions).score(np.arange(7, 10))
    x, y, z = interactions.product_index(["x", "y", "z"])
    np.testing.assert_array_equal(scores[:, x], scores[:, y])
    np.testing.assert_array_equal(scores[:, x], scores[:, z])


def test_who_and_what_has_no_weight_has_no_score():
    table = pa.table(
        {
            "customer_id": ["ann", "ann", "bob", "cat"],
            "product_id": ["tea", "jam", "tea", "gift"],
            "weight": [1.0, 1.0, 1.0, 0.0],
        }
    )
    interactions = Interactions.from_table(table)
    scores = EASE(regularization=1).fit(interactions).score(np.arange(3))
    assert np.isnan(scores[2]).all()  # cat
    assert np.isnan(scores[:, interactions.product_index(["gift"])]).all()
    assert np.isfinite(scores[:2][:, interactions.product_index(["tea", "jam"])]).all()


def test_a_catalogue_beyond_the_limit_is_refused_or_cut_to_the_most_popular():
    interactions = random_interactions(4, 60, 20)
    with pytest.raises(CatalogueTooLargeError, match=r"60 customers or 20 products.*item_knn"):
        EASE(max_products=19).fit(interactions)
    cut = EASE(regularization=5, max_products=19, beyond_max="most_popular").fit(interactions)
    weights = np.sqrt(interactions.weights.toarray()[:, :19])
    scores = cut.score(np.arange(60))
    np.testing.assert_allclose(scores[:, :19], weights @ closed_form(weights, 5), atol=1e-4)
    assert np.isnan(scores[:, 19:]).all()


def test_few_customers_may_have_any_number_of_products():
    EASE(max_products=25).fit(random_interactions(5, 25, 200))


def test_too_little_regularization_for_the_precision_is_named():
    customers, products = np.divmod(np.arange(400), 20)
    table = pa.table({"customer_id": customers, "product_id": products, "weight": [1e6] * 400})
    with pytest.raises(InvalidParameterError, match="regularization is too small"):
        EASE(regularization=1e-6, transform="none").fit(Interactions.from_table(table))
