"""Files of one path: what their folders say, and months without sales."""

import json

import pytest

SHOP = """
name: x
purchases:
  path: "{path}"
  columns: {{customer_id: c, product_id: p, purchased_at: day}}
"""
BAD = '3,"z\n'  # a line that only a copy of the file can do without


@pytest.mark.parametrize("bad", ["", BAD], ids=["as it is", "copied"])
def test_partitions_are_columns(open_shop, bad):
    """A value may be written with signs for what no folder can be called; none is none."""
    files = {
        "sales/day=2024-01-31/s=A%2FB/a.csv": "c,p\n1,x\n",
        "sales/day=2024-02-01/s=C/a.csv": f"c,p\n2,y\n{bad}",
        "sales/day=__HIVE_DEFAULT_PARTITION__/s=C/a.csv": "c,p\n4,w\n",
    }
    shop = SHOP.format(path="sales/*/*/*.csv").replace("customer_id: c", "customer_id: c || s")
    opened = open_shop(files, shop=shop)
    assert opened.values == [
        ("1A/B", "x", "2024-01-31"),
        ("2C", "y", "2024-02-01"),
        ("4C", "w", None),
    ]
    assert len(opened.unreadable) == bool(bad)


def test_a_file_s_own_column_wins_over_its_folder(open_shop):
    opened = open_shop({"day=1/a.csv": "c,p,day\n1,x,2\n"}, shop=SHOP.format(path="*/*.csv"))
    assert opened.values == [("1", "x", "2")]


def test_partitions_of_json(open_shop):
    files = {f"day=2024-01-0{n}/a.json": json.dumps([{"c": n, "p": "x"}]) for n in (1, 2)}
    opened = open_shop(files, shop=SHOP.format(path="*/*.json"))
    assert opened.values == [(1, "x", "2024-01-01"), (2, "x", "2024-01-02")]


@pytest.mark.parametrize(
    ("kind", "filled", "empty"),
    [
        ("csv", "c,p,day\n1,x,2\n", "c,p,day\n"),
        ("csv", "c,p,day\n1,x,2\n", ""),
        ("json", '[{"c": "1", "p": "x", "day": "2"}]', "[]"),
        ("json", '[{"c": "1", "p": "x", "day": "2"}]', " [ ]\n"),
    ],
)
def test_a_month_without_sales(open_shop, kind, filled, empty):
    files = {f"1.{kind}": filled, f"2.{kind}": empty, f"3.{kind}": filled}
    opened = open_shop(files, shop=SHOP.format(path=f"*.{kind}"))
    assert [row[:3] for row in opened.rows] == [(f"1.{kind}", 1, "1"), (f"3.{kind}", 1, "1")]
