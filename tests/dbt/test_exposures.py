"""What customers were shown: read from files, and what it says of lists and purchases."""

import random
from datetime import datetime, timedelta

import pytest

from recsys.errors import ShopFileError
from recsys.storage.forgotten import new_list

from .played_history import PlayedHistory, lists_of

SHOP = """
name: seen
purchases:
  path: lines.csv
  columns: {customer_id: c, product_id: p, purchased_at: t}
exposures:
  path: seen.csv
  columns: {customer_id: who, product_id: what, shown_at: at%s}
as_of: 2024-03-31
"""
LINES = "c,p,t\nann,tea,2024-03-01\nbob,jam,2024-03-30\n"
SEEN = """
    select list_type, lists, exposures, exposures_not_listed, customers_seen,
        recommendations_seen, clicks, click_rate, seen_hits, seen_buyers, seen_hit_rate,
        seen_revenue
    from marts.outcome_metrics order by all
"""


@pytest.fixture
def shop() -> PlayedHistory:
    return PlayedHistory()


def exposed(cleaner, lines, more=", list_type: list, clicked_at: click", **options):
    """Return the query of a shop that has these lines of exposures."""
    files = {"shop.yml": SHOP % more, "lines.csv": LINES, "seen.csv": lines}
    return cleaner.clean(files, **options)


def test_every_line_is_accepted_or_rejected_for_its_reason(cleaner):
    """Customers and products that nobody bought as are no error: tomorrow they may be known."""
    ask = exposed(
        cleaner,
        "who,what,list,at,click\n"
        "ann,tea,discover,2024-03-02 10:00,2024-03-02 10:01\n"
        "ann,tea,home page,2024-03-02 10:00,\n"
        "ann,tea,Buy again,2024-03-02 10:00,\n"
        "zoe,gin,,2024-03-02 10:00,\n"
        "ann,jam,,2024-03-02 10:00,2024-03-01 23:00\n"
        "ann,jam,,2099-01-01,\n"
        "ann,jam,,some day,\n"
        "ann,tea,discover,2024-03-02 10:00,\n"
        "ann,jam,,2024-04-01,\n"
        "ann,jam\n",
    )
    assert ask("""
        select row_number, reason from marts.rejected_rows where source = 'exposures' order by all
    """) == [
        (2, "unknown_list_type"),
        (5, "clicked_before_shown"),
        (6, "in_the_future"),
        (7, "unreadable_shown_at"),
        (8, "duplicate_exposure"),
        (9, "after_as_of"),
        (10, "too_few_fields"),
    ]
    assert ask("""
        select outcome, sum(rows) from marts.input_audit where source = 'exposures' group by all
        order by all
    """) == [("accepted", 3), ("rejected", 7)]
    assert ask("""
        select rule, rows, example from marts.cleaning_report
        where source = 'exposures' and effect = 'flagged'
    """) == [
        ("of_unknown_customer", 1, "seen.csv, row 4"),
        ("of_unknown_product", 1, "seen.csv, row 4"),
    ]
    assert ask("select customer_id from marts.customers order by 1") == [("ann",), ("bob",)]


def test_no_column_of_clicks_and_none_of_lists(cleaner):
    ask = exposed(cleaner, "who,what,at\nann,tea,2024-03-02\n", more="")
    assert ask("select list_type, clicked_at, reject_reason from staging.stg_exposures") == [
        (None, None, None)
    ]
    assert ask("select * from intermediate.int_exposure_log") == [(datetime(2024, 3, 2), False)]
    assert ask("select is_given from marts.input_support where aspect = 'clicks'") == [(False,)]


@pytest.mark.parametrize("lines", ["who,what,list,at,click\n", "who,what,list,at,click\nx,y,,,\n"])
def test_a_file_of_nothing_usable_is_as_none(cleaner, lines):
    ask = exposed(cleaner, lines)
    assert ask("from intermediate.int_exposure_log") == []


def test_a_column_that_is_none_of_ours_is_refused(cleaner):
    with pytest.raises(ShopFileError, match=r"exposures.*unknown column 'list'.*list_type"):
        exposed(cleaner, "who,what,list,at\n", more=", list: list")
    with pytest.raises(ShopFileError, match=r"exposures.*'seen'.*at, what, who"):
        exposed(cleaner, "who,what,at\n", more=", clicked_at: seen")


def test_nothing_is_kept_of_who_was_forgotten(cleaner):
    forgotten = new_list()
    forgotten = forgotten.adding([forgotten.hash_of("ann")], datetime(2024, 5, 1).date())
    ask = exposed(
        cleaner,
        "who,what,list,at,click\nann,tea,,2024-03-02,\nbob,tea,,2024-03-02,\n",
        forgotten=forgotten,
    )
    assert ask("select customer_id from intermediate.int_exposures") == [("bob",)]
    assert ask("""
        select row_number, reason, row_json from marts.rejected_rows where source = 'exposures'
    """) == [(1, "forgotten", "{}")]


def test_a_shop_without_exposures_has_what_it_had(shop):
    shop.serve("r1", "2024-03-02", lists_of("ann", "tea"), popular=["tea"])
    shop.buy("ann", "tea", "2024-03-02 10:00")
    shop.serve("r2", "2024-03-03", lists_of("ann", "tea"), popular=["tea"])
    assert shop.ask("select was_seen, was_clicked from marts.recommendation_outcomes") == [
        (None, None)
    ]
    assert shop.ask(SEEN) == [
        ("discover", "popularity", *[None] * 10),
        ("discover", "served", *[None] * 10),
    ]


def test_what_was_seen_of_a_list_and_what_came_of_it(shop):
    """Of her list ann sees tea twice and jam once, and clicks tea; bob sees nothing of his list.

    She buys tea for 3, and rye, which she wasn't shown, for 2; bob buys tea for 5. What she was
    shown of yesterday's list, gin, isn't in today's.
    """
    lists = lists_of("ann", "tea", "jam", "rye") + lists_of("bob", "tea")
    shop.serve("r1", "2024-03-02", lists, popular=["tea", "rye"])
    shop.show("ann", "tea", "2024-03-02 08:00", list_type="discover")
    shop.show("ann", "tea", "2024-03-02 09:00", clicked_at="2024-03-02 09:01")
    shop.show("ann", "jam", "2024-03-02 09:00", list_type="discover")
    shop.show("ann", "gin", "2024-03-02 09:00", list_type="discover")
    for customer, product, amount in [("ann", "tea", 3), ("ann", "rye", 2), ("bob", "tea", 5)]:
        shop.buy(customer, product, "2024-03-02 10:00", amount=amount)
    shop.serve("r2", "2024-03-03", lists, popular=["tea", "rye"])
    assert shop.ask("""
        select customer_id, product_id, was_seen, was_clicked from marts.recommendation_outcomes
        order by all
    """) == [
        ("ann", "rye", False, False),
        ("ann", "tea", True, True),
        ("bob", "tea", False, False),
    ]
    assert shop.ask(SEEN) == [
        ("discover", "popularity", *[None] * 10),
        # of 3 exposures 1 was clicked; of 1 customer who saw the list 1 bought what she saw
        ("discover", "served", 3, 1, 1, 2, 1, 1 / 3, 1, 1, 1.0, 3),
    ]


def test_a_product_that_moved_in_the_list_was_seen_all_the_same(shop):
    """It was shown at its rank of yesterday; what was shown 29 days before is too long ago."""
    shop.show("ann", "jam", "2024-02-02 09:00")
    shop.serve("r1", "2024-03-01", lists_of("ann", "tea", "jam"))
    shop.show("ann", "tea", "2024-03-01 09:00")
    shop.serve("r2", "2024-03-02", lists_of("ann", "jam", "tea"))
    shop.buy("ann", "tea", "2024-03-02 10:00")
    shop.buy("ann", "jam", "2024-03-02 10:00")
    shop.serve("r3", "2024-03-03", [])
    assert shop.ask(
        "select product_id, was_seen from marts.recommendation_outcomes order by 1"
    ) == [
        ("jam", False),
        ("tea", True),
    ]


def test_lists_that_were_shown_by_lot_agree_with_a_count_by_hand(shop):
    """Ten days of lists, exposures and purchases; each is looked up in Python, one by one."""
    draw = random.Random(3)  # noqa: S311 - any will do
    products, customers = [f"p{n}" for n in range(5)], ["ann", "bob", "cat"]
    day = datetime(2024, 3, 1)
    served, shown, bought = [], [], []
    for number in range(10):
        lists = {who: draw.sample(products, 3) for who in customers}
        rows = [row for who, listed in lists.items() for row in lists_of(who, *listed)]
        shop.serve(f"r{number}", str(day.date()), rows)
        served.append((day, lists))
        for _ in range(6):
            who, what = draw.choice(customers), draw.choice(products)
            at = day + timedelta(minutes=draw.randrange(1440))
            click = at + timedelta(minutes=5) if draw.random() < 0.5 else None
            shown.append((who, what, at, click))
            shop.show(who, what, str(at), clicked_at=str(click) if click else None)
            who, what = draw.choice(customers), draw.choice(products)
            at = day + timedelta(minutes=draw.randrange(1, 1440))
            bought.append((who, what, at))
            shop.buy(who, what, str(at), amount=1.0)
        day += timedelta(days=1)
    shop.serve("end", str(day.date()), [])
    first = min(at for _, _, at, _ in shown).date()
    outcomes = {
        (who, what, at): any((who, what) == one[:2] and one[2] <= at for one in shown)
        for who, what, at in bought
        if at.date() >= first and what in lists_at(served, at)[who]
    }
    assert set(outcomes.values()) == {True, False}
    assert outcomes == {
        row[:3]: row[3]
        for row in shop.ask("""
            select customer_id, product_id, purchased_at, was_seen
            from marts.recommendation_outcomes where was_seen is not null
        """)
    }
    metrics = []
    for number, (start, lists) in enumerate(served):
        seen = [
            one
            for one in shown
            if start <= one[2] < start + timedelta(days=1) and one[1] in lists[one[0]]
        ]
        hits = [
            key for key, is_seen in outcomes.items() if is_seen and key[2].date() == start.date()
        ]
        who_saw = {one[0] for one in seen}
        metrics.append((
            f"r{number}", len(seen), len(who_saw), len({one[:2] for one in seen}),
            sum(one[3] is not None for one in seen), len(hits), len({h[0] for h in hits} & who_saw),
        ))  # fmt: skip
    assert metrics == shop.ask("""
        select run_id, exposures, customers_seen, recommendations_seen, clicks, seen_hits,
            seen_buyers
        from marts.outcome_metrics where lists = 'served' order by run_id
    """)


def lists_at(served, at):
    """Return the lists that were served at a moment."""
    return [lists for start, lists in served if start <= at][-1]
