"""What lists brought, whether promises were kept, and who served: played on tables made by hand."""

import random
from datetime import date, timedelta

import pytest

from .played_history import MADE, OF_LISTS, PlayedHistory, lists_of

BROUGHT = """
    select run_id, list_type, lists, customers_served, customers_bought, purchases,
        observed_hits, observed_customers, observed_revenue
    from marts.outcome_metrics order by all
"""


@pytest.fixture
def shop() -> PlayedHistory:
    return PlayedHistory()


def test_what_was_bought_beside_popularity_and_the_run_before(shop):
    """Of the most popular milk, oil, tea and rye ann had milk and oil: tea and rye are new to her.

    Lists are of two products. On 2 March ann buys tea (her first place, popularity's too), rye
    twice (popularity's second) and oil, which she had. On 3 March she buys jam, which the new list
    has and that of before hadn't, and tea, which it has no more: it isn't new to her any longer.
    bob, who has a list as well, buys nothing that anybody listed.
    """
    shop.set(list_length=2)
    shop.buy("ann", "milk", "2024-02-01")
    shop.buy("ann", "oil", "2024-02-01")
    popular = ["milk", "oil", "tea", "rye", "jam", "gin"]
    shop.serve(
        "r1", "2024-03-02", lists_of("ann", "tea", "gin") + lists_of("bob", "rye"), popular=popular
    )
    for product, amount in [("tea", 3.0), ("rye", 2.0), ("rye", 4.0), ("oil", 5.0)]:
        shop.buy("ann", product, "2024-03-02 10:00", amount=amount)
    shop.buy("bob", "gin", "2024-03-02 12:00", amount=50.0)
    shop.serve(
        "r2", "2024-03-03", lists_of("ann", "jam", "gin") + lists_of("bob", "rye"), popular=popular
    )
    shop.buy("ann", "jam", "2024-03-03 10:00", amount=7.0)
    shop.buy("ann", "tea", "2024-03-03 10:00", amount=3.0)
    shop.serve("r3", "2024-03-04", [], popular=popular)
    assert shop.ask(BROUGHT) == [
        # tea is of rank 1, rye of rank 2 among what is new to ann; bob finds milk and oil
        ("r1", "discover", "popularity", 2, 2, 5, 3, 1, 9),
        ("r1", "discover", "served", 2, 2, 5, 1, 1, 3),
        # without tea and rye, jam is the first that is new
        ("r2", "discover", "popularity", 2, 1, 2, 1, 1, 7),
        ("r2", "discover", "run_before", 2, 1, 2, 1, 1, 3),
        ("r2", "discover", "served", 2, 1, 2, 1, 1, 7),
    ]


def test_arms_of_an_experiment_are_told_apart(shop):
    """Of lists:ann the hash is .110 and of lists:eve .934: eve is the challenger's from .8 on.

    Before the experiment both have the champion's lists.
    """
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea") + lists_of("eve", "tea"))
    shop.set(challenger_share=0.2)
    eve = [("eve", "discover", 1, "jam", None, "ease")]
    shop.serve("r2", "2024-03-02", lists_of("ann", "tea") + eve)
    shop.buy("ann", "tea", "2024-03-02", amount=3.0)
    shop.buy("eve", "tea", "2024-03-02", amount=4.0)
    shop.buy("eve", "tea", "2024-03-01", amount=5.0)
    shop.set(challenger_share=0)
    shop.serve("r3", "2024-03-03", lists_of("ann", "tea") + lists_of("eve", "tea"))
    shop.serve("r4", "2024-03-04", [])
    assert shop.ask("""
        select run_id, arm, lists, recommender, customers_served, observed_hits, observed_revenue
        from marts.outcome_metrics order by all
    """) == [
        ("r1", "champion", "served", "hybrid", 2, 1, 5),
        ("r2", "challenger", "run_before", "hybrid", 1, 1, 4),
        ("r2", "challenger", "served", "ease", 1, 0, 0),
        ("r2", "champion", "run_before", "hybrid", 1, 1, 3),
        ("r2", "champion", "served", "hybrid", 1, 1, 3),
        # one run before, two arms: who made the champion's lists
        ("r3", "champion", "run_before", "hybrid", 2, 0, None),
        ("r3", "champion", "served", "hybrid", 2, 0, None),
    ]


def test_popularity_fills_each_list_with_what_the_list_takes(shop):
    """Of the popular milk, oil, tea, rye ann had oil and rye; lists of one product."""
    shop.set(list_length=1)
    for product in ("oil", "rye"):
        shop.buy("ann", product, "2024-02-01")
    lists = [("ann", name, 1, "gin", 0.5) for name in ("discover", "buy_again", "next_basket")]
    shop.serve("r1", "2024-03-02", lists, popular=["milk", "oil", "tea", "rye"])
    for product in ("milk", "oil", "tea", "rye"):
        shop.buy("ann", product, "2024-03-02 10:00")
    shop.serve("r2", "2024-03-03", lists)
    assert shop.ask("""
        select list_type, product_id from intermediate.int_purchase_places
        where popular_rank is not null order by 1
    """) == [("buy_again", "oil"), ("discover", "milk"), ("next_basket", "milk")]


def test_outcomes_know_what_is_known_at_the_cut_off(shop):
    """Late, returned and future purchases: each build counts anew."""
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea", "jam", "rye"))
    shop.buy("ann", "tea", "2024-03-01 10:00")
    shop.buy("ann", "rye", "2024-03-01 11:00", returned_at="2024-03-02 10:00")
    shop.buy("ann", "jam", "2024-03-02 10:00")
    bought = "select product_id from marts.recommendation_outcomes order by 1"
    shop.serve("r2", "2024-03-02", lists_of("ann", "tea", "jam", "rye"))
    assert shop.ask(bought) == [("rye",), ("tea",)]
    shop.buy("ann", "jam", "2024-03-01 12:00")  # it comes late
    shop.serve("r3", "2024-03-03", lists_of("ann", "tea", "jam", "rye"))
    assert shop.ask(bought) == [("jam",), ("jam",), ("tea",)]


def test_promised_probabilities_are_held_against_what_was_bought_in_the_window(shop):
    """28 days from 1 March on end before the 29th, of which the build of the 29th knows."""
    shop.serve(
        "r1",
        "2024-03-01",
        [
            ("ann", "discover", 1, "tea", 0.75),
            ("ann", "discover", 2, "jam", 0.7),
            ("bob", "discover", 1, "tea", 0.05),
            ("bob", "discover", 2, "rye", 0.009),
            ("cat", "discover", 1, "tea", None, "popularity"),
        ],
    )
    shop.buy("ann", "tea", "2024-03-01")
    shop.buy("ann", "jam", "2024-03-29")  # too late
    shop.buy("bob", "tea", "2024-03-28 23:59")
    shop.buy("bob", "tea", "2024-03-02")  # twice is once
    shop.buy("bob", "rye", "2024-03-02", returned_at="2024-03-20")
    lists = [("ann", "discover", 1, "tea", 0.1)]
    shop.serve("r2", "2024-03-28", lists)
    assert shop.ask("from marts.calibration_history") == []
    shop.serve("r3", "2024-03-29", lists)
    columns = "run_id, bin, recommendations, expected_purchases, actual_purchases, share_bought"
    assert shop.ask(f"select {columns} from marts.calibration_history") == [  # noqa: S608
        ("r1", 1, 1, 0.009, 0, 0),
        ("r1", 4, 1, 0.05, 1, 1),
        ("r1", 9, 2, 1.45, 1, 0.5),
    ]


def test_days_of_lists_drawn_by_lot_agree_with_each_days_full_lists(shop):
    """Forty builds, some on one day, one of an earlier day; the full lists of each are kept aside.

    What was served at a moment is the list of the last build whose cut-off is not after it.
    """
    draw = random.Random(22)  # noqa: S311 - any lists will do
    products = [f"p{number}" for number in range(8)]
    day = date(2024, 3, 1)
    full: list[tuple[str, date, dict]] = []
    bought = []
    lists = {
        (customer, name): draw.sample(products, 3)
        for customer in ("ann", "bob", "cat")
        for name in ("discover", "next_basket")
    }
    for number in range(40):
        for key, listed in lists.items():
            if draw.random() < 0.3:
                listed[draw.randrange(3)] = draw.choice([p for p in products if p not in listed])
            if draw.random() < 0.2:
                draw.shuffle(listed)
            assert len({*listed}) == 3, key
        for _ in range(3):
            bought.append((draw.choice(["ann", "bob", "dan"]), draw.choice(products), day))
            shop.buy(*bought[-1][:2], f"{day} 0{number % 10}:00")
        run = f"r{number:02}"
        rows = [
            (customer, name, rank, product, 0.5)
            for (customer, name), listed in lists.items()
            for rank, product in enumerate(listed, start=1)
        ]
        made = MADE if number in (20, 39) else OF_LISTS
        shop.serve(run, str(day), rows, popular=products, only=made)
        full.append((run, day, {row[:3]: row[3] for row in rows}))
        day += timedelta(days=-5 if number == 20 else draw.choice([0, 1, 1, 2]))
    known = full[-1][1]
    expected = set()
    for customer, product, at in bought:
        served = [build for build in full if build[1] <= at]
        if at < known and served:
            run, _, listed = served[-1]
            expected |= {
                (customer, name, rank, product, run, str(at))
                for (who, name, rank), what in listed.items()
                if (who, what) == (customer, product)
            }
    found = shop.ask("""
        select customer_id, list_type, rank, product_id, run_id, purchased_at::date::varchar
        from marts.recommendation_outcomes
    """)
    assert set(found) == expected
    assert len(expected) > 20
    assert shop.ask("""
        select run_id, list_type, sum(orders) from marts.recommendation_outcomes
        group by all order by all
    """) == shop.ask("""
        select run_id, list_type, observed_hits from marts.outcome_metrics
        where lists = 'served' and observed_hits > 0 order by all
    """)


def test_champions_say_since_when_they_serve_and_metrics_of_a_build_are_there_once(shop):
    for number, champion in enumerate(["svd", "hybrid", "hybrid"], start=1):
        run = f"r{number}"
        shop.connection.execute("delete from marts.champions")
        shop.connection.execute(
            "insert into marts.champions values (?, 'discover', ?, 'ndcg', 10, .5, 'popularity', "
            ".1, .05, .15, 'better', 'better')",
            [run, champion],
        )
        shop.connection.execute("delete from marts.model_metrics")
        shop.connection.execute(
            """
            insert into marts.model_metrics
            select ?, '2024-02-01', 'svd', 'discover', segment_type, 'all', 'ndcg', k, .5, .4, .6, 9
            from (values ('all', 10), ('all', 5), ('rfm', 10)) as rows (segment_type, k)
            """,
            [run],
        )
        shop.serve(run, f"2024-03-0{number}", [])
    histories = ("champions_history", "model_metrics_history")
    shop.serve("selected", "2024-03-03", [], only=histories)
    assert shop.ask("""
        select run_id, recommender, serves_since::varchar, since_run_id
        from marts.champions_history order by 1
    """) == [
        ("r1", "svd", "2024-02-29", "r1"),
        ("r2", "hybrid", "2024-03-01", "r2"),
        ("r3", "hybrid", "2024-03-01", "r2"),
    ]
    assert shop.ask("select run_id, k from marts.model_metrics_history order by 1") == [
        ("r1", 10),
        ("r2", 10),
        ("r3", 10),
    ]
    # a run of some tables has other champions: it is no complete build
    shop.connection.execute("update marts.champions set run_id = 'selected', recommender = 'svd'")
    shop.connection.execute("update marts.model_metrics set run_id = 'selected'")
    shop.serve("selected", "2024-03-03", [], only=histories)
    assert len(shop.ask("from marts.champions_history")) == 3
    assert len(shop.ask("from marts.model_metrics_history")) == 3
    shop.set(keep_days=1)
    shop.serve("r4", "2024-03-04", [])
    assert shop.ask("select distinct as_of::varchar from marts.champions_history order by 1") == [
        ("2024-03-02",)
    ]


def test_a_shop_whose_lines_say_nothing_of_money_has_hits_without_revenue(shop):
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea"), popular=["tea"])
    shop.buy("ann", "tea", "2024-03-01", amount=None)
    shop.serve("r2", "2024-03-02", lists_of("ann", "tea"), popular=["tea"])
    assert shop.ask(BROUGHT) == [
        ("r1", "discover", "popularity", 1, 1, 1, 1, 1, None),
        ("r1", "discover", "served", 1, 1, 1, 1, 1, None),
    ]
    assert shop.ask("select revenue from marts.recommendation_outcomes") == [(None,)]


def test_a_shop_without_lists_has_runs_and_no_outcomes(shop):
    """As one whose purchases name no customers; then it names some."""
    for number in (1, 2):
        shop.serve(f"r{number}", f"2024-03-0{number}", [], popular=["tea"])
    for table in ("recommendations_history", "recommendation_outcomes", "outcome_metrics"):
        assert shop.ask(f"from marts.{table}") == []
    assert len(shop.ask("from intermediate.int_list_runs")) == 2
    shop.serve("r3", "2024-03-03", lists_of("ann", "tea"), popular=["tea"])
    shop.buy("ann", "tea", "2024-03-03")
    shop.serve("r4", "2024-03-04", [], popular=["tea"])
    assert shop.ask("select run_id from marts.recommendation_outcomes") == [("r3",)]
    shop.serve("r5", "2024-03-05", lists_of("ann", "tea"), popular=["tea"])
    assert shop.ask(
        "select run_id, ended_run_id from marts.recommendations_history order by 1"
    ) == [
        ("r3", "r4"),
        ("r5", None),
    ]
