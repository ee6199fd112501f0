"""What was served is written down: played on tables made by hand."""

import pytest

from .played_history import MADE, PlayedHistory, lists_of

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


@pytest.mark.parametrize("until", FAILING)
def test_a_build_that_was_killed_and_goes_on_under_its_own_id_is_one_run(shop, until):
    """What it had committed may be made once more, where it couldn't write down that it had."""
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea", "jam"), popular=["tea", "jam"])
    lists = lists_of("ann", "rye", "jam")
    shop.serve("r2", "2024-03-02", lists, popular=["tea", "jam"], until=until)
    shop.serve("r2", "2024-03-02", lists, popular=["tea", "jam"])
    assert shop.ask("select run_id from intermediate.int_list_runs order by run_number") == [
        ("r1",),
        ("r2",),
    ]
    assert shop.ask("""
        select run_id, count(*) from intermediate.int_popular_at_runs group by all order by all
    """) == [("r1", 2), ("r2", 2)]
    assert shop.ask(HISTORY) == [
        ("ann", "discover", 1, "tea", "r1", "2024-03-01", "r2", "2024-03-02"),
        ("ann", "discover", 2, "jam", "r1", "2024-03-01", None, None),
        ("ann", "discover", 1, "rye", "r2", "2024-03-02", None, None),
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
    assert shop.ask("select distinct run_id from marts.outcome_metrics") == [("r2",)]


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
