"""Lines that `format:` makes of other layouts: filled down, exploded, unpivoted, unwrapped."""

import json

import pytest

from recsys.errors import ShopFileError

SHOP = """
name: x
purchases:
  path: {path}
  format: {{{given}}}
  columns: {{customer_id: {customer}, product_id: {product}, purchased_at: {day}, {more}}}
"""


@pytest.fixture
def read(open_shop):
    """Return a function that reads (row number, customer, product, day, order) of one file."""

    def read(
        content, given, *, name="p.csv", product="sku", customer="who", order="num", day="day"
    ):
        names = {"customer": customer, "product": product, "day": day}
        shop = SHOP.format(path=name, given=given, more=f"order_id: {order}", **names)
        columns = "customer_id, product_id, purchased_at, order_id"
        opened = open_shop({name: content}, shop=shop, columns=columns)
        return sorted((row[1:] for row in opened.rows), key=repr)  # lines of one row in any order

    return read


def in_order(*lines):
    return sorted(lines, key=repr)


HEADS = "num,who,day,sku\n1,ann,d1,tea\n1,,,jam\n2,bob,,tea\n3,,d3,jam\n,,,bun\n"


def test_a_value_goes_on_within_its_order_alone(read):
    """Order 3 says not who bought, and nobody else's name is taken for it."""
    assert read(HEADS, "fill_down: {columns: [who, day], by: num}") == in_order(
        (1, "ann", "tea", "d1", "1"),
        (2, "ann", "jam", "d1", "1"),
        (3, "bob", "tea", None, "2"),
        (4, None, "jam", "d3", "3"),
        (5, None, "bun", None, None),
    )


def test_the_order_s_number_goes_on_first(read):
    lines = "num,who,day,sku\n1,ann,d1,tea\n,,,jam\n2,,d2,bun\n , ,,tea\n"
    assert read(lines, "fill_down: {columns: [who, day, num], by: num}") == in_order(
        (1, "ann", "tea", "d1", "1"),
        (2, "ann", "jam", "d1", "1"),
        (3, None, "bun", "d2", "2"),
        (4, None, "tea", "d2", "2"),
    )


def test_without_orders_the_row_above_counts(read):
    lines = "num,who,day,sku\n1,ann,d1,tea\n2,,,jam\n"
    assert read(lines, "fill_down: [who, day]")[1] == (2, "ann", "jam", "d1", "2")


def test_nothing_goes_on_from_one_file_into_the_next(open_shop):
    shop = SHOP.format(
        path="'*.csv'",
        given="fill_down: who",
        customer="who",
        product="sku",
        day="day",
        more="order_id: num",
    )
    files = {"a.csv": "num,who,day,sku\n1,ann,d1,tea\n", "b.csv": "num,who,day,sku\n2,,d2,jam\n"}
    opened = open_shop(files, shop=shop, columns="customer_id")
    assert opened.rows == [("a.csv", 1, "ann"), ("b.csv", 1, None)]


def test_a_cell_of_several_products_is_as_many_lines(read):
    """What is empty between separators is nothing; an empty cell stays, for cleaning to reject."""
    lines = 'num,who,day,sku\n1,ann,d1,"tea, jam,"\n2,bob,d2,\n3,ann,d3,"tea, tea"\n'
    assert read(lines, "explode: {column: sku, separator: ','}") == in_order(
        (1, "ann", "tea", "d1", "1"),
        (1, "ann", "jam", "d1", "1"),
        (2, "bob", None, "d2", "2"),
        (3, "ann", "tea", "d3", "3"),
        (3, "ann", "tea", "d3", "3"),
    )


def test_cells_that_belong_together_are_cut_alike(read):
    lines = "num,who,day,sku\n2|3,ann,d1,tea|jam\n1,bob,d2,bun\n4,ann,d3,tea|jam\n"
    assert read(lines, "explode: {column: [sku, num], separator: '|'}") == in_order(
        (1, "ann", "tea", "d1", "2"),
        (1, "ann", "jam", "d1", "3"),
        (2, "bob", "bun", "d2", "1"),
        (3, "ann", "tea", "d3", "4"),
        (3, "ann", "jam", "d3", None),
    )


@pytest.mark.parametrize("place", ["place", "piece", "pieces"])
def test_a_column_may_be_called_as_it_likes(read, place):
    lines = f"{place},who,day,sku\n1,ann,d1,a+b\n"
    given = "explode: {column: sku, separator: +}"
    assert [row[2] for row in read(lines, given, order=place)] == ["a", "b"]


def test_json_in_a_cell(read):
    """A list of objects has their fields as columns, an id of several types as it is written."""
    cells = ['[{"id": "007", "n": 2}, {"id": 8}]', "[]", ""]
    rows = "".join(f"{n};ann;d{n};{cell}\n" for n, cell in enumerate(cells, 1))
    found = read(f"num;who;day;sku\n{rows}", "explode: sku, quote: ''", product="sku.id")
    assert [row[2] for row in found] == ["007", "8", None, None]
    texts = 'num;who;day;sku\n1;ann;d1;["tea", "jam"]\n2;ann;d2;no list\n'
    found = read(texts, "explode: sku, quote: ''")
    assert [row[2] for row in found] == ["jam", "tea", "no list"]


ORDERS = [
    {"num": 1, "day": "d1", "who": {"id": "A"}, "lines": [{"sku": "tea"}, {"sku": "jam", "n": 2}]},
    {"num": 2, "day": "d2", "who": {"id": "B"}, "lines": []},
]
LINES = [(1, "A", "tea", "d1", 1), (1, "A", "jam", "d1", 1), (2, "B", None, "d2", 2)]


@pytest.mark.parametrize(
    ("name", "content", "given"),
    [
        ("p.json", json.dumps(ORDERS), "explode: lines"),
        ("p.jsonl", "\n".join(map(json.dumps, ORDERS)), "explode: lines"),
        ("p.json", json.dumps({"orders": ORDERS}, indent=2), "records: orders, explode: lines"),
        (
            "p.json",
            json.dumps({"n": [1], "data": {"a": "]}", "list": ORDERS}, "z": {"y": 1e5}}),
            "records: data.list, explode: lines",
        ),
        (
            "p.jsonl",
            "\n".join(json.dumps({"page": [order]}) for order in ORDERS),
            "records: page, explode: lines",
        ),
        ("p.json", json.dumps({"o": ORDERS}).encode("utf-16"), "records: o, explode: lines"),
    ],
    ids=["array", "lines", "wrapper", "deep", "pages", "utf-16"],
)
def test_lines_inside_orders_inside_a_wrapper(read, name, content, given):
    found = read(content, given, name=name, product="lines.sku", customer="who.id")
    assert found == in_order(*LINES)


def test_orders_by_their_number(read):
    """Each member of an object is a record that knows its name."""
    by_number = {f"o{order['num']}": order for order in ORDERS} | {"count": 2}
    content = json.dumps({"orders": by_number})
    way = {"product": "lines.sku", "customer": "who.id", "order": "key"}
    found = read(content, "records: orders, explode: lines", name="p.json", **way)
    assert found == in_order(*((*line[:4], f"o{line[4]}") for line in LINES))


def test_lists_inside_lists(read):
    """Fields are called after their whole path: an order's number isn't its line's."""
    content = "\n".join(json.dumps({"page": [order]}) for order in ORDERS)
    way = {"product": "page.lines.sku", "customer": "page.who.id", "order": "page.num"}
    found = read(content, "explode: page.lines", name="p.jsonl", day="page.day", **way)
    assert found == in_order(*LINES)


def test_a_wrapper_larger_than_what_is_read_at_once(read, monkeypatch):
    monkeypatch.setattr("recsys.shop.json_records.BLOCK", 5)
    content = json.dumps({"a": {"b": '\\"]'}, "orders": ORDERS, "z": [1.5, 22]})
    given = "records: orders, explode: lines"
    found = read(content, given, name="p.json", product="lines.sku", customer="who.id")
    assert found == in_order(*LINES)


def test_a_basket_a_row(read):
    """Columns that belong together make one line; a row without products stays."""
    lines = "num,who,day,sku1,n1,sku2,n2\n1,ann,d1,tea,2,jam,3\n2,bob,d2,bun,,,\n3,ann,d3,,,,\n"
    given = "unpivot: {columns: [[sku1, n1], [sku2, n2]], name: at, value: [sku, n]}"
    assert read(lines, given, order="n") == in_order(
        (1, "ann", "tea", "d1", "2"),
        (1, "ann", "jam", "d1", "3"),
        (2, "bob", "bun", "d2", None),
        (3, "ann", None, "d3", None),
    )


def test_a_column_per_product(read):
    lines = "who,day,tea,jam\nann,d1,1,\nbob,d2,0,3\n"
    given = "unpivot: {all_but: [who, day], name: sku, value: n}"
    assert read(lines, given, order="n") == in_order(
        (1, "ann", "tea", "d1", "1"),
        (2, "bob", "tea", "d2", "0"),
        (2, "bob", "jam", "d2", "3"),
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("explode: {column: skus, separator: ','}", r"format\.explode: .* no column 'skus'; did"),
        ("explode: {separator: ','}", r"format\.explode\.column: is missing"),
        ("explode: {column: sku, seperator: ','}", r"unknown key 'seperator'; did you mean 'sep"),
        ("fill_down: [whom]", r"format\.fill_down: 'p\.csv' has no column 'whom'; did you mean"),
        ("fill_down: {columns: [who], by: nr}", r"fill_down\.by: 'p\.csv' has no column 'nr'"),
        ("fill_down: []", r"format\.fill_down\.columns"),
        ("unpivot: {columns: [sku], all_but: [who]}", "write either columns or all_but"),
        ("unpivot: {columns: [sku, num], value: [a, b]}", r"2 names in value .* a list of as many"),
        ("unpivot: {columns: [sku], value: day}", "has a column 'day' already"),
        ("unpivot: {all_but: [num, who, day, sku]}", "no column is left"),
        ("records: orders", r"format\.records: a csv file has no use for it"),
        ("unpivot: 5", r"format\.unpivot"),
    ],
)
def test_what_does_not_fit_is_said(read, given, says):
    with pytest.raises(ShopFileError, match=says):
        read(HEADS, given)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"orders": []}', "its list 'orders' is empty"),
        ('{"order": [{"num": 1}], "n": 2}', "no list of records at 'orders'; at its top are order"),
        ('{"orders": [{"num": 1}', "it is no JSON from line 1 on"),
        ('{"orders": [{"num": 1}}', "it is no JSON from line 1 on"),
        ('{"orders": {"num": 1}}', "no list of records at 'orders'"),
        ('{"orders": 1}', "no list of records at 'orders'"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_a_wrapper_that_holds_no_records(read, content, says):
    with pytest.raises(ShopFileError, match=says):
        read(content, "records: orders", name="p.json")


def test_a_list_is_not_cut_at_a_separator(read):
    with pytest.raises(ShopFileError, match=r"'lines' is of type .*: leave separator out"):
        read(json.dumps(ORDERS), "explode: {column: lines, separator: ','}", name="p.json")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('"tea, green", jam', ["tea, green", "jam"]),
        ('"tea, green"', ["tea, green"]),
        ('jam,"say ""a, b""","tea, green"', ["jam", 'say "a, b"', "tea, green"]),
        ('nail 5", nail 6"', ['nail 5"', 'nail 6"']),
        ('5" nail, 6" nail, tea', ['5" nail', '6" nail', "tea"]),
        ('"tea, green', ['"tea', "green"]),
    ],
)
def test_a_separator_in_quotes_is_part_of_a_product(read, cell, expected):
    quoted = '"' + cell.replace('"', '""') + '"'
    found = read(f"num,who,day,sku\n1,ann,d1,{quoted}\n", "explode: {column: sku, separator: ','}")
    assert sorted(row[2] for row in found) == sorted(expected)
