"""A small built database, made once: the public tables with rows whose answers can be read off."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

# Threads of OpenMP that wait for work would spin, and take the cores from other workers of pytest.
# Read when the library is loaded, which nothing above does.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Pytest has a process per core already. Tests of the worker processes ask for them.
os.environ.setdefault("RECSYS_JOBS", "1")

TABLES = """
create schema marts;
create table marts.customers as
select
    customer_id, 'loyal' as segment, 3 as recency_days, 42::bigint as orders,
    1234.5::decimal(18, 2) as spend, 5 as r_score, 4 as f_score, 3 as m_score,
    timestamp '2017-01-02 10:00' as first_purchase_at,
    timestamp '2017-12-30 18:30' as last_purchase_at, 7::bigint as categories
from (values ('00123'), ('-5'), ('a/b'), ('50%'), ('o''hara'), ('кот'), ('say "hi"'), ('x y'),
    ('quiet')) as ids (customer_id);
create table marts.products as
select
    product_id, title, category, 'Acme' as brand, null::varchar as recommend_as,
    price::double as price,
    why_not is null as is_recommendable, why_not, 30::bigint as customers, 90::bigint as orders,
    .5::double as popularity, 1.1::double as trend,
    timestamp '2017-01-02 10:00' as first_sold_at, timestamp '2017-12-30 18:30' as last_sold_at
from (values
    ('P1', 'Café [crème], 250 g', 'COFFEE', 4.5, null),
    ('P2', 'Milk "fresh"', 'DAIRY', 1.2, null),
    ('P/3', 'Line one' || chr(10) || 'line two', 'DAIRY', null, null),
    ('007', null, 'MISC', 9.0, 'no sale in 90 days')
) as rows (product_id, title, category, price, why_not);
create table marts.recommendations as
select
    customers.customer_id, lists.list_type, ranks.rank, ranks.product_id,
    1.0 / ranks.rank as score, nullif(.5 / ranks.rank, .5 / 3) as probability,
    'hybrid' as recommender, 'often bought with Milk "fresh"' as reason,
    'P2' as reason_product_id, 'run-2' as run_id,
    timestamptz '2018-01-01 06:00+00' as generated_at
from marts.customers as customers
cross join (values ('next_basket'), ('discover'), ('buy_again')) as lists (list_type)
cross join (values (2, 'P2'), (1, 'P1'), (3, 'P/3')) as ranks (rank, product_id)
where customers.customer_id <> 'quiet';
create view marts.recommendation_details as
select recommendations.*, customers.segment, products.title, products.category, products.brand,
    products.price
from marts.recommendations as recommendations
left join marts.customers as customers using (customer_id)
left join marts.products as products using (product_id);
create table marts.similar_products as
select * from (values
    ('P1', 'content', 1, 'P2', .9, 'In common: tea'), ('P1', 'content', 2, 'P/3', .4, null),
    ('P1', 'collaborative', 1, 'P/3', .7, '12 customers in common'),
    ('P/3', 'content', 1, 'P1', .4, null)
) as rows (product_id, method, rank, similar_product_id, similarity, reason);
create table marts.bought_together as
select * from (values
    ('P1', 1, 'P2', 120::bigint, .01, .3, 2.5, 2.1),
    ('P1', 2, 'P/3', 20::bigint, .002, .1, 1.5, 1.1)
) as rows (product_id, rank, other_product_id, baskets, support, confidence, lift, lift_low);
create table marts.popular_products as
select category, rank, product_id, customers, 1.1::double as trend
from (values
    ('(all)', 1, 'P1', 30::bigint), ('(all)', 2, 'P2', 20), ('COFFEE', 1, 'P1', 30),
    ('DAIRY', 1, 'P2', 20), ('DAIRY', 2, 'P/3', 10), ('FROZEN', 1, '007', 5)
) as rows (category, rank, product_id, customers);
create table marts.model_metrics as
select
    'run-2' as run_id, fold, recommender, list_type, segment_type, segment, metric, k, value,
    value - .01 as ci_low, value + .01 as ci_high, 2000::bigint as customers
from (values
    ('2017-12-04', 'popularity', 'discover', 'all', 'all', 'ndcg', 10, .0365),
    ('2017-12-04', 'hybrid', 'discover', 'all', 'all', 'ndcg', 10, .0575),
    ('2017-12-04', 'popularity', 'next_basket', 'all', 'all', 'ndcg', 10, .159),
    ('2017-12-04', 'hybrid', 'next_basket', 'all', 'all', 'ndcg', 10, .42),
    ('2017-12-04', 'hybrid', 'next_basket', 'all', 'all', 'recall', 10, .2),
    ('2017-12-04', 'hybrid', 'next_basket', 'rfm', 'loyal', 'ndcg', 10, .5),
    ('2017-11-06', 'hybrid', 'next_basket', 'all', 'all', 'ndcg', 10, .1),
    ('2017-12-04', 'bought_together', 'product_page', 'all', 'all', 'hit_rate', 10, .4)
) as rows (fold, recommender, list_type, segment_type, segment, metric, k, value);
create table marts.model_comparisons as
select
    'run-2' as run_id, fold, list_type, segment_type, 'all' as segment, metric, k, recommender,
    baseline, -.1 as difference, -.2 as ci_low, .01 as ci_high, verdict
from (values
    ('2017-12-04', 'next_basket', 'all', 'ndcg', 10, 'popularity', 'hybrid', 'worse'),
    ('2017-12-04', 'next_basket', 'all', 'ndcg', 10, 'popularity', 'svd', 'tie'),
    ('2017-12-04', 'next_basket', 'rfm', 'ndcg', 10, 'popularity', 'hybrid', 'tie'),
    ('2017-12-04', 'next_basket', 'all', 'recall', 10, 'popularity', 'hybrid', 'tie'),
    ('2017-12-04', 'next_basket', 'all', 'ndcg', 5, 'popularity', 'hybrid', 'tie'),
    ('2017-11-06', 'next_basket', 'all', 'ndcg', 10, 'popularity', 'hybrid', 'tie'),
    ('2017-12-04', 'product_page', 'all', 'hit_rate', 10, 'bought_together', 'popularity', 'tie')
) as rows (fold, list_type, segment_type, metric, k, recommender, baseline, verdict);
create table marts.evaluation_coverage as
select
    'run-2' as run_id, fold, list_type, 2300::bigint as customers_with_history,
    judged as customers_judged, nothing_to_find as customers_nothing_to_find,
    0::bigint as customers_not_sampled, 30::bigint as customers_without_history, held_out,
    in_catalogue, 1 - in_catalogue / held_out as share_outside
from (values
    ('2017-12-04', 'discover', 2000::bigint, 300::bigint, 800::bigint, 500::bigint),
    ('2017-12-04', 'next_basket', 2050, 250, 1000, 650),
    ('2017-12-04', 'product_page', 1900, 400, null, null),
    ('2017-11-06', 'next_basket', 1999, 301, 1000, 650)
) as rows (fold, list_type, judged, nothing_to_find, held_out, in_catalogue);
create table marts.rating_metrics as select 'run-2' as run_id, '2017-12-04' as fold,
    'svd' as recommender, 'rmse' as metric, 'time_split' as how, .9 as value, .8 as ci_low,
    1.0 as ci_high, 10::bigint as ratings;
create table marts.champions as
select 'run-2' as run_id, list_type, 'hybrid' as recommender, 'ndcg' as metric, 10 as k, value,
    'popularity' as baseline, .02 as difference, .01 as ci_low, .03 as ci_high,
    'better' as verdict, 'significantly better than popularity' as why
from (values ('next_basket', .42), ('discover', .0575)) as rows (list_type, value);
create table marts.product_audiences as
select '007' as product_id, 1 as rank, '00123' as customer_id, .03125::double as probability,
    true as is_new;
create table marts.recommendation_audit (
    customer_id varchar, list_type varchar, product_id varchar, candidate_rank integer,
    rank integer, recommender varchar, score double, probability double, is_new boolean,
    recommender_ranks varchar, moved_by varchar, dropped_by varchar, in_its_place_id varchar
);
create table marts.customer_attributes as
select '00123' as customer_id, 'age_band' as attribute, '35-44' as value;
create table marts.purchases as
select customer_id, product_id, order_id, purchased_at, 1.0 as quantity, 4.5 as unit_price,
    4.5 as amount, is_return
from (values
    ('00123', 'P1', 'o1', timestamp '2017-12-01 10:00', false),
    ('00123', 'P1', 'o2', timestamp '2017-12-30 18:30', false),
    ('00123', 'P2', 'o1', timestamp '2017-12-01 10:00', false),
    ('00123', '007', 'o3', timestamp '2017-12-31 09:00', true),
    (null, 'P2', 'o4', timestamp '2017-12-02 10:00', false)
) as rows (customer_id, product_id, order_id, purchased_at, is_return);
create table marts.ratings as select '00123' as customer_id, 'P1' as product_id, 5.0 as rating,
    timestamp '2017-12-01 10:00' as rated_at, true as is_implied;
create table marts.predicted_ratings as select '00123' as customer_id, 'P2' as product_id,
    'svd' as recommender, 4.2 as predicted_rating, 1 as rank;
create table marts.rejected_rows as select 'purchases' as source, 'no product' as reason,
    'a.csv' as file, 7::bigint as row_number, '{}' as row_json;
create table marts.input_audit as
select * from (values
    ('purchases', 'accepted', null, 1469000::bigint), ('purchases', 'rejected', 'no product', 7),
    ('purchases', 'rejected', 'quantity is not a number', 300), ('products', 'accepted', null, 4)
) as rows (source, outcome, reason, rows);
create table marts.input_support as
select * from (values
    ('purchases', true, null, null), ('customer', true, .9, 'lines without a customer count'),
    ('ratings', false, null, 'ratings are implied by purchases')
) as rows (aspect, is_given, share, consequence);
create table marts.run_history as
select run_id, started_at, finished_at, 95.2::double as seconds, '0.1.0' as package_version,
    'complete_journey' as shop, date '2017-12-31' as as_of, 1469000::bigint as purchases,
    9::bigint as customers, 4::bigint as products, .0575 as ndcg_at_10_discover,
    null::double as ndcg_at_10_buy_again, .42 as ndcg_at_10_next_basket,
    '{"list_length": 3, "pairs_per_product": 20}' as parameters
from (values
    ('run-1', timestamptz '2017-12-31 05:58+00', timestamptz '2017-12-31 06:00+00'),
    ('run-2', timestamptz '2018-01-01 05:58+00', timestamptz '2018-01-01 06:00+00')
) as rows (run_id, started_at, finished_at);
"""

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


MadeOnce = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Return a function that fills a folder once for all of pytest's processes.

    It takes the folder's name and what fills it, and returns the folder; nobody writes to it
    afterwards.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def made(name: str, fill: Callable[[Path], None]) -> Path:
        folder, finished = root / "made-once" / name, root / "made-once" / f"{name}.finished"
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if not finished.exists():
                fill(folder)
                finished.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "shop.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(TABLES)
    return path


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Path:
    """Return a built database of the test's own."""
    return Path(shutil.copy(built_once, tmp_path / "shop.duckdb"))


@pytest.fixture
def held(built: Path) -> Iterator[int]:
    """Let another process hold the database open for writing, as a build does; its id."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", HOLD, str(built)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
        holder.communicate()


@pytest.fixture(scope="session")
def training_folds() -> str:
    """Return the SQL of int_training_folds; it reads `folds`."""
    project = Path(__file__).parents[1] / "dbt_project"
    [model] = (project / "models").rglob("int_training_folds.sql")
    sql = re.sub(r"{{ config\(.*?\) }}", "", model.read_text(encoding="utf-8"))
    return sql.replace("{{ ref('int_folds') }}", "main.folds")
