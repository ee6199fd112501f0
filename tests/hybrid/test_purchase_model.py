"""Purchase probabilities: as good as data with known probabilities allow, and true as such."""

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

from recsys.errors import InvalidParameterError, InvalidTableError, NotFittedError
from recsys.hybrid.calibration import LEAST
from recsys.hybrid.examples import Examples
from recsys.hybrid.linear_odds import Columns, LinearOdds
from recsys.hybrid.model_bytes import from_bytes, to_bytes
from recsys.hybrid.purchase_model import IMPORTANCE_PAIRS, PurchaseModel
from recsys.trees.contributions import Contributions

# what the forests do; tests/hybrid/test_linear_odds.py has the regressions
SMALL = {
    "max_trees": 60,
    "learning_rate": 0.1,
    "min_pairs_per_leaf": 50,
    "max_features": 0.5,  # of three
    "linear_share": 0,
}
FEW_TREES = SMALL | {"max_trees": 10, "max_features": 1.0}


def shop(seed: int, pairs: int = 8000) -> tuple[Examples, np.ndarray]:
    """Return pairs whose purchases are drawn with known probabilities, and these.

    The first feature decides on a step, the second on a slope where there is a value at all; the
    third says nothing.
    """
    generator = np.random.default_rng(seed)
    features = generator.random((pairs, 3)).astype(np.float32)
    features[generator.random(pairs) < 0.3, 1] = np.nan
    log_odds = -2.5 + 2 * (features[:, 0] > 0.6) + 1.5 * np.nan_to_num(features[:, 1])
    probability = expit(log_odds)
    return Examples(features, generator.random(pairs) < probability, np.ones(pairs)), probability


@pytest.fixture(scope="module")
def fitted() -> PurchaseModel:
    return PurchaseModel(**SMALL).fit(shop(1)[0], shop(2)[0])


@pytest.fixture(scope="module")
def unseen() -> tuple[Examples, np.ndarray]:
    return shop(3, pairs=40_000)


def test_log_loss_is_close_to_the_least_that_any_model_can_reach(fitted, unseen):
    examples, probability = unseen
    bought = examples.is_bought
    least = log_loss(bought, probability)
    nothing_learned = log_loss(bought, np.full(len(bought), bought.mean()))
    reached = log_loss(bought, fitted.predict(examples.features))
    assert nothing_learned - least > 0.05
    assert reached - least < 0.1 * (nothing_learned - least)


def test_probabilities_add_up_to_what_is_bought(fitted, unseen):
    """In each fifth by probability, within four standard errors of a sum and a twentieth of it.

    The twentieth is for having calibrated on a sample of 8,000 pairs.
    """
    examples, _ = unseen
    predicted = fitted.predict(examples.features)
    for part in np.array_split(np.argsort(predicted, kind="stable"), 5):
        expected, actual = predicted[part].sum(), examples.is_bought[part].sum()
        error = np.sqrt((predicted[part] * (1 - predicted[part])).sum())
        assert abs(actual - expected) < 4 * error + 0.05 * expected


def test_a_pair_that_stands_for_many_weighs_as_much():
    """Of those not bought a quarter is kept, each for four: the probabilities stay those of all."""
    generator = np.random.default_rng(4)

    def sampled(seed: int) -> Examples:
        every, _ = shop(seed, pairs=24_000)
        kept = every.is_bought | (generator.random(len(every)) < 0.25)
        weight = np.where(every.is_bought, 1.0, 4.0)
        return Examples(every.features[kept], every.is_bought[kept], weight[kept])

    model = PurchaseModel(**SMALL).fit(sampled(1), sampled(2))
    examples, _ = shop(3, pairs=40_000)
    predicted = model.predict(examples.features)
    assert predicted.mean() == pytest.approx(examples.is_bought.mean(), rel=0.05)


def test_importance_tells_what_decides(fitted):
    step, slope, nothing = fitted.importances_
    assert step > slope > 0.005
    assert abs(nothing) < 0.004  # chance, among the 4,000 pairs that are shuffled


def test_what_is_linear_is_learned_better_with_regressions_beside_the_forests(unseen):
    """Of few pairs whose log odds are a sum of logarithms, a forest alone makes steps."""

    def drawn(seed: int, pairs: int) -> Examples:
        generator = np.random.default_rng(seed)
        features = generator.lognormal(size=(pairs, 3)).astype(np.float32)
        probability = expit(np.log(features).sum(axis=1) - 1)
        return Examples(features, generator.random(pairs) < probability, np.ones(pairs))

    parts, asked = (drawn(1, 1500), drawn(2, 1500)), drawn(3, 20_000)
    losses = []
    for share in (0.0, 0.5):
        model = PurchaseModel(**SMALL | {"linear_share": share}).fit(*parts)
        losses.append(log_loss(asked.is_bought, model.predict(asked.features)))
    assert losses[1] < losses[0] - 0.005


def test_of_many_features_those_that_say_something_are_read(unseen):
    """Forty columns of noise beside the two that decide: six are read, these two among them."""

    def with_noise(examples: Examples, seed: int) -> Examples:
        noise = np.random.default_rng(seed).random((len(examples), 40)).astype(np.float32)
        return examples.with_features(
            np.column_stack([noise[:, :20], examples.features[:, :2], noise[:, 20:]])
        )

    examples, probability = unseen
    parts = [with_noise(shop(seed)[0], 10 + seed) for seed in (1, 2)]
    fitted = PurchaseModel(**SMALL, most_features=6).fit(*parts)
    read = np.flatnonzero(fitted.importances_)
    assert {20, 21} <= set(read.tolist())
    assert len(read) <= 2 * 6  # of both halves
    bought = examples.is_bought
    nothing_learned = log_loss(bought, np.full(len(bought), bought.mean()))
    reached = log_loss(bought, fitted.predict(with_noise(examples, 13).features))
    least = log_loss(bought, probability)
    assert reached - least < 0.1 * (nothing_learned - least)


def test_it_is_the_same_every_time_with_any_number_of_threads(unseen):
    features = unseen[0].features[:1000]

    def fit(threads: int) -> tuple[int, list[float], list[float]]:
        with threadpool_limits(threads):
            model = PurchaseModel(**FEW_TREES).fit(shop(1, 2000)[0], shop(2, 2000)[0])
        return model.trees_, model.importances_.tolist(), model.predict(features).tolist()

    assert fit(1) == fit(1) == fit(2)


@pytest.mark.parametrize("value", [7.0, np.nan], ids=["constant", "missing"])
def test_a_column_that_says_nothing_changes_nothing(unseen, value):
    def widened(features: np.ndarray) -> np.ndarray:
        return np.hstack([np.full((len(features), 1), value, np.float32), features])

    parts = [shop(1, 2000)[0], shop(2, 2000)[0]]
    wide_parts = [Examples(widened(p.features), p.is_bought, p.weight) for p in parts]
    narrow = PurchaseModel(**FEW_TREES).fit(*parts)
    wide = PurchaseModel(**FEW_TREES).fit(*wide_parts)
    features = unseen[0].features
    assert wide.importances_[0] == 0
    assert np.array_equal(wide.predict(widened(features)), narrow.predict(features))


def test_a_column_missing_in_one_of_the_parts_is_left_out():
    """A recommender new in the later fold can't be a feature of the earlier one's trees."""
    earlier, later = shop(1, 2000)[0], shop(2, 2000)[0]
    earlier.features[:, 2] = np.nan
    model = PurchaseModel(**FEW_TREES).fit(earlier, later)
    assert model.used_.tolist() == [0, 1]
    assert model.importances_[2] == 0


def test_a_model_survives_being_written_down(fitted, unseen):
    features = unseen[0].features
    read = from_bytes(to_bytes(fitted))
    assert np.array_equal(read.predict(features), fitted.predict(features))


def test_a_fitted_model_needs_nothing_of_scikit_learn(fitted):
    """A model in a database outlives the version that it was learned with."""
    assert b"sklearn" not in to_bytes(fitted)
    with_regressions = PurchaseModel(**FEW_TREES | {"linear_share": 0.5})
    assert b"sklearn" not in to_bytes(with_regressions.fit(shop(1)[0], shop(2)[0]))


def test_blocks_and_memory_order_change_nothing(fitted, unseen):
    features = unseen[0].features[:5000]
    expected = fitted.predict(features)
    alone = [fitted.predict(features[[pair]])[0] for pair in (0, 1023, 1024, 4999)]
    assert alone == pytest.approx(expected[[0, 1023, 1024, 4999]], rel=1e-12)
    assert np.array_equal(fitted.predict(np.asfortranarray(features)), expected)


def test_probabilities_are_never_certain(fitted, unseen):
    predicted = fitted.predict(unseen[0].features)
    assert predicted.dtype == np.float64
    assert predicted.shape == (len(unseen[0]),)
    assert predicted.min() >= LEAST
    assert predicted.max() <= 1 - LEAST


def test_of_no_pairs_there_are_no_probabilities(fitted):
    assert fitted.predict(np.empty((0, 3), np.float32)).shape == (0,)


def test_unfitted_it_predicts_nothing():
    with pytest.raises(NotFittedError, match="call fit first"):
        PurchaseModel().predict(np.zeros((1, 3), np.float32))


@pytest.mark.parametrize(("part", "bought"), [(0, False), (1, False), (0, True), (1, True)])
def test_without_both_kinds_of_pairs_there_is_nothing_to_learn(part, bought):
    parts = [shop(1, pairs=200)[0], shop(2, pairs=200)[0]]
    parts[part].is_bought[:] = bought
    with pytest.raises(InvalidTableError) as error:
        PurchaseModel(**SMALL).fit(*parts)
    name = ["earlier", "later"][part]
    assert f"{200 if bought else 0} of 200 {name} pairs were bought" in str(error.value)


def test_what_turns_into_its_opposite_is_no_use():
    """In the later pairs the feature that brought purchases keeps them away."""
    generator = np.random.default_rng(5)
    parts = []
    for sign in (1, -1):
        features = generator.normal(size=(4000, 1)).astype(np.float32)
        bought = generator.random(4000) < expit(3 * sign * features[:, 0])
        parts.append(Examples(features, bought, np.ones(4000)))
    with pytest.raises(InvalidTableError, match="no better than chance"):
        PurchaseModel(**SMALL).fit(*parts)


def test_shares_have_all_that_was_bought_and_stand_for_all_that_wasn_t():
    examples, _ = shop(5)
    shares = [examples.share(number, 3) for number in range(3)]
    bought = examples.features[examples.is_bought]
    for share in shares:
        assert np.array_equal(share.features[share.is_bought], bought, equal_nan=True)
    others = np.concatenate([share.features[~share.is_bought] for share in shares])
    expected = examples.features[~examples.is_bought]
    order = np.lexsort(others.T), np.lexsort(expected.T)
    assert np.array_equal(others[order[0]], expected[order[1]], equal_nan=True)
    for share in shares:
        assert share.weight[share.is_bought].sum() == examples.is_bought.sum()
        missing = share.weight[~share.is_bought].sum() - (~examples.is_bought).sum()
        assert abs(missing) < 3


def test_a_stratified_sample_has_pairs_of_both_kinds_and_stands_for_all():
    examples, _ = shop(5)
    few_bought = Examples(examples.features, np.arange(8000) % 200 == 1, np.linspace(1, 3, 8000))
    for of_shop in (examples, few_bought):
        sample = of_shop.stratified(100)
        assert 0 < sample.is_bought.sum() <= 50
        assert 0 < (~sample.is_bought).sum() <= 50
        for kind in (True, False):
            stands_for = sample.weight[sample.is_bought == kind].sum()
            assert abs(stands_for / of_shop.weight[of_shop.is_bought == kind].sum() - 1) < 0.05
    everything = few_bought.stratified(100_000)
    assert everything.weight.sum() == pytest.approx(few_bought.weight.sum())
    assert len(everything) == 8000


def test_importances_need_no_luck_where_few_were_bought():
    """Of evenly spaced pairs, as many as are looked at, none was bought."""
    examples, _ = shop(6, pairs=20_000)
    step = 20_000 // IMPORTANCE_PAIRS
    few = Examples(examples.features, np.arange(20_000) % (step * 6) == 1, np.ones(20_000))
    assert not few.every(step).is_bought.any()
    few.features[:, 0] += few.is_bought
    model = PurchaseModel(**FEW_TREES).fit(few, few)
    assert model.importances_.argmax() == 0


def test_halves_are_the_first_and_the_second():
    examples = Examples(
        np.arange(10, dtype=np.float32).reshape(5, 2),
        np.array([True, False, False, True, False]),
        np.array([1.0, 2.0, 3.0, 4.0, 5.0]),
    )
    first, second = examples.halves()
    assert (len(first), len(second)) == (2, 3)
    assert first.features.tolist() == [[0, 1], [2, 3]]
    assert second.is_bought.tolist() == [False, True, False]
    assert second.weight.tolist() == [3, 4, 5]
    both = Examples.concatenated([first, second])
    assert np.array_equal(both.features, examples.features)
    assert np.array_equal(both.is_bought, examples.is_bought)
    assert np.array_equal(both.weight, examples.weight)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", 0),
        ("learning_rate", 1.5),
        ("max_trees", 0),
        ("forests_per_half", 0),
        ("most_features", 0),
        ("max_leaf_nodes", 1),
        ("min_pairs_per_leaf", 0),
        ("max_features", 0),
        ("max_features", 1.1),
        ("l2_regularization", -1),
        ("linear_share", 1.1),
        ("linear_regularization", 0),
        ("random_state", -1),
    ],
)
def test_a_parameter_out_of_range_is_named(name, value):
    with pytest.raises(InvalidParameterError, match=f"{name} is {value}"):
        PurchaseModel(**{name: value})


def test_it_takes_the_most_trees_that_are_nearly_as_good_as_the_best():
    """Log loss of each number of trees by scikit-learn, of trees grown alike."""
    earlier, later = shop(1, 2000)[0], shop(2, 2000)[0]
    parameters = SMALL | {"max_trees": 100, "max_features": 1.0}
    chosen = PurchaseModel(**parameters).fit(earlier, later).trees_
    losses = []
    for learned_from, unseen in ((earlier, later), (later, earlier)):
        trees = HistGradientBoostingClassifier(
            learning_rate=SMALL["learning_rate"],
            max_iter=100,
            max_leaf_nodes=PurchaseModel.max_leaf_nodes,
            min_samples_leaf=20,
            l2_regularization=PurchaseModel.l2_regularization,
            early_stopping=False,
        ).fit(learned_from.features, learned_from.is_bought)
        staged = trees.staged_predict_proba(unseen.features)
        losses.append([log_loss(unseen.is_bought, probability) for probability in staged])
    loss = np.mean(losses, axis=0)  # the two have as many pairs
    tens = range(10, 101, 10)
    best = min(tens, key=lambda number: loss[number - 1])
    most = 1.01 * loss[best - 1]
    assert best < chosen == max(number for number in tens if loss[number - 1] <= most)


def test_a_feature_that_hardly_any_pair_has_is_left_out():
    """Bins are made from 200,000 pairs: a feature missing in all of them has none."""
    generator = np.random.default_rng(5)
    pairs = 260_000
    features = np.full((pairs, 2), np.nan, np.float32)
    features[:, 0] = generator.random(pairs)
    features[:3, 1] = 1
    bought = generator.random(pairs) < features[:, 0] / 10
    examples = Examples(features, bought, np.ones(pairs))
    for seed in range(3):
        model = PurchaseModel(max_trees=2, linear_share=0, random_state=seed).fit(
            examples, examples
        )
        assert model.used_.tolist() == [0]


def test_the_loss_is_that_of_the_probabilities_of_pairs_each_half_has_not_learned_from():
    """With one size of forest there is nothing to choose: scikit-learn's calibration and loss."""
    generator = np.random.default_rng(5)
    halves = []
    for _ in range(2):
        features = generator.uniform(0.01, 1, (1000, 3)).astype(np.float32)
        is_bought = generator.random(1000) < features[:, 0]
        halves.append(Examples(features, is_bought, generator.uniform(1, 3, 1000)))
    model = PurchaseModel(max_trees=10, forests_per_half=1, linear_share=0.25)
    model.fit(*halves)
    log_odds = []
    for forests, learned, unseen in zip(model.halves_, halves, halves[::-1], strict=True):
        said = forests[0].trees.log_odds(unseen.features)
        linear = LinearOdds.of(learned, model.used_, Columns(), model.linear_regularization)
        log_odds.append(linear.averaged(said, unseen.features, 0.25))
    bought = np.concatenate([part.is_bought for part in halves[::-1]])
    weight = np.concatenate([part.weight for part in halves[::-1]])
    stacked = np.concatenate(log_odds)[:, None]
    calibrated = LogisticRegression(C=np.inf).fit(stacked, bought, weight).predict_proba(stacked)
    expected = log_loss(bought, calibrated, sample_weight=weight)
    assert model.loss_ == pytest.approx(expected, rel=1e-6)
    assert expected < log_loss(bought, expit(stacked.ravel()), sample_weight=weight)


def test_regressions_of_both_parts_speak_alike():
    parts = [shop(1, 2000)[0], shop(2, 2000)[0]]
    features = shop(3, 500)[0].features
    model = PurchaseModel(**FEW_TREES | {"linear_share": 1.0})
    found = model.fit(*parts).predict(features)
    nothing = np.zeros(len(features))
    regressions = [
        LinearOdds.of(part, np.arange(3), Columns(), model.linear_regularization) for part in parts
    ]
    expected = np.mean([one.averaged(nothing, features, 1.0) for one in regressions], axis=0)
    # calibration is a straight line in log odds
    line = np.polyfit(expected, logit(found), 1)
    assert np.allclose(np.polyval(line, expected), logit(found), atol=1e-6)


@pytest.mark.parametrize("linear_share", [0, 0.4, 1])
def test_contributions_add_up_to_the_log_odds_of_the_probability(linear_share, unseen):
    """Also where new products have another regression and another line of calibration."""
    columns = Columns(is_new=3)
    parts = []
    for seed in (1, 2):
        examples, _ = shop(seed)
        is_new = np.random.default_rng(seed).random(len(examples)) < 0.5
        parts.append(examples.with_features(np.column_stack([examples.features, is_new])))
    model = PurchaseModel(**FEW_TREES | {"linear_share": linear_share})
    model.fit(*parts, columns=columns)
    features = parts[0].features[:300]
    found = model.contributions(features)
    probability = model.predict(features)
    assert (probability > LEAST).all()
    assert found.base + found.of_features.sum(axis=1) == pytest.approx(logit(probability), abs=1e-9)
    assert (np.abs(found.of_features[:, 0]) > 0.01).all()


def test_contributions_of_regressions_are_their_terms():
    """One feature: coefficient times each standardised term, by scikit-learn's own pipeline."""
    examples, _ = shop(1)
    linear = LinearOdds.of(examples, np.array([0, 1]), Columns(), 10.0)
    [regression, _] = linear.regressions
    nothing = Contributions(np.zeros(5), np.zeros((5, 3)))
    features = examples.features[:5]
    found = linear.contributions(nothing, features, 1.0)
    assert found.base == pytest.approx([regression.intercept] * 5)
    assert found.of_features[:, 2].tolist() == [0] * 5
    for feature in (0, 1):
        value = features[:, feature]
        log = np.log(np.clip(np.nan_to_num(value, nan=1.0), 1e-3, 1e30))
        terms = np.array([log, log**2, np.ones(5)]) * ~np.isnan(value)
        standardised = (terms - regression.mean[:, [feature]]) / regression.deviation[:, [feature]]
        wanted = regression.coefficient[:, feature] @ np.clip(standardised, -10, 10)
        assert found.of_features[:, feature] == pytest.approx(wanted, rel=1e-6)


def test_contributions_need_a_fitted_model():
    with pytest.raises(NotFittedError, match="call fit first"):
        PurchaseModel().contributions(np.zeros((1, 3)))
