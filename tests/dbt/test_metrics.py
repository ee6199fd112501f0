"""Every metric once more, naively, from the lists and what was bought after them."""

import math
from collections import defaultdict
from statistics import mean, stdev

import pytest
from sklearn.metrics import mean_absolute_error, mean_squared_error, ndcg_score

CUTOFFS = (5, 10, 20)
LISTS = ("discover", "buy_again", "next_basket")
RANKING_METRICS = ("ndcg", "precision", "recall", "map", "mrr", "hit_rate")


def measure(listed: list[str], relevant: set[str], k: int) -> dict[str, float]:
    """Return the six metrics of one list, each by its definition."""
    hits = [product in relevant for product in listed[:k]]
    places = [place for place, hit in enumerate(hits, start=1) if hit]
    best = min(k, len(relevant))
    return {
        "ndcg": sum(1 / math.log2(place + 1) for place in places)
        / sum(1 / math.log2(place + 1) for place in range(1, best + 1)),
        "precision": len(places) / k,
        "recall": len(places) / len(relevant),
        "map": sum(sum(hits[:place]) / place for place in places) / best,
        "mrr": 1 / places[0] if places else 0,
        "hit_rate": float(bool(places)),
    }


def test_the_definitions_by_hand():
    """Of three relevant products the first and the third place of five are hits."""
    by_hand = {
        "ndcg": (1 + 1 / 2) / (1 + 1 / math.log2(3) + 1 / 2),
        "precision": 2 / 5,
        "recall": 2 / 3,
        "map": (1 + 2 / 3) / 3,
        "mrr": 1,
        "hit_rate": 1,
    }
    assert measure(list("axcyz"), set("acd"), 5) == pytest.approx(by_hand)


@pytest.fixture(scope="module")
def relevant(query):
    """Return the products to find, by fold, list type and customer with a history."""
    found: dict = defaultdict(set)
    rows = query("""
        select fold, customer_id, product_id, is_new from intermediate.int_held_out
        inner join intermediate.int_folds using (fold)
        where has_history and purpose = 'judge'
    """)
    for fold, customer, product, is_new in rows:
        for list_type in ("next_basket", "discover" if is_new else "buy_again"):
            found[fold, list_type, customer].add(product)
    return found


@pytest.fixture(scope="module")
def lists(query):
    """Return every list of the judged folds, by fold, recommender, list type and customer.

    Of customers with a history: the others are judged apart.
    """
    ranked: dict = defaultdict(list)
    rows = query("""
        select fold, recommender, list_type, customer_id, product_id, rank
        from intermediate.int_ranked_lists inner join intermediate.int_folds using (fold)
        semi join intermediate.int_fold_customers using (fold, customer_id)
        where purpose = 'judge' order by all
    """)
    for *whose, product, _rank in sorted(rows, key=lambda row: row[-1]):
        ranked[tuple(whose)].append(product)
    return ranked


@pytest.fixture(scope="module")
def stored(query):
    """Return the stored metrics of everyone: value, interval and number of customers."""
    rows = query("""
        select fold, recommender, list_type, metric, k, value, ci_low, ci_high, customers
        from marts.model_metrics where segment_type = 'all' and segment = 'all'
    """)
    return {row[:5]: row[5:] for row in rows}


def test_every_ranking_metric_of_every_recommender(relevant, lists, stored):
    compared = 0
    for fold, recommender, list_type in {whose[:3] for whose in lists}:
        judged = [key for key in relevant if key[:2] == (fold, list_type)]
        for k in CUTOFFS:
            measured = [
                measure(lists[fold, recommender, list_type, key[2]], relevant[key], k)
                for key in judged
            ]
            for metric in RANKING_METRICS:
                values = [row[metric] for row in measured]
                value, low, high, customers = stored[fold, recommender, list_type, metric, k]
                assert customers == len(judged)
                assert value == pytest.approx(mean(values), abs=1e-9)
                # resampling customers gives about the interval of the normal distribution
                error = stdev(values) / math.sqrt(len(values))
                assert low - 1e-9 <= value <= high + 1e-9
                assert error < high - low < 5 * error or error == pytest.approx(
                    high - low, abs=1e-9
                )
                compared += 1
    kept = [key for key in stored if key[2] in LISTS and key[3] in RANKING_METRICS]
    assert compared == len(kept) > 9 * 2 * len(CUTOFFS) * len(RANKING_METRICS)


def test_ndcg_agrees_with_scikit_learn(query, relevant, lists, stored):
    """It ranks a whole catalogue: what isn't listed follows, what should have been listed last."""
    rows = query("""
        select product_id from intermediate.int_fold_products
        inner join intermediate.int_folds using (fold) where purpose = 'judge' and in_catalogue
    """)
    catalogue = {row[0] for row in rows}
    compared = 0
    for fold, recommender, list_type in {whose[:3] for whose in lists}:
        for k in CUTOFFS:
            values = []
            for key in (key for key in relevant if key[:2] == (fold, list_type)):
                listed = lists[fold, recommender, list_type, key[2]]
                missed = relevant[key] - set(listed)
                others = catalogue - set(listed) - missed
                if missed and len(listed) + len(others) < k:
                    break  # among so few products the missed ones would count as listed
                order = [*listed, *others, *missed]
                truth = [product in relevant[key] for product in order]
                values.append(ndcg_score([truth], [range(len(order), 0, -1)], k=k))
            else:
                value, *_ = stored[fold, recommender, list_type, "ndcg", k]
                assert value == pytest.approx(mean(values), abs=1e-9)
                compared += 1
    assert compared > 2 * 9 * len(LISTS)


def test_coverage_is_the_share_of_the_catalogue_in_anyone_s_list(query, lists, stored):
    products = dict(
        query("""
        select fold, count(*) from intermediate.int_fold_products where in_catalogue group by 1
    """)
    )
    covered = {key: row for key, row in stored.items() if key[3] == "coverage"}
    assert len(covered) == len({whose[:3] for whose in lists}) * len(CUTOFFS)
    for (fold, recommender, list_type, _, k), (value, low, high, _) in covered.items():
        shown = {
            product
            for whose, listed in lists.items()
            if whose[:3] == (fold, recommender, list_type)
            for product in listed[:k]
        }
        assert value == pytest.approx(len(shown) / products[fold], abs=1e-12)
        assert (low, high) == (None, None)


def test_every_regular_is_judged_on_every_list(stored):
    customers = {(key[2], row[3]) for key, row in stored.items()}
    assert customers == {(list_type, 12) for list_type in (*LISTS, "product_page")}


def test_rating_errors_agree_with_scikit_learn(query):
    predictions = query("""
        select fold, recommender, how, rating, predicted_rating
        from intermediate.int_rating_predictions
    """)
    pairs: dict = defaultdict(lambda: ([], []))
    for *what, rating, predicted in predictions:
        pairs[tuple(what)][0].append(rating)
        pairs[tuple(what)][1].append(predicted)
    rows = query("""
        select fold, recommender, how, metric, value, ci_low, ci_high, ratings
        from marts.rating_metrics
    """)
    assert len(rows) == 2 * len(pairs) >= 4
    for *what, metric, value, low, high, ratings in rows:
        true, predicted = pairs[tuple(what)]
        expected = {
            "rmse": math.sqrt(mean_squared_error(true, predicted)),
            "mae": mean_absolute_error(true, predicted),
        }[metric]
        assert value == pytest.approx(expected, abs=1e-9)
        assert low < value < high
        assert ratings == len(true) > 10
        assert all(1 <= rating <= 5 for rating in predicted)


def test_champions_follow_the_gate(query, stored):
    """The hybrid serves where it is significantly better than the best simple recommender."""
    rows = query("""
        select list_type, recommender, metric, k, value, baseline, difference, ci_low, ci_high, why
        from marts.champions order by 1
    """)
    [(fold,)] = query("select fold from intermediate.int_folds where purpose = 'judge'")
    assert [row[0] for row in rows] == sorted(LISTS)
    for list_type, recommender, metric, k, value, baseline, difference, low, high, why in rows:
        assert (metric, k) == ("ndcg", 10)
        assert value == pytest.approx(stored[fold, recommender, list_type, metric, k][0], abs=1e-9)
        others = {
            name: stored[fold, name, list_type, metric, k][0]
            for name in ("popularity", "buy_again")
            if (fold, name, list_type, metric, k) in stored
        }
        assert others[baseline] == max(others.values())
        assert difference == pytest.approx(value - others[baseline], abs=1e-9)
        assert low <= difference <= high
        margin = query(
            """
            select ci_low, ci_high from intermediate.int_metric_intervals
            where segment_type = 'all' and recommender = 'hybrid'
                and (fold, list_type, metric, k, baseline) = (?, ?, ?, ?, ?)
            """,
            *(fold, list_type, metric, k, baseline),
        )
        [(least, most)] = margin
        assert recommender == ("hybrid" if least > 0 else baseline)
        words = "better than" if least > 0 else "worse than" if most < 0 else "not significantly"
        assert f"hybrid is {words}" in why
    assert {row[1] for row in rows} > {"hybrid"}  # some serve, some don't


def test_champions_serve_whoever_has_a_history(query):
    rows = query("""
        select distinct list.list_type, list.recommender, champions.recommender
        from marts.recommendations as list inner join marts.champions using (list_type)
        where list.rank = 1 and list.customer_id <> 'visitor'
    """)
    assert len(rows) == 3
    assert all(served == champion for _, served, champion in rows)
