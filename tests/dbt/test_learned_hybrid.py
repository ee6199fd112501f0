# ruff: noqa: S608 - names of our own tables
"""From features to today's probabilities, in a shop where a little is enough to learn from."""

import hashlib
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from recsys.hybrid import feature_table
from recsys.hybrid.feature_words import in_words
from recsys.hybrid.model_bytes import from_bytes
from recsys.storage.plain_objects import MAGIC

PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"
JUDGED = "2024-05-02"
AUDIENCE = 5
LENGTH, PER_CATEGORY = 4, 2


KEPT = (
    "int_hybrid_scores, int_candidate_pairs, rec_hybrid, int_hybrid_features, int_candidates, "
    "int_hybrid_candidates, int_profile_candidates"
)
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
                "list_length": LENGTH,
                "max_per_category": PER_CATEGORY,
                "audit_customers": 5,
                "audit_customer_ids": "00123",
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


@pytest.fixture(scope="module")
def audit(ask):
    """Return the audit's rows as dictionaries, by customer and list, in the order of candidates."""
    names = [name for name, *_ in ask("describe marts.recommendation_audit")]
    found = defaultdict(list)
    for row in ask("from marts.recommendation_audit order by candidate_rank"):
        one = dict(zip(names, row, strict=True))
        found[one["customer_id"], one["list_type"]].append(one)
    return found


def test_customers_are_drawn_by_the_md5_of_their_ids_or_named(ask, audit):
    customers = [customer for (customer,) in ask("select customer_id from marts.customers")]
    drawn = sorted(customers, key=lambda one: hashlib.md5(one.encode()).digest()[:8])[:5]  # noqa: S324
    assert "00123" not in drawn
    assert {customer for customer, _ in audit} == {*drawn, "00123"}


def test_the_audit_is_what_re_ranking_by_hand_comes_to(ask, audit):
    """At most two of a category: the first ones by score, whose order is the candidates'."""
    category = dict(ask("select product_id, coalesce(category, department) from marts.products"))
    dropped = set()
    for rows in audit.values():
        assert [row["candidate_rank"] for row in rows] == list(range(1, len(rows) + 1))
        seen, listed = Counter(), []
        for row in rows:
            name = category[row["product_id"]]
            seen[name] += name is not None
            if seen[name] <= PER_CATEGORY and len(listed) < LENGTH:
                listed.append(row["product_id"])
        for row in rows:
            place = row["candidate_rank"]
            if row["product_id"] in listed:
                told = (listed.index(row["product_id"]) + 1, None, None)
            else:
                by = "max_per_category" if place <= LENGTH else "list_length"
                # behind the end of a list that isn't full nothing stands
                stands = listed[place - 1 : place] or listed[LENGTH - 1 :]
                told = (None, by, stands[0] if stands else None)
            assert (row["rank"], row["dropped_by"], row["in_its_place_id"]) == told
            dropped.add(row["dropped_by"])
    assert dropped == {None, "max_per_category", "list_length"}


def test_what_is_listed_is_in_the_audit(ask, audit):
    """With its place, its probability and who made the list."""
    customers = {customer for customer, _ in audit}
    columns = "customer_id, list_type, rank, product_id, score, probability, recommender"
    rows = [
        row for row in ask(f"select {columns} from marts.recommendations") if row[0] in customers
    ]
    told = [
        tuple(row[name] for name in columns.split(", "))
        for rows in audit.values()
        for row in rows
        if row["rank"]
    ]
    assert sorted(told) == sorted(rows)


def test_probabilities_and_ranks_of_the_audit(audit, rows_of, scores):
    ranks = defaultdict(list)
    for name in ("int_candidates", "int_hybrid_candidates", "int_profile_candidates"):
        columns = "customer_id, product_id, rank_in_group, recommender"
        for *pair, rank, who in rows_of("intermediate", name, columns, "fold = 'serving'"):
            ranks[tuple(pair)].append((rank, who))
    assert audit
    for (customer, _), rows in audit.items():
        for row in rows:
            pair = customer, row["product_id"]
            is_new, probability = scores.get(("serving", *pair), (None, None))
            assert row["probability"] == (probability and round(probability, 7))
            assert is_new in (None, row["is_new"])
            told = ", ".join(f"{who} {rank}" for rank, who in sorted(ranks[pair]))
            assert row["recommender_ranks"] == (told or None)


def test_features_that_moved_a_probability_have_their_values(audit, rows_of, ask):
    """Each factor is that of the model; all of a pair, times the base's odds, make its odds."""
    names = [name for name, *_ in ask("describe intermediate.int_hybrid_features")]
    features = [name for name in names if name not in feature_table.KEYS]
    columns = ", ".join(f'cast("{name}" as float)' for name in features)
    known = {
        (customer, product): values
        for customer, product, *values in rows_of(
            "intermediate",
            "int_hybrid_features",
            f"customer_id, product_id, {columns}",
            "fold = 'serving'",
        )
    }
    [(data,)] = ask("select model from intermediate.int_hybrid_models where fold = 'serving'")
    assert data.startswith(MAGIC)  # no pickle
    model = from_bytes(data)
    moved = 0
    for (customer, _), rows in audit.items():
        for row in rows:
            values = known.get((customer, row["product_id"]))
            assert (row["moved_by"] is None) == (values is None)
            if values is None:
                continue
            matrix = np.array(
                [[np.nan if value is None else value for value in values]], np.float32
            )
            found = model.contributions(matrix)
            odds = np.exp(found.base[0]) * np.prod(np.exp(found.of_features[0]))
            assert odds / (1 + odds) == pytest.approx(row["probability"], abs=1e-7)
            factor = {
                in_words(name): np.exp(of_feature)
                for name, of_feature in zip(features, found.of_features[0], strict=True)
            }
            for text in filter(None, row["moved_by"].split("; ")):
                [(words, told)] = re.findall(r"^(.*?)(?:: .*)? \(odds x(.*)\)$", text)
                assert float(told) == pytest.approx(factor[words], rel=0.05)
                moved += 1
    assert moved > 20
