"""Shops that are odd but legal build; shops that can't be read leave nothing behind."""

import subprocess
import sys

import duckdb
import pytest

from recsys.errors import ShopFileError

PURCHASES = """
name: odd
purchases:
  path: lines.csv
  columns: {customer_id: c, product_id: p, purchased_at: t}
"""
SETTINGS = "settings: {min_customers_per_product: 1}\n"


def csv(heads: str, rows: list[str]) -> str:
    return "\n".join([heads, *rows, ""])


@pytest.mark.slow
def test_all_in_one_second_with_names_that_are_code_and_tables_that_share_no_id(builder):
    """Ids are SQL and Jinja; the product and customer files know none of them."""
    customers = ["'; drop table x; --", "{{ 1/0 }}", '"quoted"', "%s", "\\", "🦆", "null;"]
    products = ["select 1", "{% raw %}", "a' or '1'='1", "$1", "é" * 200, "<b>"]
    bought = [
        (c, p) for i, c in enumerate(customers) for j, p in enumerate(products) if (i + j) % 3
    ]

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    shop = PURCHASES + SETTINGS
    shop += "products: {path: goods.csv, columns: {product_id: p, title: n, category: n}}\n"
    shop += 'customers: {path: people.csv, columns: {customer_id: c, "a\'b {{ x }}": a}}\n'
    lines = [f"{quoted(c)},{quoted(p)},2024-02-29 12:00:00" for c, p in bought]
    files = {
        "shop.yml": shop,
        "lines.csv": csv("c,p,t", [*lines, "ragged", "rag,ged,line,4"]),
        "goods.csv": csv("p,n", ["other,Tea", "another,Jam"]),
        "people.csv": csv("c,a", ["somebody,1", "somebody else,2"]),
    }
    ask = builder.ask(builder.build(files))
    # quotes around an id are a spreadsheet's guard
    bought = [(c.strip('"'), p) for c, p in bought]
    rows = ask("select customer_id, product_id from marts.purchases")
    assert sorted(rows) == sorted(bought)
    rows = ask("""
        select customer_id, list(product_id order by product_id)
        from marts.recommendations where list_type = 'buy_again' group by all
    """)
    assert {customer: set(had) for customer, had in rows} == {
        c: {p for customer, p in bought if customer == c} for c, _ in bought
    }
    assert ask("select reason, row_number from marts.rejected_rows order by 2") == [
        ("too_few_fields", len(bought) + 1),
        ("too_many_fields", len(bought) + 2),
    ]
    assert ask("select sum(rows) from marts.input_audit where source = 'purchases'") == [
        (len(bought) + 2,)
    ]


def test_everybody_rates_everything_the_same(builder):
    """Ratings that say one thing only are likes: they make lists, and nothing is predicted."""
    yml = """
name: same
ratings:
  path: ratings.csv
  columns: {customer_id: c, product_id: p, rating: r, rated_at: t}
"""
    told = [f"c{c},p{p},4,2024-02-29" for c in range(6) for p in range(8) if (c + p) % 3]
    database = builder.run(
        {"shop.yml": yml + SETTINGS, "ratings.csv": csv("c,p,r,t", told)},
        variables={"keep_block_tables": "rec_item_knn, rec_svd"},
    )
    ask = builder.ask(database)
    rows = ask("select count(distinct customer_id) from marts.recommendations")
    assert rows == [(6,)]
    assert ask("select rating, is_implied, count(*) from marts.ratings group by all") == [
        (4, False, len(told))
    ]
    today = {name: builder.today(database, name) for name in ("rec_item_knn", "rec_svd")}
    assert ask(f"select count(*) from {today['rec_item_knn']}") != [(0,)]  # noqa: S608
    for table in ("marts.predicted_ratings", "marts.rating_metrics", today["rec_svd"]):
        assert ask(f"select count(*) from {table}") == [(0,)]  # noqa: S608 - of the line above
    [(said,)] = ask("select consequence from marts.input_support where aspect = 'scale of ratings'")
    assert said.startswith("every rating is 4.0, as likes are")


def test_a_shop_that_can_t_be_read_leaves_nothing_behind(builder):
    with pytest.raises(ShopFileError, match=r"no file matches 'lines\.csv'"):
        builder.build({"shop.yml": PURCHASES})
    assert not builder.database.exists()


FULL = """
import resource, sys
from pathlib import Path
from recsys.pipeline.build import build
from recsys.errors import RecsysError
import dbt.cli.main  # what is compiled on import isn't what is tested
shop, database, limit = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    build(shop, Path(database), select=["+stg_purchases"])
except RecsysError as error:
    sys.exit(f"recsys: {error}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_is_said_and_what_was_built_stays(tmp_path):
    """No file may grow over two megabytes: the database that was there can still be read."""
    lines = [f"c{number},{number:030},2024-01-01" for number in range(100_000)]
    (tmp_path / "lines.csv").write_text(csv("c,p,t", lines))
    (tmp_path / "shop.yml").write_text(PURCHASES)
    database = tmp_path / "recsys.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("create table kept as select 42 as answer")
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FULL, tmp_path / "shop.yml", database, "2000000"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "File too large" in ran.stderr
    assert ran.stderr.startswith("recsys: ")
    assert "Traceback" not in ran.stderr
    with duckdb.connect(database, read_only=True) as connection:
        assert connection.execute("from kept").fetchall() == [(42,)]


def test_ratings_and_returns_after_the_last_purchase(builder):
    """Ratings come after purchases: today knows them, and no list offers what was rated."""
    rng = range(40)
    lines = [f"c{n % 8},p{n % 10},2024-{1 + n // 8:02}-{1 + n % 8:02},1" for n in rng]
    lines += ["c0,p1,2024-05-10,1", "c0,p1,2024-05-20,-1"]
    ratings = [f"c{n % 8},p{n % 5},{1 + n % 5},2024-04-{1 + n:02}" for n in range(20)]
    ratings += ["c1,p1,1,2024-05-30", "c2,p9,5,2024-06-01"]
    shop = PURCHASES.replace("purchased_at: t", "purchased_at: t, quantity: q") + SETTINGS
    shop += (
        "ratings: {path: stars.csv, columns: "
        "{customer_id: c, product_id: p, rating: r, rated_at: t}}\n"
    )
    files = {
        "shop.yml": shop,
        "lines.csv": csv("c,p,t,q", lines),
        "stars.csv": csv("c,p,r,t", ratings),
    }
    ask = builder.ask(builder.run(files))
    assert ask("""
        select product_id, rating, is_implied from marts.ratings
        where (customer_id, product_id) in (('c1', 'p1'), ('c2', 'p9')) order by all
    """) == [("p1", 1.0, False), ("p9", 5.0, False)]
    assert ask("""
        select count(*) from marts.recommendations
        where customer_id = 'c2' and product_id = 'p9' and list_type = 'discover'
    """) == [(0,)]
    assert ask("""
        select orders from intermediate.int_interactions
        inner join intermediate.int_customers using (customer_key)
        inner join intermediate.int_products using (product_key)
        where fold = 'serving' and customer_id = 'c0' and product_id = 'p1'
    """) == [(0,)]


def test_a_rating_given_anew_last_of_all_counts(builder):
    ratings = [
        f"c{n % 8},p{n % 10},{1 + n % 5},2024-0{1 + n // 16}-{1 + n % 16:02}" for n in range(40)
    ]
    shop = (
        "name: stars\nratings: {path: stars.csv, columns: "
        "{customer_id: c, product_id: p, rating: r, rated_at: t}}\n" + SETTINGS
    )
    files = {"shop.yml": shop, "stars.csv": csv("c,p,r,t", [*ratings, "c0,p0,2,2024-05-20"])}
    ask = builder.ask(builder.run(files))
    assert ask("""
        select rating from marts.ratings where customer_id = 'c0' and product_id = 'p0'
    """) == [(2.0,)]
