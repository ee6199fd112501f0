"""A published file whose report can be worked out by hand."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from recsys.reading.warehouse import Warehouse
from recsys.report.source import Source

FOLD = "2017-12-04"

JUDGED = f"""
create schema intermediate;
create table intermediate.int_folds as
select '{FOLD}' as fold, timestamp '2017-12-04' as cutoff_at, 'judge' as purpose;
create table intermediate.int_list_types as
select * from (values
    ('discover', true, false), ('buy_again', false, true), ('next_basket', true, true)
) as rows (list_type, takes_new, takes_bought);
create table intermediate.int_fold_customers as
select '{FOLD}' as fold, customer_id
from (values ('00123'), ('-5'), ('a/b'), ('50%')) as rows (customer_id);
-- o'hara wasn't ranked for, so what was bought then doesn't count
create table intermediate.int_held_out as
select '{FOLD}' as fold, customer_id, product_id, is_new, was_bought
from (values
    ('00123', 'P1', false, true), ('00123', 'P2', false, true),
    ('-5', 'P/3', true, false), ('-5', '007', true, false),
    ('a/b', '007', true, false), ('50%', 'P1', false, true),
    ('o''hara', 'P1', false, true)
) as rows (customer_id, product_id, is_new, was_bought);
create table intermediate.int_ranked_lists as
select '{FOLD}' as fold, 'hybrid' as recommender, list_type, customer_id, product_id, rank
from (values
    ('next_basket', '00123', 'P2', 1), ('next_basket', '00123', 'P/3', 2),
    ('next_basket', '00123', 'P1', 3),
    ('next_basket', '-5', 'P1', 1), ('next_basket', '-5', 'P/3', 2),
    ('next_basket', 'a/b', 'P1', 1), ('next_basket', 'a/b', '007', 11),
    ('next_basket', '50%', 'P1', 1),
    ('discover', '-5', 'P/3', 1)
) as rows (list_type, customer_id, product_id, rank);
create table marts.probability_calibration as
select
    '{FOLD}' as fold, list_type, bin, 100::bigint as pairs, predicted as mean_probability,
    bought as share_bought, 100 * predicted as expected_purchases,
    100 * bought as actual_purchases
from (values ('discover', 1, .01, .02), ('discover', 2, .09, .08), ('buy_again', 1, .3, .2))
    as rows (list_type, bin, predicted, bought);
create table marts.feature_importances as
select fold, feature, importance
from (values
    ('serving', 'own_orders', .3), ('serving', 'ease_score', .1), ('serving', 'pair_is_new', -.1),
    ('{FOLD}', 'product_trend', 1.)
) as rows (fold, feature, importance);
create table marts.cleaning_report as
select * from (values
    ('purchases', 'zero_price', 'flagged', 12::bigint, null, 'a.csv, row 3'),
    ('purchases', 'decimal_comma', 'changed', 0::bigint, 'decimal_separator', null)
) as rows (source, rule, effect, rows, setting, example);
create table marts.reranking_effects as
select
    '{FOLD}' as fold, 'discover' as list_type, setting, value, .06 + difference as ndcg,
    difference as ndcg_difference, difference - .001 as ci_low, difference + .001 as ci_high,
    titles as distinct_titles, .1 as repeated_title_share, categories as distinct_categories,
    600::bigint as products, 900::bigint as customers, .5 as hits, paid as hit_revenue,
    paid - 2. as hit_revenue_difference, paid - 2.1 as hit_revenue_ci_low,
    paid - 1.9 as hit_revenue_ci_high, null::double as hit_margin,
    3. as expected_revenue, null::double as expected_margin
from (values
    ('none', '', 0., 9.1, 7., 2.), ('current', '', -.0012, 10., 7.5, 2.),
    ('diversity', '0', -.0012, 10., 7.5, 2.),
    ('diversity', '0.5', -.02, 10., 9.8, 2.), ('max_per_category', '1', -.03, 10., 10., 2.),
    ('objective', 'probability', -.0012, 10., 7.5, 2.),
    ('objective', 'revenue', -.0112, 10., 7.5, 2.5)
) as rows (setting, value, difference, titles, categories, paid);
create table marts.expected_demand as
select
    level, product_id, category, date '2018-01-01' as window_from,
    date '2018-01-28' as window_until,
    buyers as expected_buyers, buyers - 20 as buyers_low, buyers + 30 as buyers_high,
    2. * buyers as expected_quantity, 3. * buyers as expected_revenue,
    case when category = 'TEA' then 1. * buyers end as expected_margin
from (values
    ('category', null, 'TEA', 120.), ('category', null, 'MILK', 340.),
    ('product', 'P1', 'MILK', 999.)
) as rows (level, product_id, category, buyers);
create table marts.demand_backtest as
select
    '{FOLD}' as fold, level, product_id, category, expected as expected_buyers,
    expected - 20 as buyers_low, expected + 30 as buyers_high, actual::double as actual_buyers
from (values
    ('category', null, 'TEA', 130., 100), ('category', null, 'MILK', 300., 340),
    ('category', null, 'SALT', 2., 3), ('product', 'P1', 'MILK', 999., 900)
) as rows (level, product_id, category, expected, actual);
create table marts.demand_metrics as
select
    '{FOLD}' as fold, level, items_of, 'buyers' as measure, items, expected, actual,
    within_tenth_share, interval_coverage, .2 as wape
from (values
    ('category', 'all', 3::bigint, 432., 443., .2, .667), ('product', 'all', 1, 999., 900., 0., 0.),
    ('category', '100 buyers or more', 2, 430., 440., .5, .5)
) as rows (level, items_of, items, expected, actual, within_tenth_share, interval_coverage);
create table marts.rule_effects as
select
    '{FOLD}' as fold, 'discover' as list_type, rule, action,
    rule = 'all active rules' as is_all_active, rule <> 'spring' as is_active,
    share as changed_share, difference as ndcg_difference,
    difference - .001 as ndcg_ci_low, difference + .001 as ndcg_ci_high,
    10 * difference as revenue_difference, 10 * difference - .5 as revenue_ci_low,
    10 * difference + .5 as revenue_ci_high
from (values
    ('all active rules', null, .9, -.03), ('no <b>cards</b>', 'exclude', .5, -.02),
    ('spring', 'pin', .8, -.01), ('own brand', 'boost', .3, .004), ('jam', 'cap', 0., 0.)
) as rows (rule, action, share, difference);
create table marts.basket_metrics as
select '{FOLD}' as fold, basket, metric, 10 as k, value, value - .01 as ci_low,
    value + .01 as ci_high, difference, verdict
from (values
    ('next_basket', 'recall', .3, .001, 'tie'), ('buy_again', 'recall', .299, null, null),
    ('next_basket', 'new_recall', .02, null, null),
    ('next_basket', 'same_places', .94, null, null), ('next_basket', 'same_list', .85, null, null)
) as rows (basket, metric, value, difference, verdict);
create table marts.reason_faithfulness as
select * from (values
    ('habit', 40::bigint, .975, .871, .996, .31), ('same_customers', 9::bigint, 1., .701, 1., .05)
) as rows (reason_kind, rows, share, ci_low, ci_high, mean_fall);
create table marts.drift as
select
    run_id, as_of::date as as_of, 'volume' as measure_group, measure, part, value, expected,
    expected / 2 as alarm_below,
    case when part = 'all' then null else expected * 2 end as alarm_above,
    expected / 10 as spread, 28::bigint as earlier_runs, false as is_of_weekday, deviation,
    5. as threshold, verdict
from (values
    ('run-2', '2018-01-01', 'lines', 'purchases', 1020., 2040., -14., 'alarm'),
    ('run-2', '2018-01-01', 'coverage', 'next_basket', .31, .44, -3.9, 'watch'),
    ('run-2', '2018-01-01', 'customers', 'all', 9., 9., 0., 'ok'),
    ('run-2', '2018-01-01', 'products', 'all', 4., 90., -30., 'ignored'),
    ('run-2', '2018-01-01', 'list_overlap', 'discover', .8, null, null, 'too few runs'),
    ('run-1', '2017-12-31', 'lines', 'purchases', 2041., 2040., .1, 'ok')
) as rows (run_id, as_of, measure, part, value, expected, deviation, verdict);
alter table marts.products add column department varchar;
"""  # noqa: S608 - a day of ours


@pytest.fixture(scope="session")
def judged_once(built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("judged") / "shop.duckdb"
    path.write_bytes(built_once.read_bytes())
    with duckdb.connect(path) as connection:
        connection.execute(JUDGED)
    return path


@pytest.fixture
def changed(judged_once: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that runs SQL on a copy of the file, and returns the copy."""

    def change(sql: str = "") -> Path:
        path = tmp_path / "shop.duckdb"
        path.write_bytes(judged_once.read_bytes())
        with duckdb.connect(path) as connection:
            if sql:
                connection.execute(sql)
        return path

    return change


@pytest.fixture
def source(judged_once: Path):
    with Warehouse(judged_once) as warehouse:
        yield Source(warehouse)
