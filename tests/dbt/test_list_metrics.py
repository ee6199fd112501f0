"""What lists are like, product pages, segments and verdicts once more, naively."""

import math
from collections import defaultdict
from itertools import combinations
from statistics import mean

import duckdb
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from recsys.data.interactions import Interactions
from recsys.recommenders.content import Content

CUTOFFS = (5, 10, 20)
PAGE_CUTOFFS = (5, 10)


@pytest.fixture(scope="module")
def fold(query):
    [(fold,)] = query("select fold from intermediate.int_folds where purpose = 'judge'")
    return fold


@pytest.fixture(scope="module")
def judged(query, fold):
    """Return every judged list, empty ones too, by recommender, list type and customer."""
    rows = query("""
        select distinct recommender, list_type, customer_id from intermediate.int_customer_metrics
    """)
    lists = {row: [] for row in rows}
    for *whose, product, _rank in query(
        """
        select recommender, list_type, customer_id, product_id, rank
        from intermediate.int_ranked_lists where fold = ? order by rank
        """,
        fold,
    ):
        if tuple(whose) in lists:
            lists[tuple(whose)].append(product)
    return lists


@pytest.fixture(scope="module")
def measured(query):
    """Return every customer's metrics, by recommender, list type, customer, metric and k."""
    rows = query("""
        select recommender, list_type, customer_id, metric, k, value
        from intermediate.int_judged_metrics
    """)
    found = {row[:5]: row[5] for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture(scope="module")
def stored(query):
    rows = query("""
        select recommender, list_type, segment_type, segment, metric, k,
            value, ci_low, ci_high, customers
        from marts.model_metrics
    """)
    return {row[:6]: row[6:] for row in rows}


@pytest.fixture(scope="module")
def purchases(query):
    return query("""
        select customer_id, product_id, order_id, purchased_at, amount
        from marts.purchases where not is_return and customer_id is not null and amount > 0
    """)


@pytest.fixture(scope="module")
def window(query, fold):
    """Return the cut-off and the end of the judged fold's label window."""
    [ends] = query("select cutoff_at, label_until from intermediate.int_folds where fold = ?", fold)
    return ends


@pytest.fixture(scope="module")
def catalogue(query, fold):
    return {
        row[0]
        for row in query(
            "select product_id from intermediate.int_fold_products where fold = ? and in_catalogue",
            fold,
        )
    }


@pytest.fixture(scope="module")
def buyers(purchases, window, catalogue):
    """Return who bought each product of the catalogue before the cut-off."""
    found = {product: set() for product in catalogue}
    for customer, product, _, at, _ in purchases:
        if product in catalogue and at < window[0]:
            found[product].add(customer)
    return found


@pytest.fixture(scope="module")
def baskets(purchases, window, catalogue):
    """Return the catalogue's products in each held-out basket, by customer and order."""
    found = defaultdict(set)
    for customer, product, order, at, _ in purchases:
        if window[0] <= at < window[1] and product in catalogue:
            found[customer, order].add(product)
    return found


def compare(judged, measured, metric, expected):
    """Compare with what `expected` measures of the first k products of a customer's list."""
    compared = 0
    for (recommender, list_type, customer), products in judged.items():
        for k in CUTOFFS:
            value = expected(customer, products[:k])
            found = measured.get((recommender, list_type, customer, metric, k))
            assert found == (None if value is None else pytest.approx(value, abs=1e-9))
            compared += value is not None
    assert compared == len([key for key in measured if key[3] == metric]) > 500


def test_novelty_is_self_information(judged, measured, buyers):
    customers = len(set().union(*buyers.values()))

    def novelty(_, products):
        bits = [-math.log2(len(buyers[product]) / customers) for product in products]
        return mean(bits) if bits else None

    compare(judged, measured, "novelty", novelty)


def test_popularity_bias_is_a_mean_percentile(judged, measured, buyers):
    def percentile(product):
        below = sum(len(other) < len(buyers[product]) for other in buyers.values())
        return below / (len(buyers) - 1)

    def bias(_, products):
        return mean(map(percentile, products)) if products else None

    compare(judged, measured, "popularity_bias", bias)


def test_revenue_is_what_the_hits_cost(judged, measured, purchases, window):
    paid = defaultdict(float)
    for customer, product, _, at, amount in purchases:
        if window[0] <= at < window[1]:
            paid[customer, product] += float(amount)

    compare(
        judged,
        measured,
        "revenue",
        lambda customer, products: sum(paid[customer, product] for product in products),
    )
    assert any(value > 0 for key, value in measured.items() if key[3] == "revenue")


def test_diversity_is_one_minus_the_mean_cosine(judged, measured, fold, tiny_database):
    with duckdb.connect(tiny_database, read_only=True) as connection:
        rows = connection.sql(
            "select customer_id, product_id, weight from intermediate.int_training_rows "
            "where fold = ?",
            params=[fold],
        ).to_arrow_table()
        texts = connection.sql(
            "select * exclude (fold) from intermediate.int_product_texts where fold = ?",
            params=[fold],
        ).to_arrow_table()
    content = Content().fit(Interactions.from_table(rows), texts)
    ids = content.interactions_.product_ids.to_pylist()
    cosines = cosine_similarity(content.vectors_.astype("float64"))
    has_text = content.vectors_.astype(bool).sum(axis=1) > 0

    def diversity(_, products):
        columns = [ids.index(product) for product in products]
        pairs = list(combinations([column for column in columns if has_text[column]], 2))
        return 1 - mean(float(cosines[pair]) for pair in pairs) if pairs else None

    compare(judged, measured, "diversity", diversity)


def test_product_pages_find_what_else_was_in_the_basket(measured, query, fold, baskets, catalogue):
    pages = defaultdict(list)
    for recommender, product, other, _ in query(
        """
        select 'bought_together', given.product_id, other.product_id, rank
        from intermediate.int_product_pairs as pairs
        inner join intermediate.int_products as given using (product_key)
        inner join intermediate.int_products as other
            on pairs.other_product_key = other.product_key
        where fold = ?
        union all
        select 'similar_' || method, product_id, similar_product_id, rank
        from intermediate.int_similar_products where fold = ?
        order by 4
        """,
        *(fold, fold),
    ):
        pages[recommender, product].append(other)
    popular = [
        row[0]
        for row in query(
            """
            select product_id from intermediate.int_fold_products where fold = ? and in_catalogue
            order by recent_customers desc, tie_order
            """,
            fold,
        )
    ]
    for product in catalogue:
        pages["popularity", product] = [other for other in popular if other != product]
    expected = defaultdict(list)
    for (customer, _), products in baskets.items():
        for product in products if len(products) > 1 else ():
            for recommender in {name for name, _ in pages}:
                for k in PAGE_CUTOFFS:
                    found = bool(set(pages[recommender, product][:k]) & (products - {product}))
                    expected[recommender, "product_page", customer, "hit_rate", k].append(found)
    found = {key: value for key, value in measured.items() if key[1] == "product_page"}
    assert found == pytest.approx({key: mean(hits) for key, hits in expected.items()}, abs=1e-9)
    # the twelve regulars and the newcomer, who has no history and so is in no segment
    assert len(found) == 4 * 13 * len(PAGE_CUTOFFS)
    assert 0 < mean(found.values()) < 1


def test_means_are_those_of_the_segments_customers(measured, stored, query, fold):
    segments = query(
        """
        select customer_id, segment_type, segment from intermediate.int_customer_segments
        where fold = ?
        """,
        fold,
    )
    members = defaultdict(set)
    for customer, *segment in segments:
        members[tuple(segment)].add(customer)
    values = defaultdict(list)
    for (recommender, list_type, customer, metric, k), value in measured.items():
        for segment, customers in members.items():
            if customer in customers:
                values[recommender, list_type, *segment, metric, k].append(value)
    of_all_lists = {key for key in stored if key[4] == "coverage" or key[2] == "product_popularity"}
    assert set(values) == set(stored) - of_all_lists
    for key, some in values.items():
        value, low, high, customers = stored[key]
        assert (value, customers) == (pytest.approx(mean(some), abs=1e-9), len(some))
        if len(some) > 5:
            assert low - 1e-9 <= value <= high + 1e-9
        else:
            assert (low, high) == (None, None)


def test_recall_by_popularity_is_of_all_that_was_bought(stored, judged, query, fold, buyers):
    order = sorted(buyers, key=lambda product: (-len(buyers[product]), product))
    rank = {product: place for place, product in enumerate(order)}
    # ntile: the first bands take the products that are left over
    size, rest = divmod(len(order), 5)
    first, second = size + (rest > 0), 2 * size + min(rest, 2)
    found = defaultdict(list)
    for customer, product, is_new in query(
        """
        select customer_id, product_id, is_new from intermediate.int_held_out
        where fold = ? and has_history
        """,
        fold,
    ):
        place = rank[product]
        band = "head" if place < first else "middle" if place < second else "tail"
        for recommender, list_type, owner in judged:
            if owner == customer and list_type in {
                "next_basket",
                "discover" if is_new else "buy_again",
            }:
                for k in CUTOFFS:
                    key = (recommender, list_type, "product_popularity", band, "recall", k)
                    found[key].append(product in judged[recommender, list_type, customer][:k])
    kept = {key: row[0] for key, row in stored.items() if key[2] == "product_popularity"}
    assert kept == pytest.approx({key: mean(hits) for key, hits in found.items()}, abs=1e-9)


def test_verdicts_follow_the_intervals(query, stored):
    champions = dict(query("select list_type, recommender from marts.champions"))
    rows = query("""
        select recommender, list_type, segment_type, segment, metric, k, baseline,
            difference, ci_low, ci_high, verdict
        from marts.model_comparisons
    """)
    verdicts = set()
    for *key, baseline, difference, low, high, verdict in rows:
        recommender, list_type, *rest = key
        assert baseline in {"popularity", "buy_again", champions.get(list_type)} - {recommender}
        means = stored[tuple(key)][0] - stored[baseline, list_type, *rest][0]
        assert difference == pytest.approx(means, abs=1e-9)
        if low is None:
            assert verdict == "tie"
            continue
        assert low <= difference <= high
        # of popularity_bias less is better
        least, most = (-high, -low) if "popularity_bias" in rest else (low, high)
        assert verdict == ("better" if least > 0 else "worse" if most < 0 else "tie")
        verdicts.add(verdict)
    assert verdicts == {"better", "worse", "tie"}
