"""A customer who was forgotten can't come back with the same files."""

import gc
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from recsys.errors import DatabaseError
from recsys.pipeline.build import build
from recsys.pipeline.forgetting import forget_customers
from recsys.shop.forgotten_customers import attach_forgotten
from recsys.storage.forgotten import Forgotten, new_list
from recsys.storage.work_folder import work_folder

from .conftest import Cleaner, leftovers_ignored

ANN, ZOE = "ann-of-the-hill-4711", "zoë-with-dots-2024"


def forgetting(*ids: str) -> Forgotten:
    empty = new_list()
    return empty.adding(map(empty.hash_of, ids), date(2024, 5, 31))


SHOP = """
name: shop
purchases:
  path: purchases.csv
  columns: {order_id: o, customer_id: c, product_id: p, purchased_at: t, quantity: q}
ratings:
  path: ratings.csv
  columns: {customer_id: c, product_id: p, rating: r, rated_at: t}
customers:
  path: customers.csv
  columns: {customer_id: c, merged_into: m, kind: k}
as_of: 2024-05-30
"""

FILES = {
    "shop.yml": SHOP,
    # an order without an id is named after its customer; the fifth line can't be read
    "purchases.csv": f"""o,c,p,t,q
o1,{ANN},tea,2024-01-01,1
,"="" {ANN} ""\",tea,2024-01-02,two
,{ZOE},jam,2024-01-02,1
,bob,tea,2024-01-03,1
o5,{ANN},tea,2024-01-04,1,too,many
o6,bob,tea,2024-01-04,1,too,many
o7,annika-of-the-hill-47110,tea,2024-01-05,1
""",
    "ratings.csv": f"c,p,r,t\n{ANN},tea,5,2024-01-01\n{ANN},,x,\nbob,tea,3,2024-01-01\n",
    "customers.csv": f"c,m,k\n{ANN},,vip\nbob,{ANN},vip\n{ZOE},bob,new\n",
}


@pytest.fixture(scope="module")
def forgotten_ask(cleaner: Cleaner):
    return cleaner.clean(FILES, forgotten=forgetting(ANN, ZOE))


def test_their_lines_are_rejected_and_counted(forgotten_ask):
    assert forgotten_ask(
        "select source, outcome, reason, rows from marts.input_audit order by all"
    ) == [
        ("customers", "accepted", None, 1),
        ("customers", "rejected", "forgotten", 2),
        ("purchases", "accepted", None, 2),
        ("purchases", "rejected", "forgotten", 3),
        ("purchases", "rejected", "too_many_fields", 2),
        ("ratings", "accepted", None, 1),
        ("ratings", "rejected", "forgotten", 2),
    ]
    assert forgotten_ask(
        "select source, rows, effect from marts.cleaning_report "
        "where rule = 'forgotten' order by source"
    ) == [
        ("customers", 2, "rejected"),
        ("exposures", 0, "rejected"),
        ("purchases", 3, "rejected"),
        ("ratings", 2, "rejected"),
    ]


def test_no_table_holds_their_ids(forgotten_ask):
    """Of those that cleaning makes, working tables included."""
    forgotten_ask("select 1 from marts.rejected_rows, intermediate.int_customer_merges")
    forgotten_ask(
        "select 1 from intermediate.int_customers, intermediate.int_purchase_lines, "
        "intermediate.int_rating_lines"
    )
    tables = forgotten_ask(
        "select schema_name, table_name from duckdb_tables() where database_name = 'recsys'"
    )
    assert len(tables) > 10
    for schema, table in tables:
        text = str(forgotten_ask(f"from recsys.{schema}.{table}"))
        for customer_id in (ANN, ZOE):
            assert customer_id not in text, table


def test_who_looks_like_them_stays(forgotten_ask):
    assert forgotten_ask(
        "select distinct customer_id from intermediate.int_purchase_lines order by all"
    ) == [
        ("annika-of-the-hill-47110",),
        ("bob",),
    ]
    # bob isn't merged into who isn't there any more
    assert forgotten_ask("from intermediate.int_customer_merges") == []


def test_rejected_lines_of_others_keep_their_words(forgotten_ask):
    found = forgotten_ask(
        "select row_number, reason, row_json from marts.rejected_rows "
        "where source = 'purchases' order by row_number"
    )
    assert [(number, reason) for number, reason, _ in found] == [
        *((1, "forgotten"), (2, "forgotten"), (3, "forgotten")),
        *((5, "too_many_fields"), (6, "too_many_fields")),
    ]
    texts = {number: text for number, _, text in found}
    assert {texts[number] for number in (1, 2, 3, 5)} == {"{}"}
    assert "bob" in texts[6]


def test_without_a_list_nobody_is_kept_out(cleaner: Cleaner):
    ask = cleaner.clean(FILES)
    assert ask("select count(*) from marts.input_audit where reason = 'forgotten'") == [(0,)]
    assert ask("select count(*) from staging.stg_purchases where customer_id = ?", ANN) == [(2,)]


def test_other_names_of_a_number_are_the_same_customer(cleaner: Cleaner):
    """Where all ids of a column are floats, 13085.0 is 13085; 00123 isn't 123."""
    shop = "name: shop\npurchases:\n  path: p.csv\n  columns: {customer_id: c, product_id: p, "
    shop += "purchased_at: t}\nas_of: 2024-05-30\n"
    lines = "c,p,t\n13085.0,tea,2024-01-01\n7.0,tea,2024-01-02\n"
    ask = cleaner.clean({"shop.yml": shop, "p.csv": lines}, forgotten=forgetting("13085"))
    assert ask(
        "select customer_id, reject_reason from staging.stg_purchases order by row_number"
    ) == [
        *((None, "forgotten"), ("7", None)),
    ]
    lines = "c,p,t\n00123,tea,2024-01-01\n123,tea,2024-01-02\n"
    ask = cleaner.clean({"shop.yml": shop, "p.csv": lines}, forgotten=forgetting("123"))
    assert ask("select customer_id from staging.stg_purchases order by row_number") == [
        ("00123",),
        (None,),
    ]


def test_the_function_hashes_as_python_does():
    """HMAC of ids of every length around that of a block of SHA-256."""
    ids = ["", *("ü" * n for n in (1, 27, 28, 31, 32, 33, 64)), *("x" * n for n in range(54, 66))]
    listed = forgetting(*ids)
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as inputs")
        attach_forgotten(connection, "inputs", listed)
        for customer_id in ids:
            for asked, expected in ((customer_id, True), (customer_id + "y", False)):
                [(found,)] = connection.execute(
                    "select inputs.main.is_forgotten(?::varchar)", [asked]
                ).fetchall()
                assert found is (expected or asked in ids)
        assert connection.execute("select inputs.main.is_forgotten(null)").fetchall() == [(False,)]


def test_the_next_build_keeps_them_out_and_refuses_to_begin_without_the_key(
    published_file, tiny_shop, tmp_path
):
    database = Path(shutil.copy(published_file, tmp_path / "shop.duckdb"))
    done = forget_customers(database, ["Зоя"])
    assert done.unknown == ()
    with leftovers_ignored():
        select = ["+input_audit", "+rejected_rows"]
        build(tiny_shop / "shop.yml", database, select=select, tests=False)
        gc.collect()
    with duckdb.connect(database, read_only=True) as connection:
        counted = connection.execute(
            "select source, rows from marts.input_audit where reason = 'forgotten' order by all"
        ).fetchall()
        listed = connection.execute("select customer_hash from privacy.forgotten").fetchall()
    lines = (tiny_shop / "purchases.csv").read_text("utf-8").splitlines()
    assert counted == [("customers", 1), ("purchases", sum(",Зоя," in line for line in lines))]
    assert listed == [(done.hashes[0],)]
    holding = [
        path.name
        for path in tmp_path.rglob("*")
        if path.is_file() and "Зоя".encode() in path.read_bytes()
    ]
    assert holding == []
    key = work_folder(database) / "forgotten.json"
    key.rename(tmp_path / "kept.json")
    before = database.read_bytes()
    with leftovers_ignored():
        with pytest.raises(DatabaseError, match="1 forgotten customers can't be kept out"):
            build(tiny_shop / "shop.yml", database, select=["stg_settings"])
        gc.collect()
    assert database.read_bytes() == before
