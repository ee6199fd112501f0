# ruff: noqa: S608 - the names are ours
"""What is recommended, and why; wherever the tiny shop leaves no doubt what is right."""

import math

import pytest

TEA_DRINKERS = ["00123", "O'Hara", "Tee Zwei", "Зоя", "T4", "T5"]
COFFEE_DRINKERS = ["123", "C1", 'C "2"', "C3", "C4", "C5"]
REGULARS = [
    (customer, kind, i)
    for kind, customers in (("tea", TEA_DRINKERS), ("coffee", COFFEE_DRINKERS))
    for i, customer in enumerate(customers)
]
CANDIDATE_COLUMNS = ["fold", "customer_key", "product_key", "score", "is_new", "rank_in_group"]


@pytest.fixture(scope="module")
def recommenders(query):
    tables = query("select table_name from duckdb_tables() where schema_name = 'recommenders'")
    return sorted(name.removeprefix("rec_") for (name,) in tables)


def test_every_recommender_yields_the_candidates_table(query, recommenders):
    assert set(recommenders) >= {
        *("popularity", "buy_again", "bought_together", "svd", "nmf", "knn", "content", "hybrid"),
    }
    for name in recommenders:
        columns = query(f"describe recommenders.rec_{name}")
        assert [column[0] for column in columns] == CANDIDATE_COLUMNS, name
        doubled = f"""
            select fold, customer_key, product_key from recommenders.rec_{name}
            group by all having count(*) > 1
        """
        assert query(doubled) == [], name
        without_score = f"select * from recommenders.rec_{name} where score is null or isnan(score)"
        assert query(without_score) == [], name


def test_ranks_are_by_score_then_by_the_order_of_ties(query, recommenders):
    """Whoever makes candidates ranks them: by the same rule, which is asked for here alone."""
    for name in recommenders:
        wrong = query(f"""
            select rec.* from recommenders.rec_{name} as rec
            inner join intermediate.int_fold_products using (fold, product_key)
            qualify rank_in_group <> row_number() over (
                partition by fold, customer_key, is_new order by score desc, tie_order
            )
        """)
        assert wrong == [], name


def test_new_means_never_had_before_the_cut_off(query, recommenders):
    for name in recommenders:
        wrong = query(f"""
            select rec.* from recommenders.rec_{name} as rec
            left join intermediate.int_interactions as had
                using (fold, customer_key, product_key)
            where rec.is_new <> (had.product_key is null)
        """)
        assert wrong == [], name


def test_only_products_of_the_catalogue_are_recommended(query, recommenders):
    for name in recommenders:
        wrong = query(f"""
            select rec.* from recommenders.rec_{name} as rec
            anti join (select * from intermediate.int_fold_products where in_catalogue) using
                (fold, product_key)
        """)
        assert wrong == [], name
    wrong = query("""
        select * from marts.recommendations
        anti join (select * from marts.products where is_recommendable) using (product_id)
    """)
    assert wrong == []


def test_what_has_run_out_is_learned_from_and_never_recommended(query):
    """Saffron is out of stock today, which the past couldn't know."""
    learned = query("""
        select fold, in_catalogue, count(*) > 0 from intermediate.int_training_rows
        where product_id = 'saffron' and fold = 'serving' group by all
    """)
    assert learned == [("serving", False, True)]
    pages = query("select count(*) from marts.similar_products where product_id = 'saffron'")
    assert pages > [(0,)]
    for column in ("similar_products.similar_product_id", "bought_together.other_product_id"):
        table, name = column.split(".")
        suggested = f"select * from marts.{table} anti join (select * from marts.products where "
        suggested += f"is_recommendable) as products on {table}.{name} = products.product_id"
        assert query(suggested) == [], column


@pytest.mark.parametrize("recommender", ["bought_together", "content"])
def test_the_only_drink_of_the_own_kind_left_is_discovered(
    query, builder, tiny_database, recommender
):
    """By baskets and by text, of twelve drinks and basics only one is of the customer's kind."""
    for customer, kind, i in REGULARS:
        if customer == "C5":
            continue  # was given it once: it isn't new to that customer
        rows = query(
            f"""
            select product_id from {builder.today(tiny_database, f"rec_{recommender}")}
            inner join intermediate.int_customers using (customer_key)
            inner join intermediate.int_products using (product_key)
            where is_new and customer_id = ? and product_id like '%-%'
            order by rank_in_group limit 1
            """,
            customer,
        )
        assert rows == [(f"{kind}-{(i + 5) % 6}",)], customer


def test_a_gift_isn_t_discovered_again(query):
    rows = query("""
        select list_type from marts.recommendations
        where customer_id = 'C5' and product_id = 'coffee-4' and list_type = 'discover'
    """)
    assert rows == []


def test_what_is_bought_every_time_comes_first(query):
    rows = query("""
        select distinct product_id from marts.recommendations
        where list_type in ('buy_again', 'next_basket') and rank = 1 and customer_id <> 'newcomer'
    """)
    assert rows == [("0001",)]


def test_discover_holds_nothing_ever_had_and_buy_again_nothing_new(query):
    had = "(select distinct customer_id, product_id from marts.purchases where not is_return)"
    assert (
        query(f"""
        select * from marts.recommendations inner join {had} using (customer_id, product_id)
        where list_type = 'discover'
    """)
        == []
    )
    assert (
        query(f"""
        select * from marts.recommendations anti join {had} using (customer_id, product_id)
        where list_type = 'buy_again'
    """)
        == []
    )


def test_lists_are_as_full_as_they_can_be_for_everyone(query):
    """Ten products, or as many as the catalogue of sixteen holds of the kind."""
    catalogue = {
        row[0] for row in query("select product_id from marts.products where is_recommendable")
    }
    assert len(catalogue) == 16
    customers = [row[0] for row in query("select customer_id from marts.customers")]
    lengths = {
        (customer, list_type): length
        for customer, list_type, length in query("""
            select customer_id, list_type, count(*) from marts.recommendations group by all
        """)
    }
    for customer in customers:
        had = {
            row[0]
            for row in query(
                """
                select product_id from marts.purchases where customer_id = ? and not is_return
                """,
                customer,
            )
        }
        assert lengths[customer, "next_basket"] == 10
        assert lengths[customer, "discover"] == min(10, len(catalogue - had)), customer
        paid = had - ({"coffee-4"} if customer == "C5" else set())  # a gift may be left out
        assert lengths.get((customer, "buy_again"), 0) in {
            min(10, len(catalogue & had)),
            min(10, len(catalogue & paid)),
        }, customer


def test_ranks_count_from_one_without_gaps(query):
    rows = query("""
        select customer_id, list_type from marts.recommendations group by all
        having max(rank) <> count(*) or min(rank) <> 1 or count(distinct product_id) <> count(*)
    """)
    assert rows == []


def test_a_profile_without_purchases_gets_what_customers_like_this_one_buy(query):
    """The visitor is of the kind that drinks tea: all tea comes before any coffee."""
    for list_type in ("discover", "next_basket"):
        rows = query(
            """
            select product_id, recommender, reason, products.category
            from marts.recommendations inner join marts.products using (product_id)
            where customer_id = 'visitor' and list_type = ? order by rank
            """,
            list_type,
        )
        assert len(rows) == 10
        for _, recommender, reason, category in rows:
            assert recommender == "profile"
            # who isn't of that kind buys more of other things
            if category == "tea":
                assert reason == "Popular with customers like you, in tea"
            else:
                assert reason.startswith(
                    (f"Popular with customers like you, in {category}", "Bought by ")
                )
        categories = [row[3] for row in rows]
        assert "tea" in categories
        assert (
            "coffee"
            not in categories[
                : 1 + max(place for place, category in enumerate(categories) if category == "tea")
            ]
        )


def test_preferences_of_someone_without_purchases_come_from_the_profile(query):
    rows = query("""
        select category, basis, probability from marts.customer_preferences
        where customer_id = 'visitor' order by rank
    """)
    assert {basis for _, basis, _ in rows} == {"profile"}
    place = {category: number for number, (category, *_) in enumerate(rows)}
    assert place["basics"] < place["tea"] < place["coffee"]
    by_customer = query("""
        select customer_id, count(distinct basis), min(rank), max(rank), count(*)
        from marts.customer_preferences group by customer_id
    """)
    assert len(by_customer) == query("select count(*) from marts.customers")[0][0]
    assert {row[1:] for row in by_customer} == {(1, 1, len(rows), len(rows))}


def test_popular_products_by_category(query):
    rows = query("""
        select category, product_id, customers from marts.popular_products
        where rank <= 2 order by category, rank
    """)
    assert rows == [
        # customers of the last 42 days, from 19 April on
        ("(all)", "0001", 13),
        ("(all)", "001", 6),
        ("basics", "0001", 13),
        ("basics", "001", 6),
        ("coffee", "coffee-0", 4),
        ("coffee", "coffee-1", 4),
        ("tea", "tea-0", 5),
        ("tea", "tea-1", 4),
    ]


def test_what_is_always_bought_together(query):
    """24 baskets hold bread and butter, and never one alone; there were 148 orders."""
    orders = 12 * 11 + 1 + 1 + 1 + 1 + 12  # regulars, newcomer, nobody, gift, caviar, odd ones
    rows = query("""
        select product_id, rank, other_product_id, baskets, support, confidence, lift, lift_low
        from marts.bought_together
        where product_id in ('001', 'beurre d''été') and rank = 1 order by 1
    """)
    assert [(row[0], row[2]) for row in rows] == [("001", "beurre d'été"), ("beurre d'été", "001")]
    for *_, baskets, support, confidence, lift, lift_low in rows:
        assert (baskets, support, confidence) == (24, pytest.approx(24 / orders), 1)
        assert lift == pytest.approx(24 * orders / (24 * 24))
        # the delta method's 95 % bound of log lift; all four counts but the orders are 24
        spread = math.sqrt(1 / 24 - 1 / 24 - 1 / 24 + (2 * 24 * orders / 24**2 - 1) / orders)
        assert lift_low == pytest.approx(lift * math.exp(-1.96 * spread))


def test_pairs_are_counted_both_ways_and_ranked_by_their_lower_bound(query):
    one_sided = query("""
        select * from marts.bought_together as one
        anti join marts.bought_together as other
            on one.product_id = other.other_product_id and one.other_product_id = other.product_id
            and one.baskets = other.baskets and one.lift = other.lift
    """)
    assert one_sided == []
    assert (
        query("""
        select * from marts.bought_together as one inner join marts.bought_together as next
            on one.product_id = next.product_id and one.rank + 1 = next.rank
        where one.lift_low < next.lift_low
    """)
        == []
    )


def test_reasons_name_products_that_the_customer_had(query):
    rows = query("""
        select list.reason, products.title from marts.recommendations as list
        left join (select distinct customer_id, product_id from marts.purchases) as had
            on list.customer_id = had.customer_id and list.reason_product_id = had.product_id
        left join marts.products on list.reason_product_id = products.product_id
        where list.reason_product_id is not null
            and (had.product_id is null or not contains(list.reason, products.title))
    """)
    assert rows == []
    assert query("select count(*) from marts.recommendations where reason is null") == [(0,)]


def test_a_reason_counts_right(query):
    rows = query("""
        select product_id, reason_kind, reason_count, reason_days, reason from marts.recommendations
        where customer_id = '00123' and list_type = 'buy_again'
            and product_id in ('0001', 'tea-0', '001', 'tea-4')
    """)
    [days] = query("""
        select round((max(purchased_at::date) - min(purchased_at::date)) / 10)::integer
        from marts.purchases where customer_id = '00123' and product_id = '0001' and not is_return
    """)[0]
    found = {product: evidence for product, *evidence in rows}
    assert found["0001"] == [
        "habit",
        11,
        days,
        f"You buy this about every {days} days; last on 21 May 2024",
    ]
    assert found["tea-0"][:2] == ["habit", 7]  # and once more, given back
    assert found["tea-0"][3].endswith("; last on 7 May 2024")
    assert found["001"][:2] == ["habit", 4]
    assert found["tea-4"] == ["bought", 1, None, "You bought this on 7 May 2024"]


def test_nothing_that_was_only_given_away_is_called_bought(query):
    rows = query("""
        select reason from marts.recommendations
        where customer_id = 'C5' and product_id = 'coffee-4' and reason_kind in ('habit', 'bought')
    """)
    assert rows == []


def test_details_are_the_recommendations_with_names(query):
    rows = query("""
        select count(*), count(title), count(segment) from marts.recommendation_details
    """)
    [(recommended,)] = query("select count(*) from marts.recommendations")
    assert rows == [(recommended,) * 3]


def test_similar_products_are_of_the_same_kind(query):
    for method in ("content", "collaborative"):
        rows = query(
            """
            select product_id, similar_product_id from marts.similar_products
            where method = ? and rank <= 5 and product_id like '%-%'
                and similar_product_id like '%-%'
            """,
            method,
        )
        assert len(rows) > 12
        assert {one.split("-")[0] == other.split("-")[0] for one, other in rows} == {True}, method


def test_predicted_ratings_are_of_products_never_had(query):
    rows = query("""
        select recommender, count(distinct customer_id) from marts.predicted_ratings group by 1
    """)
    assert {"svd", "nmf", "knn"} <= {row[0] for row in rows}
    assert {row[1] for row in rows} == {13}  # all but the visitor
    wrong = query("""
        select * from marts.predicted_ratings
        inner join marts.purchases using (customer_id, product_id)
    """)
    assert wrong == []


def test_next_basket_is_judged_as_a_set_beside_what_it_competes_with(query):
    found = query("select distinct basket from marts.basket_metrics where metric = 'recall'")
    assert {basket for (basket,) in found} == {"next_basket", "buy_again", "habit", "popularity"}
    [(differing,)] = query("select value from marts.basket_metrics where metric = 'same_list'")
    assert differing == 0  # each list of ten has something new, which no buy_again has
