"""What was served is written down, and what it brought: played on tables made by hand."""

import random
from datetime import date, timedelta

import pytest

from .played_history import MADE, OF_LISTS, PlayedHistory

HISTORY = """
    select customer_id, list_type, rank, product_id, run_id, served_from::date::varchar,
        ended_run_id, served_until::date::varchar
    from marts.recommendations_history order by customer_id, list_type, served_from, run_id, rank
"""
CHANGES = """
    select previous_run_id, list_type, customers_before, customers_after, customers_changed,
        kept_share
    from marts.list_changes
"""
BROUGHT = """
    select run_id, list_type, lists, customers_served, customers_bought, purchases,
        observed_hits, observed_customers, observed_revenue
    from marts.outcome_metrics order by all
"""


def lists_of(customer: str, *products: str, list_type: str = "discover") -> list[tuple]:
    """Return a customer's list with probabilities from .5 on down."""
    return [
        (customer, list_type, rank, product, round(0.6 - rank / 10, 1))
        for rank, product in enumerate(products, start=1)
    ]


@pytest.fixture
def shop() -> PlayedHistory:
    return PlayedHistory()


def test_only_what_changes_is_written_down(shop):
    """Ann's second place stays, bob leaves and cat comes."""
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea", "jam") + lists_of("bob", "tea"))
    shop.serve("r2", "2024-03-02", lists_of("ann", "rye", "jam") + lists_of("cat", "oil"))
    shop.serve("r3", "2024-03-04", lists_of("ann", "rye", "jam") + lists_of("cat", "oil"))
    assert shop.ask(HISTORY) == [
        ("ann", "discover", 1, "tea", "r1", "2024-03-01", "r2", "2024-03-02"),
        ("ann", "discover", 2, "jam", "r1", "2024-03-01", None, None),
        ("ann", "discover", 1, "rye", "r2", "2024-03-02", None, None),
        ("bob", "discover", 1, "tea", "r1", "2024-03-01", "r2", "2024-03-02"),
        ("cat", "discover", 1, "oil", "r2", "2024-03-02", None, None),
    ]
    assert shop.ask("select count(*) from intermediate.int_ended_recommendations") == [(2,)]


def test_lists_are_held_against_those_of_the_run_before(shop):
    """Of ann's three products one stays where it is, one moves and one goes; bob's list ends."""
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea", "jam", "rye") + lists_of("bob", "tea"))
    assert shop.ask(CHANGES) == []
    shop.serve("r2", "2024-03-02", lists_of("ann", "tea", "oil", "jam") + lists_of("cat", "tea"))
    assert shop.ask(CHANGES) == [("r1", "discover", 2, 2, 3, 0.5)]
    # the same lists, looked at an earlier day: all rows begin anew, and nothing has changed
    shop.serve("r3", "2024-02-01", lists_of("ann", "tea", "oil", "jam") + lists_of("cat", "tea"))
    assert shop.ask(CHANGES) == [("r2", "discover", 2, 2, 0, 1)]


def test_a_row_that_stays_keeps_what_was_promised_first(shop):
    for run, day, probability in [("r1", 1, 0.5), ("r2", 2, 0.25), ("r3", 3, 0.125)]:
        shop.serve(run, f"2024-03-0{day}", [("ann", "discover", 1, "tea", probability)])
    assert shop.ask("select run_id, probability from marts.recommendations_history") == [
        ("r1", 0.5)
    ]
    assert shop.ask(
        "select probability, since_run_id, promised_probability from marts.recommendations"
    ) == [(0.125, "r1", 0.5)]
    shop.serve("r4", "2024-03-04", [("ann", "discover", 1, "tea", None)])
    assert shop.ask("select run_id, probability from marts.recommendations_history order by 1") == [
        ("r1", 0.5),
        ("r4", None),
    ]


def test_another_recommender_of_the_same_product_is_a_change(shop):
    shop.serve("r1", "2024-03-01", [("ann", "discover", 1, "tea", None, "popularity")])
    shop.serve("r2", "2024-03-02", [("ann", "discover", 1, "tea", None, "fusion")])
    assert shop.ask(
        "select recommender, run_id, ended_run_id from marts.recommendations_history order by 2"
    ) == [("popularity", "r1", "r2"), ("fusion", "r2", None)]


FAILING = ["int_list_runs", "int_ended_recommendations", "int_popular_at_runs", "recommendations"]


@pytest.mark.parametrize("until", FAILING)
def test_a_build_that_fails_in_between_closes_nothing_twice(shop, until):
    """Until it has replaced the lists, it is as if it had never been."""
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea", "jam"), popular=["tea"])
    before = shop.ask(HISTORY)
    shop.serve("r2", "2024-03-02", lists_of("ann", "rye", "jam"), popular=["tea"], until=until)
    if until != "recommendations":
        assert shop.ask(HISTORY) == before
    shop.serve("r3", "2024-03-02", lists_of("ann", "oil", "jam"), popular=["tea"])
    runs = ["r1", "r2", "r3"] if until == "recommendations" else ["r1", "r3"]
    assert shop.ask("select run_id from intermediate.int_list_runs order by run_number") == [
        (run,) for run in runs
    ]
    assert shop.ask("select distinct run_id from intermediate.int_popular_at_runs order by 1") == [
        (run,) for run in runs
    ]
    rows = shop.ask(HISTORY)
    assert ("ann", "discover", 1, "tea", "r1", "2024-03-01", runs[1], "2024-03-02") in rows
    assert len(rows) == len(runs) + 1


@pytest.mark.parametrize("until", FAILING)
def test_a_retry_under_another_id_goes_on_with_the_run_that_failed(shop, until):
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea", "jam"))
    lists = lists_of("ann", "rye", "jam")
    shop.serve("r2", "2024-03-02", lists, until=until)
    shop.serve("retry", "2024-03-02", lists, only=MADE[MADE.index(until) + 1 :])
    shop.serve("r3", "2024-03-03", lists_of("ann", "oil", "jam"))
    assert shop.ask(HISTORY) == [
        ("ann", "discover", 1, "tea", "r1", "2024-03-01", "r2", "2024-03-02"),
        ("ann", "discover", 2, "jam", "r1", "2024-03-01", None, None),
        ("ann", "discover", 1, "rye", "r2", "2024-03-02", "r3", "2024-03-03"),
        ("ann", "discover", 1, "oil", "r3", "2024-03-03", None, None),
    ]


def test_a_clock_that_is_set_back_loses_no_run(shop):
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea"))
    shop.serve("r2", "2024-03-02", lists_of("ann", "rye"))
    shop.turn_clock_back()
    shop.serve("r3", "2024-03-03", lists_of("ann", "oil"), until="int_ended_recommendations")
    shop.serve("r4", "2024-03-03", lists_of("ann", "gin"))
    assert [(row[3], row[4], row[6]) for row in shop.ask(HISTORY)] == [
        ("tea", "r1", "r2"),
        ("rye", "r2", "r4"),
        ("gin", "r4", None),
    ]


def test_a_build_on_the_same_day_ends_what_it_replaces_when_it_began(shop):
    """In the shop's time it was served for no time, and nothing is its outcome."""
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea"), popular=["tea"])
    shop.serve("r2", "2024-03-01", lists_of("ann", "rye"), popular=["tea"])
    shop.buy("ann", "tea", "2024-03-01 10:00")
    shop.buy("ann", "rye", "2024-03-01 10:00")
    shop.serve("r3", "2024-03-02", lists_of("ann", "oil"), popular=["tea"])
    assert shop.ask(HISTORY)[:2] == [
        ("ann", "discover", 1, "tea", "r1", "2024-03-01", "r2", "2024-03-01"),
        ("ann", "discover", 1, "rye", "r2", "2024-03-01", "r3", "2024-03-02"),
    ]
    assert shop.ask("select product_id, run_id from marts.recommendation_outcomes") == [
        ("rye", "r2")
    ]
    assert {row[0] for row in shop.ask(BROUGHT)} == {"r2"}


def test_a_build_of_an_earlier_day_takes_the_place_of_later_ones(shop):
    """The fourth build looks at 2 March again; what was served from then on, it serves instead."""
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea", "jam"))
    shop.serve("r2", "2024-03-02", lists_of("ann", "rye", "jam"))
    shop.serve("r3", "2024-03-04", lists_of("ann", "oil", "jam"))
    shop.buy("ann", "tea", "2024-03-01 09:00")
    shop.buy("ann", "rye", "2024-03-03 09:00")
    shop.buy("ann", "oil", "2024-03-04 09:00")
    shop.buy("ann", "jam", "2024-03-04 09:00")
    shop.serve("r4", "2024-03-02", lists_of("ann", "oil", "jam"))
    assert shop.ask("select run_id, goes_back from intermediate.int_list_runs order by 1") == [
        ("r1", False),
        ("r2", False),
        ("r3", False),
        ("r4", True),
    ]
    shop.serve("r5", "2024-03-05", lists_of("ann", "oil", "jam"))
    assert shop.ask(HISTORY) == [
        ("ann", "discover", 1, "tea", "r1", "2024-03-01", "r2", "2024-03-02"),
        ("ann", "discover", 2, "jam", "r1", "2024-03-01", "r4", "2024-03-02"),
        ("ann", "discover", 1, "rye", "r2", "2024-03-02", "r3", "2024-03-02"),
        ("ann", "discover", 1, "oil", "r4", "2024-03-02", None, None),
        ("ann", "discover", 2, "jam", "r4", "2024-03-02", None, None),
        ("ann", "discover", 1, "oil", "r3", "2024-03-04", "r4", "2024-03-04"),
    ]
    assert shop.ask(
        "select product_id, run_id, days_after from marts.recommendation_outcomes order by 1"
    ) == [("jam", "r4", 2), ("oil", "r4", 2), ("tea", "r1", 0)]


def test_making_the_public_table_again_changes_no_history(shop):
    """`dbt build --select recommendations` reads lists that are served already."""
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea", "jam"))
    shop.serve("r2", "2024-03-02", lists_of("ann", "rye", "jam"))
    before = shop.ask(HISTORY)
    again = ("recommendations", "recommendations_history")
    shop.serve("selected", "2024-03-02", lists_of("ann", "rye", "jam"), only=again)
    assert shop.ask(HISTORY) == before
    shop.serve("r3", "2024-03-03", lists_of("ann", "rye", "oil"))
    assert shop.ask(HISTORY) == [
        ("ann", "discover", 1, "tea", "r1", "2024-03-01", "r2", "2024-03-02"),
        ("ann", "discover", 2, "jam", "r1", "2024-03-01", "r3", "2024-03-03"),
        ("ann", "discover", 1, "rye", "r2", "2024-03-02", None, None),
        ("ann", "discover", 2, "oil", "r3", "2024-03-03", None, None),
    ]


OF_A_VERSION_BEFORE = {
    "with its run": ("run_id, generated_at, probability", [("r0", "2024-02-29")]),
    "without probabilities": ("run_id", [("r0", "2024-02-29")]),
    "whose run isn't written down": ("run_id, generated_at, probability", []),
    "without runs": ("generated_at", []),
    "without runs or times": ("score", []),
}


@pytest.mark.parametrize("fails_first", [False, True])
@pytest.mark.parametrize("version", OF_A_VERSION_BEFORE)
def test_lists_of_a_version_without_history_are_its_first(shop, version, fails_first):
    columns, runs = OF_A_VERSION_BEFORE[version]
    shop.connection.execute(f"""
        create table marts.recommendations as
        select customer_id, 'discover' as list_type, rank, product_id, 'hybrid' as recommender,
            {columns}
        from (
            select *, 'r0' as run_id, timestamp '2024-01-31' as generated_at,
                .5 as probability, .5 as score
            from (values ('ann', 1, 'tea'), ('ann', 2, 'jam')) as rows (
                customer_id, rank, product_id
            )
        )
    """)  # noqa: S608 - names of ours
    for run, as_of in runs:
        shop.connection.execute(
            "insert into marts.run_history values (?, timestamp '2024-01-31', ?)", [run, as_of]
        )
    lists = [("ann", "discover", 1, "rye", None), ("ann", "discover", 2, "jam", None)]
    if "probability" in columns:
        lists = [(*row[:4], 0.25) for row in lists]
    if fails_first:
        shop.serve("failed", "2024-03-02", lists, until="int_popular_at_runs")
    shop.serve("r1", "2024-03-02", lists)
    expected = [
        ("ann", "discover", 1, "tea", "r0", "2024-03-01", "r1", "2024-03-02"),
        ("ann", "discover", 2, "jam", "r0", "2024-03-01", None, None),
        ("ann", "discover", 1, "rye", "r1", "2024-03-02", None, None),
    ]
    if not runs:  # when they began isn't known
        expected = [
            ("ann", "discover", 1, "rye", "r1", "2024-03-02", None, None),
            ("ann", "discover", 2, "jam", "r1", "2024-03-02", None, None),
        ]
    assert shop.ask(HISTORY) == expected
    promised = 0.5 if runs and "probability" in columns else lists[1][4]
    assert shop.ask(
        "select probability from marts.recommendations_history where product_id = 'jam'"
    ) == [(promised,)]


def test_what_ended_long_ago_is_removed_and_what_is_served_stays(shop):
    shop.set(keep_days=2)
    for day in range(1, 6):
        shop.serve(
            f"r{day}",
            f"2024-03-0{day}",
            lists_of("ann", f"tea {day}", "jam"),
            popular=["tea"],
        )
    left = "select product_id, run_id from marts.recommendations_history order by 2, 1"
    assert shop.ask(left) == [
        ("jam", "r1"),
        # the cut-off of 5 March is two days after that of 3 March, which ended it
        ("tea 2", "r2"),
        ("tea 3", "r3"),
        ("tea 4", "r4"),
        ("tea 5", "r5"),
    ]
    assert shop.ask("select distinct run_id from intermediate.int_popular_at_runs order by 1") == [
        ("r3",),
        ("r4",),
        ("r5",),
    ]
    # r2 has no metrics any more: the rows of it that had ended earlier are gone
    of_runs = "select distinct run_id from marts.outcome_metrics order by 1"
    assert shop.ask(of_runs) == [("r3",), ("r4",)]
    shop.serve("r6", "2204-03-06", lists_of("ann", "tea 6", "jam"), popular=["tea"])  # mistyped
    shop.serve("r7", "2024-03-06", lists_of("ann", "tea 7", "jam"), popular=["tea"])
    assert ("tea 4", "r4") in shop.ask(left)
    shop.set(keep_days=0)
    shop.serve("r8", "2026-03-06", lists_of("ann", "tea 8"), popular=["tea"])
    assert ("tea 4", "r4") in shop.ask(left)


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
