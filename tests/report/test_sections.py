"""What each section says, against what its tables say."""

import pytest

from recsys.reading.warehouse import Warehouse
from recsys.report.blocks import Figure, Table
from recsys.report.numbers import NOTHING
from recsys.report.page import page
from recsys.report.sections import (
    SECTIONS,
    baskets,
    calibration,
    champions,
    coverage,
    demand,
    diversity,
    drift,
    examples,
    features,
    history,
    inputs,
    leaderboard,
    objectives,
    overview,
    reasons,
    rules,
    segments,
    together,
    uplift,
)
from recsys.report.source import Source

EMPTIED = [
    *("model_metrics", "champions", "recommendations", "purchases", "products", "customers"),
    *("input_audit", "rejected_rows", "cleaning_report", "similar_products", "bought_together"),
    *("run_history", "feature_importances", "probability_calibration", "rating_metrics"),
    *("input_support", "reranking_effects", "expected_demand", "demand_backtest"),
    *("demand_metrics", "rule_effects"),
    *("basket_metrics", "reason_faithfulness", "drift"),
]


def figures(blocks) -> dict[str, Figure]:
    return {block.title: block for block in blocks if isinstance(block, Figure)}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_baskets_are_beside_what_is_bought_again(source):
    words, table = baskets.blocks(source)
    assert plain(words.sentences[0]).startswith(
        "94 % of the places of Next basket hold what Buy again has at the same place, and for 85 %"
    )
    assert [[plain(cell) for cell in row] for row in table.rows] == [
        [
            *(
                "Next basket",
                "0.3000 (0.2900 to 0.3100)",
                "0.0200 (0.0100 to 0.0300)",
                NOTHING,
                NOTHING,
            ),
            *("+0.0010", "tie"),
        ],
        ["Buy again", "0.2990 (0.2890 to 0.3090)", NOTHING, NOTHING, NOTHING, NOTHING, NOTHING],
    ]


def test_reasons_are_beside_what_scores_lose_without_them(source):
    [table] = reasons.blocks(source)
    assert [[plain(cell) for cell in row] for row in table.rows] == [
        ["habit", "40", "97.5 %", "87.1 % to 99.6 %", "31 %"],
        ["same customers", "9", "100.0 %", "70.1 % to 100.0 %", "5 %"],
    ]


def test_what_deviates_stands_first(source):
    [figure] = drift.blocks(source)
    assert plain(figure.reading) == (
        "Of 4 measures against 28 builds before it, 1 is an alarm and 1 is watched. The farthest "
        "is lines, purchases: 1,020, where 2,040 was expected."
    )
    assert [row[0] for row in figure.table.rows] == [
        *("lines, purchases", "coverage, next basket", "customers", "products"),
    ]
    assert figure.table.rows[0] == [
        *("lines, purchases", "1,020", "2,040", "1,020", "4,080", "\u221214.0", "alarm"),
    ]
    # a side that is no alarm
    assert figure.table.rows[2][3:5] == ["4.5", NOTHING]


def test_the_measure_that_deviates_most_is_shown_over_time(changed):
    path = changed("""
        create or replace table marts.run_history as
            select 'run-0' as run_id, timestamptz '2017-12-30 05:00+00' as started_at
            union all by name
            from marts.run_history;
        insert into marts.drift by name
            select 'run-0' as run_id, date '2017-12-30' as as_of, 'lines' as measure,
                'purchases' as part, 2100. as value, 'too few runs' as verdict
    """)
    with Warehouse(path) as warehouse:
        _, history = drift.blocks(Source(warehouse))
    assert history.title == "Lines, purchases, build by build"
    assert history.reading == (
        "In the last 3 builds it was between 1,020 and 2,100; now it is 1,020."
    )
    assert [row[0] for row in history.table.rows] == [
        *("1 January 2018", "31 December 2017", "30 December 2017"),
    ]
    assert history.table.rows[2][2] == NOTHING


def test_where_nothing_deviates_it_says_so(changed):
    path = changed("delete from marts.drift where verdict <> 'ok'")
    with Warehouse(path) as warehouse:
        [figure] = drift.blocks(Source(warehouse))
    assert plain(figure.reading) == (
        "This build was compared in 1 measure against 28 builds before it: nothing deviates."
    )


def test_anchors_are_unique():
    anchors = [section.anchor for section in SECTIONS]
    assert len(set(anchors)) == len(anchors)


def test_overview(source):
    [tiles] = overview.blocks(source)
    said = {tile.label: (plain(tile.value), plain(tile.detail)) for tile in tiles.tiles}
    assert said["Purchase lines"] == ("1.47 M", "up to 31 December 2017")
    assert said["Customers"] == ("9", "72 places in lists")  # 8 customers, 3 lists of 3
    assert said["Products"] == ("4", "3 may be recommended")
    # 307 of 1,469,311
    assert said["Lines rejected"] == ("under 0.1 %", "307 of 1,469,311")


def test_champions_are_compared_with_what_would_serve(source):
    [cards] = champions.blocks(source)
    discover, basket = cards.cards
    # .0575 is .02 above popularity: 53 % more
    assert (discover.heading, plain(discover.value)) == ("Discover", "+53 % over popularity")
    assert dict(discover.facts)["popularity would have"] == "0.0375"
    assert basket.mark == "good"


@pytest.mark.parametrize(
    ("row", "value", "mark"),
    [
        ("verdict = 'tie', difference = .001", "as good as popularity", "neutral"),
        ("verdict = 'worse', difference = -.02", "\u221226 % against popularity", "bad"),
        (
            "verdict = null, difference = 0, baseline = 'hybrid'",
            "the simple recommender itself",
            "neutral",
        ),
        ("verdict = null, value = null", "not judged", "neutral"),
    ],
)
def test_a_champion_that_is_no_better(changed, row, value, mark):
    path = changed(f"update marts.champions set {row}")  # noqa: S608 - these rows
    with Warehouse(path) as warehouse:
        [cards] = champions.blocks(Source(warehouse))
    assert (plain(cards.cards[0].value), cards.cards[0].mark) == (value, mark)


def test_leaderboard_says_who_leads_and_who_serves(source):
    found = figures(leaderboard.blocks(source))
    assert found["Discover"].reading == (
        "Hybrid has the highest value, 0.058, and it serves the list; next is popularity with "
        "0.036."
    )
    assert found["Discover"].table.rows[0][:3] == ["hybrid", "0.0575", "0.0475 to 0.0675"]
    assert "40 %" in plain(found["Product pages"].reading)


def test_a_leaderboard_that_another_recommender_leads(changed):
    path = changed("update marts.champions set recommender = 'popularity', verdict = null")
    with Warehouse(path) as warehouse:
        reading = figures(leaderboard.blocks(Source(warehouse)))["Discover"].reading
    assert reading == "Hybrid has the highest value, 0.058; popularity serves the list, with 0.036."


def test_segments_compare_with_the_simple_recommender(changed):
    path = changed("""
        insert into marts.model_metrics
        select 'run-2', '2017-12-04', recommender, 'next_basket', segment_type, segment, 'ndcg', 10,
            value, value - .1, value + .1, customers
        from (values
            ('popularity', 'rfm', 'loyal', .3, 2000), ('hybrid', 'rfm', 'at risk', .2, 30),
            ('popularity', 'rfm', 'at risk', .4, 30), ('hybrid', 'history', 'cold', .9, 29)
        ) as rows (recommender, segment_type, segment, value, customers)
    """)
    with Warehouse(path) as warehouse:
        found = figures(segments.blocks(Source(warehouse)))
    assert found["Next basket"].reading == (
        "Best for “loyal” (0.500), weakest for “at risk” (0.200); ahead of popularity in 1 of 2 "
        "segments of 30 customers or more."
    )
    assert [row[0] for row in found["Next basket"].table.rows] == [
        "cold (by history)",
        "loyal (by RFM segment)",
        "at risk (by RFM segment)",
    ]


def test_calibration_adds_up_expected_and_actual(source):
    found = figures(calibration.blocks(source))
    assert plain(found["New products"].reading).startswith("10 purchases were expected and 10 ")
    assert plain(found["Products bought before"].reading) == (
        "30 purchases were expected and 20 happened, so 50 % too many were expected; of the tenth "
        "with the highest probabilities, 30 % were to be bought and 20 % were."
    )


def test_features_of_today_by_importance(source):
    [figure] = features.blocks(source)
    assert [row[0] for row in figure.table.rows] == ["orders of it", "score by ease"]
    assert [row[1] for row in figure.table.rows] == ["own_orders", "ease_score"]
    assert "“orders of it” matters most" in figure.reading


def test_coverage_of_todays_lists(source):
    # each of 8 customers has all three recommendable products, in each list
    figure = figures(coverage.blocks(source))["Concentration of today's lists"]
    assert "shows 3 of 3 products that may be recommended (100 %)" in plain(figure.reading)


def test_concentration_is_the_share_of_the_ten_most_listed(changed):
    # 20 products once, and P1 twenty times in all: 29 of 40 places are the first ten's
    path = changed("""
        delete from marts.recommendations;
        insert into marts.recommendations (customer_id, list_type, rank, product_id)
        select 'c' || n, 'discover', 1, 'P1' from range(20) as r (n) union all
        select 'c' || n, 'discover', 2, 'Q' || n from range(20) as r (n);
        insert into marts.products (product_id, is_recommendable)
        select 'Q' || n, true from range(20) as r (n)
    """)
    with Warehouse(path) as warehouse:
        figure = figures(coverage.blocks(Source(warehouse)))["Concentration of today's lists"]
        [most] = [block for block in coverage.blocks(Source(warehouse)) if isinstance(block, Table)]
    [row] = figure.table.rows
    # 21 of 23 recommendable products
    assert [plain(cell) for cell in row] == ["Discover", "21", "91.3 %", "72.5 %"]
    assert most.rows[0][0] == "Café [crème], 250 g"
    assert plain(most.rows[0][3]) == "100 %"


def test_coverage_and_popularity_of_recommenders(changed):
    path = changed("""
        insert into marts.model_metrics
        select 'run-2', '2017-12-04', recommender, 'discover', 'all', 'all', metric, 10, value,
            null, null, 2000
        from (values
            ('hybrid', 'coverage', .06), ('hybrid', 'popularity_bias', .9),
            ('svd', 'coverage', .4), ('svd', 'popularity_bias', .5)
        ) as rows (recommender, metric, value)
    """)
    with Warehouse(path) as warehouse:
        found = figures(coverage.blocks(Source(warehouse)))
    assert plain(found["Discover: coverage and popularity"].reading) == (
        "Svd shows most of the catalogue (40 %); hybrid, which serves, shows 6.0 %, on average "
        "products more popular than 90 % of the others."
    )


def test_diversity_says_what_the_settings_in_force_gain_and_cost(source):
    [figure] = diversity.blocks(source)
    assert figure.reading == (
        "As they are set, lists have 10.0 titles of 7.5 categories, against 9.1 of 7.0 without "
        "re-ranking; NDCG differs by \u22120.0012."
    )
    assert [row[0] for row in figure.table.rows] == [
        "in force",
        "no re-ranking",
        "diversity: 0",
        "diversity: 0.5",
        "max per category: 1",
    ]


def test_categories_in_the_same_order(changed):
    # 100 orders: 40 with tea, 50 with milk, 30 with both: 30 * 100 / (40 * 50) = 1.5 times chance
    path = changed("""
        delete from marts.purchases;
        update marts.products set category = 'TEA' where product_id = 'P1';
        update marts.products set category = 'MILK' where product_id = 'P2';
        insert into marts.purchases (customer_id, product_id, order_id, is_return)
        select 'c', product_id, 'o' || n, false
        from range(100) as r (n)
        cross join (values ('P1', 0, 40), ('P2', 10, 60), ('007', 60, 100), ('P1', 0, 40))
            as rows (product_id, first, after)
        where n >= first and n < after
    """)
    with Warehouse(path) as warehouse:
        figure = figures(together.blocks(Source(warehouse)))["Categories in the same order"]
    assert figure.table.rows == [["MILK", "TEA", "30", "1.50"]]
    assert "share an order 1.5 times as often as by chance" in figure.reading


def test_many_lines_are_a_sample_of_whole_orders(changed, monkeypatch):
    # 3,000 orders of two categories each: in any sample they always come together
    monkeypatch.setattr(together, "MOST_LINES", 1000)
    path = changed("""
        delete from marts.purchases;
        update marts.products set category = 'TEA' where product_id = 'P1';
        update marts.products set category = 'MILK' where product_id = 'P2';
        insert into marts.purchases (customer_id, product_id, order_id, is_return)
        select 'c', if(m = 0, 'P1', 'P2'), 'o' || n, false
        from range(3000) as r (n), range(2) as s (m)
    """)
    with Warehouse(path) as warehouse:
        figure = figures(together.blocks(Source(warehouse)))["Categories in the same order"]
    [[_, _, orders, lift]] = figure.table.rows
    assert lift == "1.00"
    assert 400 < int(orders) < 600  # a sixth of 3,000, give or take four deviations
    assert figure.table.note == "Of one order in 6, drawn by lot."


def test_pairs_of_products(source):
    [table] = [block for block in together.blocks(source) if isinstance(block, Table)]
    first, *_ = table.rows
    assert [plain(cell) for cell in first] == [
        "Café [crème], 250 g",
        'Milk "fresh"',
        "120",
        "30 %",
        "2.5",
    ]


def test_inputs_say_what_was_rejected_and_why(source):
    figure, rejected, cleaned, missing = inputs.blocks(source)
    assert plain(figure.reading) == (
        "307 of 1,469,311 lines were rejected (under 0.1 %), most often for “quantity is not a "
        "number” (300)."
    )
    assert rejected.rows == [["purchases", "no product", "a.csv", "7", "{}"]]
    assert [row[1] for row in cleaned.rows] == ["zero price"]
    assert missing.rows == [["ratings", "ratings are implied by purchases"]]


def test_nothing_rejected(changed):
    path = changed("delete from marts.input_audit where outcome = 'rejected'")
    with Warehouse(path) as warehouse:
        figure, *_ = inputs.blocks(Source(warehouse))
    assert figure.reading == "All 1,469,004 lines could be used."


def test_examples_show_history_list_and_what_was_missed(changed, monkeypatch):
    monkeypatch.setattr(examples, "FEWEST_RELEVANT", 2)
    with Warehouse(changed()) as warehouse:
        blocks = examples.blocks(Source(warehouse))
    found, _ = [block for block in blocks if block.kind == "examples"]
    best, worst = found.examples
    assert best.heading == "Customer 00123"
    assert best.summary == "Among the best: 2 of 2 products found, NDCG@10 0.92"
    assert [line.is_hit for line in best.columns[1][1]] == [True, False, True]
    assert best.columns[2][2] == "nothing: all of it was in the list"
    assert worst.summary.startswith("Among the worst: 1 of 2 products found")
    spread = figures(blocks)["Next basket: hits per customer"]
    assert plain(spread.reading) == (
        "75 % of judged customers bought at least one of the ten products, and 0 % three or more."
    )


def test_history_newest_first(source):
    [table] = history.blocks(source)
    assert [row[0] for row in table.rows] == ["2018-01-01 06:00", "2017-12-31 06:00"]


@pytest.mark.parametrize("section", [leaderboard, segments, calibration, examples])
def test_nothing_judged_is_no_error(changed, section):
    path = changed("""
        delete from marts.model_metrics;
        delete from marts.probability_calibration;
        delete from marts.rating_metrics;
    """)
    with Warehouse(path) as warehouse:
        assert section.blocks(Source(warehouse)) == []


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.anchor)
def test_empty_tables_are_no_error(changed, section):
    """As of a shop with nothing to show: every table is there, and no row."""
    emptied = ";".join(f"delete from marts.{table}" for table in (*EMPTIED, "uplift"))  # noqa: S608 - these names
    path = changed(f"{UPLIFT}; {emptied}")
    with Warehouse(path) as warehouse:
        section.blocks(Source(warehouse))


def test_demand_says_what_will_be_bought_and_how_near_it_came(source):
    coming, past = demand.blocks(source)
    assert plain(coming.reading) == (
        "From 1 January 2018 to 28 January 2018 340 buyers are expected of MILK, the most of all "
        "categories."
    )
    # categories and products aren't mixed; of milk no margin is known
    assert [list(row) for row in coming.table.rows] == [
        ["MILK", "340", "320 to 370", "680", "1,020", "\u2013"],
        ["TEA", "120", "100 to 150", "240", "360", "120"],
    ]
    # salt has too few buyers for a point
    assert [list(row) for row in past.table.rows] == [
        ["MILK", "300", "280 to 330", "340"],
        ["TEA", "130", "110 to 160", "100"],
    ]
    assert plain(past.reading) == (
        "In 67 % of the categories the actual number of buyers was within the 95 % interval; of "
        "the 2 with 100 buyers or more, 50 % were expected to within a tenth, and all together 430 "
        "of 440."
    )


def test_a_shop_without_categories_shows_products(changed):
    path = changed(
        "; ".join(
            f"delete from marts.{table} where level = 'category'"  # noqa: S608 - these tables
            for table in ("expected_demand", "demand_backtest", "demand_metrics")
        )
    )
    with Warehouse(path) as warehouse:
        source = Source(warehouse)
        [named] = source.rows("select title from marts.products where product_id = 'P1'")
        coming, past = demand.blocks(source)
    assert coming.table.rows[0][0] == past.table.rows[0][0] == named["title"]
    assert "the most of all products" in coming.reading


def test_demand_without_intervals_is_drawn(changed):
    path = changed(
        "update marts.expected_demand set buyers_low = null, buyers_high = null; "
        "update marts.demand_backtest set buyers_low = null, buyers_high = null"
    )
    with Warehouse(path) as warehouse:
        for figure in demand.blocks(Source(warehouse)):
            assert figure.draw(510).to_dict()


def test_objectives_say_what_money_costs(source):
    [figure] = objectives.blocks(source)
    assert figure.reading == (
        "Lists made for revenue instead of probability change what customers paid for their "
        "products by +0.50 per list, and NDCG by \u22120.0100."
    )
    assert [row[:2] for row in figure.table.rows] == [
        ["probability", "0.0588"],
        ["revenue", "0.0488"],
    ]


def test_a_shop_that_does_not_say_what_was_paid_shows_what_is_expected(changed):
    path = changed("update marts.reranking_effects set hit_revenue = null")
    with Warehouse(path) as warehouse:
        [figure] = objectives.blocks(Source(warehouse))
    assert figure.reading == "Lists made for revenue change NDCG by \u22120.0100."
    assert figure.draw(330).to_dict()["encoding"]["x"]["title"] == "expected revenue per list"


def test_rules_say_what_each_of_them_costs(source):
    [figure] = rules.blocks(source)
    assert figure.title == "Discover"
    assert plain(figure.reading) == (
        "3 of 4 rules change these lists; “no <b>cards</b>” costs most, with an NDCG that differs "
        "by \u22120.0200. All that are active today, together: \u22120.0300, and expected revenue "
        "per customer \u22120.300."
    )
    assert [row[0] for row in figure.table.rows] == [
        *("all active rules", "no <b>cards</b>", "spring (not active today)", "own brand", "jam"),
    ]
    assert [plain(cell) for cell in figure.table.rows[3]] == [
        *("own brand", "boost", "30 %", "+0.0040", "0.0030 to 0.0050", "+0.040"),
        "-0.460 to 0.540",
    ]


def test_rules_are_left_out_where_there_are_none(changed):
    with Warehouse(changed()) as warehouse:
        assert 'id="rules"' in page(Source(warehouse))
    with Warehouse(changed("delete from marts.rule_effects")) as warehouse:
        assert "What rules cost" not in page(Source(warehouse))
    with Warehouse(changed("drop table marts.rule_effects")) as warehouse:
        assert "rule_effects" not in page(Source(warehouse))


UPLIFT = """
create table marts.uplift as
select
    'run-2' as run_id, 'spring <b>' as experiment, 'champion' as arm, 'control' as baseline, metric,
    date '2018-01-01' as from_day, date '2018-01-21' as until_day, 21 as days,
    2000::bigint as customers, 200::bigint as baseline_customers, 12. as value,
    11. as baseline_value, .9 as difference, low as ci_low, 1.5 as ci_high,
    .08 as relative_difference, low / 10 as relative_low, .13 as relative_high,
    .4 as variance_reduction, .8 as smallest_effect, p as sample_ratio_p, verdict,
    'In words: ' || verdict || '.' as summary
from (values ('revenue', .3, 'better'), ('orders', -.2, 'open'), ('buyers', null, 'too few'))
    as rows (metric, low, verdict)
cross join (values (.25)) as balance (p)
"""


def test_an_experiment_is_read_out(changed):
    with Warehouse(changed(UPLIFT)) as warehouse:
        source = Source(warehouse)
        words, figure = uplift.blocks(source)
        html = page(source)
    assert [plain(one) for one in words.sentences] == [
        "Experiment spring <b>: 21 days from 1 January 2018.",
        *("In words: better.", "In words: open.", "In words: too few."),
        "The arms have as many customers as their shares say (p = 0.25 by a sequential test).",
    ]
    assert figure.reading.startswith("1 of 3 comparisons shows a difference.")
    assert figure.table.rows[0] == [
        *("champion against control", "revenue per customer", "12.0000", "11.0000", "+0.9000"),
        *("0.3000 to 1.5000", "0.8000", "better"),
    ]
    assert figure.table.rows[2][5] == NOTHING
    assert "spring <b>" not in html
    assert "champion against control, revenue per customer: +8.0" in html


def test_uneven_arms_are_said_and_without_intervals_nothing_is_drawn(changed):
    late = "; update marts.uplift set sample_ratio_p = .004, relative_low = null"
    with Warehouse(changed(UPLIFT + late)) as warehouse:
        words, table = uplift.blocks(Source(warehouse))
    assert words.sentences[-1].startswith("The arms don't have as many customers")
    assert isinstance(table, Table)


def test_without_an_experiment_the_section_is_left_out(source, changed):
    with Warehouse(changed(f"{UPLIFT}; truncate marts.uplift")) as warehouse:
        assert uplift.blocks(Source(warehouse)) == []
        html = page(Source(warehouse))
    assert 'id="uplift"' not in html
    assert 'id="uplift"' not in page(source)
