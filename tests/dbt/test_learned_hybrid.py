# ruff: noqa: S608 - names of our own tables
"""From features to today's probabilities, in a shop where a little is enough to learn from."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from recsys.hybrid import feature_table

PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"
JUDGED = "2024-05-02"
AUDIENCE = 5


KEPT = "int_hybrid_scores, int_candidate_pairs, rec_hybrid"
"""Models whose rows of today are kept."""


@pytest.fixture(scope="module")
def database(builder, tiny_shop):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feature_table, "FEWEST_BOUGHT", 20)
        return builder.run(
            tiny_shop,
            variables={
                "pinned_champion": "hybrid",
                "audience_size": AUDIENCE,
                "keep_block_tables": KEPT,
                "serving_block_customers": 5,
            },
        )


@pytest.fixture(scope="module")
def ask(builder, database):
    return builder.ask(database)


@pytest.fixture(scope="module")
def rows_of(builder, database, ask):
    """Return a function that reads all of a model's rows: those of past folds and of today.

    Keys become ids.
    """

    def rows_of(schema, model, columns, where="true"):
        sources = (f"{schema}.{model}", builder.today(database, model))
        return [
            row
            for source in sources
            for row in ask(
                f"select {columns} from {source} inner join intermediate.int_customers "
                "using (customer_key) inner join (select product_key, product_id from "
                f"intermediate.int_products) using (product_key) where {where}"
            )
        ]

    return rows_of


@pytest.fixture(scope="module")
def scores(rows_of):
    columns = "fold, customer_id, product_id, is_new, probability"
    return {
        (fold, customer, product): (is_new, probability)
        for fold, customer, product, is_new, probability in rows_of(
            "intermediate", "int_hybrid_scores", columns
        )
    }


def test_judged_and_served_folds_learn(ask, scores):
    rows = ask("select fold, learned_from, why_not from intermediate.int_hybrid_models order by 1")
    assert rows == [
        (JUDGED, ["2024-03-07", "2024-04-04"], None),
        ("serving", ["2024-04-04", JUDGED], None),
    ]
    assert {fold for fold, *_ in scores} == {JUDGED, "serving"}


def test_every_candidate_of_theirs_has_a_probability(rows_of, scores):
    keys = "fold, customer_id, product_id"
    pairs = rows_of("intermediate", "int_candidate_pairs", keys, "purpose <> 'train'")
    assert sorted(pairs) == sorted(scores)
    assert all(0 < probability < 1 for _, probability in scores.values())


def test_the_hybrid_ranks_by_probability_and_training_folds_by_fusion(ask, rows_of, scores):
    columns = "fold, customer_id, product_id, is_new, score"
    rows = rows_of("recommenders", "rec_hybrid", columns)
    learned = [row for row in rows if row[0] in {JUDGED, "serving"}]
    assert {tuple(key): tuple(value) for *key, new, p in learned for value in [(new, p)]} == scores
    others = {row[:3] for row in rows if row not in learned}
    fused = ask("""
        select fold, customer_id, product_id from recommenders.rec_fusion
        inner join intermediate.int_customers using (customer_key)
        inner join intermediate.int_products using (product_key)
        where fold not in (select fold from intermediate.int_hybrid_scores)
    """)
    assert others == set(fused)


def test_calibration_is_recounted_from_probabilities_and_purchases(ask, scores):
    bought = {
        tuple(row)
        for row in ask("select fold, customer_id, product_id from intermediate.int_held_out")
    }
    pairs, expected, actual = (defaultdict(float) for _ in range(3))
    for key, (is_new, probability) in scores.items():
        if key[0] == JUDGED:
            list_type = "discover" if is_new else "buy_again"
            pairs[list_type] += 1
            expected[list_type] += probability
            actual[list_type] += key in bought
    rows = ask(
        """
        select list_type, sum(pairs), sum(expected_purchases), sum(actual_purchases)
        from marts.probability_calibration where fold = ? group by 1
    """,
        JUDGED,
    )
    assert len(rows) == 2
    for list_type, *sums in rows:
        assert sums == pytest.approx([of[list_type] for of in (pairs, expected, actual)], abs=1e-9)
    [statement] = [
        sql
        for sql in re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
        if "probability_calibration" in sql
    ]
    assert {row[1:] for row in ask(statement)} == {
        (list_type, round(likely), real) for list_type, _, likely, real in rows
    }


def test_audiences_are_the_likeliest_of_today(ask, scores):
    likeliest = defaultdict(list)
    for (fold, customer, product), (_, probability) in scores.items():
        if fold == "serving":
            likeliest[product].append((-probability, customer))
    audiences = defaultdict(list)
    for product, customer, probability in ask(
        "select product_id, customer_id, probability from marts.product_audiences order by rank"
    ):
        audiences[product].append((-probability, customer))
    assert audiences == {
        product: [(pytest.approx(p, abs=6e-8), customer) for p, customer in sorted(all_)[:AUDIENCE]]
        for product, all_ in likeliest.items()
    }


def test_an_audience_says_who_bought_or_rated_before(ask):
    """The shop's own lines say so; sizes and colours count as the product they belong to."""
    [(wrong, new, known)] = ask("""
        with before as (
            select distinct
                lines.customer_id, coalesce(products.recommend_as, lines.product_id) as product_id
            from (
                select customer_id, product_id from marts.purchases
                where not coalesce(is_return, false)
                union all
                select customer_id, product_id from marts.ratings where not is_implied
            ) as lines
            inner join marts.products as products using (product_id)
        )
        select
            count(*) filter (audiences.is_new = (before.customer_id is not null)),
            count(*) filter (audiences.is_new), count(*) filter (not audiences.is_new)
        from marts.product_audiences as audiences
        left join before using (customer_id, product_id)
    """)
    assert wrong == 0
    assert min(new, known) > 0


def test_expected_buyers_are_those_of_all_candidates_and_the_others(ask, scores):
    """Today's probabilities are added up over blocks of customers; of the rest, as is usual."""
    sums = defaultdict(float)
    for (fold, _, product), (_, probability) in scores.items():
        if fold == "serving":
            sums[product] += probability
    rows = ask("""
        select
            product_id, demand.expected_buyers, demand.candidate_buyers, parts.other_buyers
        from marts.expected_demand as demand
        inner join intermediate.int_expected_buyers as parts using (product_id)
        where level = 'product' and parts.fold = 'serving'
    """)
    assert {product for product, *_ in rows} >= set(sums)
    for product, expected, candidates, others in rows:
        assert candidates == pytest.approx(sums[product], abs=1e-3), product
        assert expected == pytest.approx(candidates + others, abs=2e-3), product


def test_what_is_served_has_the_hybrids_probability_whoever_lists_it(ask, scores):
    rows = ask("""
        select customer_id, product_id, recommender, score, probability from marts.recommendations
    """)
    for customer, product, recommender, score, probability in rows:
        exact = scores.get(("serving", customer, product), (None, None))[1]
        assert probability == (exact and pytest.approx(exact, abs=6e-8))  # to seven decimals
        if recommender == "hybrid":
            assert probability == score
    assert {"hybrid"} < {row[2] for row in rows}


def test_importances_are_of_every_feature(ask):
    features = {row[0] for row in ask("describe intermediate.int_hybrid_features")}
    rows = ask("select fold, list(feature order by rank) from marts.feature_importances group by 1")
    assert {fold for fold, _ in rows} == {JUDGED, "serving"}
    for _, ranked in rows:
        assert sorted(ranked) == sorted(features - set(feature_table.KEYS))
