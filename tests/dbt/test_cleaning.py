"""What cleaning makes of dirt: expected values are what a reader of the files would say."""

import html
import json
import re
from datetime import datetime
from decimal import Decimal

import duckdb
import pytest

from recsys.draft.assemble import draft_shop
from recsys.draft.yaml_text import yaml_text

COLUMNS = {
    "purchases": "customer_id: c, product_id: p, purchased_at: t",
    "ratings": "customer_id: c, product_id: p, rating: r",
}


def shop(lines: str, more: str = "", rest: str = "") -> dict[str, str]:
    """Return the files of a shop of purchase lines."""
    yml = (
        "name: dirty\npurchases:\n  path: lines.csv\n  columns: {"
        f"{COLUMNS['purchases']}{more}}}\n{rest}"
    )
    return {"shop.yml": yml, "lines.csv": lines}


def test_numbers_are_read_as_the_file_writes_them(cleaner):
    """12,50 can only have a decimal comma, so that 1.250 is a thousand and more."""
    lines = (
        "c;p;t;q;a\n1;a;2024-01-01;1;12,50 €\n1;b;2024-01-01;1.250;1.234,50\n"
        "1;c;2024-01-01;2-;EUR 3,00\n1;d;2024-01-01;1;(4,25)\n"
    )
    ask = cleaner.clean(shop(lines, ", quantity: q, amount: a"))
    assert ask("select product_id, quantity, amount, is_return from marts.purchases") == [
        ("a", 1, Decimal("12.50"), False),
        ("b", 1250, Decimal("1234.50"), False),
        ("c", -2, Decimal("-3.00"), True),
    ]
    # the value in brackets is below nothing
    assert ask("select row_number, reason from marts.rejected_rows") == [(4, "negative_price")]
    assert ask("""
        select rows from marts.cleaning_report where rule = 'decimal_comma' and source = 'purchases'
    """) == [(4,)]


def test_prices_with_the_signs_of_many_currencies(cleaner):
    written = ["2,995円", "￥1,200", "12.50元", "15,000원", "₩900", "7.50 zł", "R$ 3.20", "4 kr"]
    lines = "".join(f'{n},p{n},2024-01-01,"{price}"\n' for n, price in enumerate(written))
    ask = cleaner.clean(shop("c,p,t,a\n" + lines, ", amount: a"))
    assert [
        value for (value,) in ask("select amount from marts.purchases order by product_id")
    ] == [*(2995, 1200, Decimal("12.5"), 15000, 900, Decimal("7.5"), Decimal("3.2"), 4)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("31.12.2023 13:45", datetime(2023, 12, 31, 13, 45)),
        ("12/31/2023 1:45 PM", datetime(2023, 12, 31, 13, 45)),
        ("12/31/2023 12:05 AM", datetime(2023, 12, 31, 0, 5)),
        ("12/31/2023 13:45 PM", datetime(2023, 12, 31, 13, 45)),
        ("31.12.2023 24:00", datetime(2024, 1, 1)),
        ("2023-12-31 24:00:00", datetime(2024, 1, 1)),
        ("31/12/23", datetime(2023, 12, 31)),
        ("31-Dec-2023", datetime(2023, 12, 31)),
        ("2023/12/31", datetime(2023, 12, 31)),
        ("20231231", datetime(2023, 12, 31)),
        ("1703980800", datetime(2023, 12, 31, 1)),  # seconds since 1970, UTC
        ("1703980800000", datetime(2023, 12, 31, 1)),  # milliseconds
        ("45291.5", datetime(2023, 12, 31, 12)),  # a spreadsheet's days since 1899-12-30
        ("2023-12-31T23:30:00Z", datetime(2024, 1, 1, 0, 30)),  # half past midnight in Berlin
        ("2023-12-31T23:30:00+01:00", datetime(2023, 12, 31, 23, 30)),
        ("2023-12-31 23:30:00 +0100", datetime(2023, 12, 31, 23, 30)),
        ("2023-12-31 23:30:00 +01:00", datetime(2023, 12, 31, 23, 30)),
        ("2023-12-31 22:30 -0000", datetime(2023, 12, 31, 23, 30)),
        ("2023-12-31 18:30:00 -04", datetime(2023, 12, 31, 23, 30)),
        ("2023-12-31 22:30:00 Z", datetime(2023, 12, 31, 23, 30)),
        ("2023-12-31 22:30:00 UTC", datetime(2023, 12, 31, 23, 30)),
    ],
)
def test_dates_are_read_as_they_are_written(cleaner, written, read):
    lines = f"c,p,t\n1,a,{written}\n"
    ask = cleaner.clean(shop(lines, rest="timezone: Europe/Berlin\n"))
    assert ask("select purchased_at from marts.purchases") == [(read,)]


@pytest.mark.parametrize(
    "written",
    ["31.12.2023 25:00", "31.12.2023 99:30", "12/31/2023 25:00 PM", "2023-12-31 25:00:00"],
)
def test_a_time_that_no_clock_shows_is_rejected(cleaner, written):
    ask = cleaner.clean(shop(f"c,p,t\n1,a,{written}\n1,b,2023-12-31\n"))
    assert ask("select reason from marts.rejected_rows") == [("unreadable_purchased_at",)]


def test_the_whole_column_shows_whether_the_day_comes_first(cleaner):
    ask = cleaner.clean(shop("c,p,t\n1,a,03/04/2024\n1,b,13/04/2024\n"))
    rows = ask("select product_id, purchased_at from marts.purchases order by 1")
    assert rows == [("a", datetime(2024, 4, 3)), ("b", datetime(2024, 4, 13))]
    ask = cleaner.clean(shop("c,p,t\n1,a,03/04/2024\n1,b,04/13/2024\n"))
    assert ask("select min(purchased_at) from marts.purchases") == [(datetime(2024, 3, 4),)]


def test_dates_that_nothing_shows_the_order_of_are_an_error_that_says_what_to_set(cleaner):
    files = shop("c,p,t\n1,a,03/04/2024\n1,b,05/04/2024\n")
    with pytest.raises(duckdb.Error, match="set date_order to dmy or mdy"):
        cleaner.clean(files)
    ask = cleaner.clean(files, {"date_order": "dmy"})
    assert ask("select min(purchased_at) from marts.purchases") == [(datetime(2024, 4, 3),)]


def test_several_currencies_are_an_error_that_says_what_to_keep(cleaner):
    lines = "c,p,t,money,a\n1,a,2024-01-01,GBP,1\n1,b,2024-01-01,EUR,1\n2,b,2024-01-01,GBP,1\n"
    files = shop(lines, ", currency: money, amount: a")
    with pytest.raises(duckdb.Error) as caught:
        cleaner.clean(files)
    assert "GBP (2 lines), EUR (1 lines)" in str(caught.value)
    assert "where: \"money = 'GBP'\"" in str(caught.value)
    files["shop.yml"] += "  where: \"money = 'GBP'\"\n"
    assert cleaner.clean(files)("select count(*) from marts.purchases") == [(2,)]


def test_a_currency_column_of_several_words_is_quoted_in_what_to_write(cleaner):
    lines = "c,p,t,Order Currency\n1,a,2024-01-01,GBP\n1,b,2024-01-01,EUR\n2,b,2024-01-01,GBP\n"
    files = shop(lines, ", currency: Order Currency")
    with pytest.raises(duckdb.Error) as caught:
        cleaner.clean(files)
    [written] = re.findall(r"where: ('.*')", str(caught.value))
    files["shop.yml"] += f"  where: {written}\n"
    assert cleaner.clean(files)("select count(*) from marts.purchases") == [(2,)]


def test_who_is_merged_with_someone_unusual_is_so_too(cleaner):
    files = shop(
        "c,p,t\n"
        + "".join(f"{n},a,2024-01-01\n" for n in range(60))
        + "".join(f"big,{n},2024-01-02\n" for n in range(21)),
        rest="customers: {path: people.csv, columns: {customer_id: c, merged_into: into}}\n",
    )
    files["people.csv"] = "c,into\nbig,7\n"
    ask = cleaner.clean(files, {"unusual_customers": "leave_out"})
    assert ask("select customer_id from intermediate.int_left_out_customers") == [("7",)]
    assert ask("select count(*) from intermediate.int_customers") == [(59,)]
    assert ask("""
        select count(*) from intermediate.int_purchase_lines where customer_id = '7'
    """) == [(0,)]


def test_ids_written_as_floats_are_whole_numbers_where_all_are(cleaner):
    ask = cleaner.clean(shop("c,p,t\n13085.0,1.0,2024-01-01\n7.0,1.5,2024-01-01\n"))
    rows = ask("select customer_id, product_id from marts.purchases order by 1")
    assert rows == [("13085", "1.0"), ("7", "1.5")]


def test_ids_of_parents_written_as_floats_are_those_of_parents(cleaner):
    """Where few have a parent, programs write theirs as fractions, and the ids as they are."""
    files = shop(
        "c,p,t,main\n7,100,2024-01-01,\n8,101,2024-01-01,100.0\n",
        ", recommend_as: main",
        "customers: {path: people.csv, columns: {customer_id: c, merged_into: into}}\n",
    )
    files["people.csv"] = "c,into\n7,\n8,7.0\n"
    ask = cleaner.clean(files)
    lines = ask("select distinct customer_id, product_id from intermediate.int_purchase_lines")
    assert lines == [("7", "100")]


def test_titles_of_decimal_ids_are_those_of_their_products(cleaner):
    files = shop("c,p,t\n1,101,2024-01-01\n", ", title: name", "")
    files["shop.yml"] = files["shop.yml"].replace(
        "product_id: p", 'product_id: "cast(p as decimal(38, 10))"'
    )
    files["lines.csv"] = "c,p,t,name\n1,101,2024-01-01,Tea\n"
    ask = cleaner.clean(files)
    assert ask("select product_id, title from intermediate.int_products") == [("101", "Tea")]


def test_an_emoji_that_a_script_cut_in_halves_stops_nothing(cleaner):
    """`html.unescape` of the standard library, too, makes U+FFFD of halves of characters."""
    titles = ["Tea &#55357;&#56832; cup", "Tea &#xD83D;&#xDE00; cup", "Tea &amp;#55357; &#128512;"]
    lines = "".join(f"1,{n},2024-01-01,{title}\n" for n, title in enumerate(titles))
    ask = cleaner.clean(shop("c,p,t,name\n" + lines, ", title: name"))
    found = [
        title for (title,) in ask("select title from intermediate.int_products order by product_id")
    ]
    assert found == [html.unescape(html.unescape(title)) for title in titles]
    assert found[2] == "Tea \ufffd \U0001f600"


def test_a_line_that_differs_in_what_it_says_of_its_product_is_no_copy(cleaner):
    lines = "c,p,t,o,n,size\n" + "".join(f"1,a,2024-01-01,o1,2,{size}\n" for size in "SMM")
    ask = cleaner.clean(shop(lines, ", order_id: o, quantity: n, size: size"))
    assert ask("select row_number, reason from marts.rejected_rows") == [(3, "duplicate_line")]
    [(rejected,)] = ask("select row_json from marts.rejected_rows")
    assert json.loads(rejected)["size"] == "M"


@pytest.mark.parametrize(("who", "bought"), [("GUEST", 2), ("NULL", 2), ("", 2), ("ann", 1)])
def test_of_two_strangers_each_may_buy_the_same(cleaner, who, bought):
    lines = f"c,p,t,n\n{who},milk,2024-01-02,2\n{who},milk,2024-01-02,2\n"
    ask = cleaner.clean(shop(lines, ", quantity: n", "guest_ids: [GUEST]\n"))
    assert ask("select count(*) from marts.purchases") == [(bought,)]


def test_who_comes_back_where_others_do_not_is_no_wholesaler(cleaner):
    """Three quarters bought once: both quartiles are 1 line, and 2 lines are beyond any fence."""
    once = "".join(f"{n},a,2024-01-01\n" for n in range(60))
    twice = "".join(f"r{n},{p},2024-01-02\n" for n in range(15) for p in "ab")
    trade = "".join(f"big,{n},2024-01-02\n" for n in range(21))
    ask = cleaner.clean(shop("c,p,t\n" + once + twice + trade))
    assert ask("select customer_id, kind from intermediate.int_unusual_customers") == [
        ("big", "wholesaler")
    ]


@pytest.mark.parametrize("nothing", ["nan", "NaN", "", "null"])
def test_a_word_for_nothing_says_neither_yes_nor_no(cleaner, nothing):
    files = shop(
        f"c,p,t,back\n1,a,2024-01-01,{nothing}\n",
        ", is_return: back",
        "products: {path: goods.csv, columns: {product_id: p, available: there, excluded: out}}\n",
    )
    files["goods.csv"] = f"p,there,out\na,{nothing},{nothing}\n"
    ask = cleaner.clean(files)
    assert ask("select is_return from marts.purchases") == [(False,)]
    rows = ask("select is_available, is_excluded from intermediate.int_products")
    assert rows == [(True, False)]


def test_guests_stay_nobody_if_the_customer_file_has_them(cleaner):
    files = shop(
        "c,p,t\n0,a,2024-01-01\nann,a,2024-01-01\n",
        rest="guest_ids: ['0']\n"
        "customers: {path: people.csv, columns: {customer_id: c, merged_into: into}}\n",
    )
    files["people.csv"] = "c,into\n0,\nann,0\n"
    ask = cleaner.clean(files)
    assert ask("select customer_id from intermediate.int_customers") == [("ann",)]
    assert ask("select source, reason from marts.rejected_rows") == [
        ("customers", "guest_customer")
    ]


def test_ids_keep_zeros_and_blanks_within_and_lose_those_around(cleaner):
    lines = "c,p,t\n 007 ,e\u0301clair 1,2024-01-01\n\u00a0007,\u00e9clair 1,2024-01-02\n"
    ask = cleaner.clean(shop(lines))
    assert ask("select distinct customer_id, product_id from marts.purchases") == [
        ("007", "\u00e9clair 1")
    ]


def test_lines_say_what_their_products_are(cleaner):
    """The title of most sold lines counts; what stock takers note beside nothing sold doesn't."""
    lines = (
        "c,p,t,title,kind,price\n"
        "1,a,2024-01-01,Tea &amp; <b>Cake</b>,FOOD,2\n2,a,2024-01-02,Tea & Cake,FOOD,2\n"
        "3,a,2024-01-03,Tea set,,2\n"
        ",a,2024-01-03,damaged,,0\n,a,2024-01-04,damaged,,0\n,a,2024-01-05,damaged,,0\n"
    )
    ask = cleaner.clean(shop(lines, ", title: title, category: kind, unit_price: price"))
    rows = ask("select title, category from intermediate.int_products")
    assert rows == [("Tea & Cake", "FOOD")]
    assert ask("select title, lines, sold_lines, is_used from marts.product_titles") == [
        ("Tea & Cake", 2, 2, True),
        ("Tea set", 1, 1, False),
        ("damaged", 3, 0, False),
    ]


def test_the_product_file_wins_over_what_lines_say(cleaner):
    files = shop(
        "c,p,t,title,brand\n1,a,2024-01-01,Line,Acme\n",
        ", title: title, brand: brand",
        "products: {path: goods.csv, columns: {product_id: p, title: name, category: path, "
        "price: price, available: stock}}\n",
    )
    files["goods.csv"] = (
        'p,name,path,price,stock\na,File,"[""Home"", ""Kitchen""]",$12.50 - $15.00,in stock\n'
        "b,None,,ask,0\n"
    )
    ask = cleaner.clean(files)
    rows = ask("""
        select product_id, title, brand, category, list_price, is_available
        from intermediate.int_products order by 1
    """)
    assert rows == [
        ("a", "File", "Acme", "Kitchen", Decimal("12.50"), True),
        ("b", "b", None, None, None, False),
    ]


def test_cancelled_lines_are_returns_whatever_their_sign(cleaner):
    lines = "c,p,t,q,a,state\n1,a,2024-01-01,2,10,paid\n1,a,2024-01-02,2,10,storno\n"
    ask = cleaner.clean(shop(lines, ", quantity: q, amount: a, is_return: \"state = 'storno'\""))
    assert ask("select quantity, amount, is_return from marts.purchases order by purchased_at") == [
        (2, Decimal(10), False),
        (-2, Decimal(-10), True),
    ]
    [(returned,)] = ask("select returned_at from intermediate.int_returned_orders")
    assert returned == datetime(2024, 1, 2)


def test_guests_are_nobody_and_merged_customers_one(cleaner):
    files = shop(
        "c,p,t\nGUEST,a,2024-01-01\nold,a,2024-01-01\nnew,b,2024-01-02\n",
        rest="guest_ids: [GUEST]\n"
        "customers: {path: people.csv, columns: {customer_id: c, merged_into: into}}\n",
    )
    files["people.csv"] = "c,into\nold,older\nolder,new\nnew,\n"
    ask = cleaner.clean(files)
    assert ask("select customer_id, product_id from marts.purchases order by 1, 2") == [
        ("new", "a"),
        ("new", "b"),
        (None, "a"),
    ]
    assert ask("select customer_id from intermediate.int_customers") == [("new",)]


def test_sizes_count_as_their_parent_and_purchases_keep_their_ids(cleaner):
    files = shop(
        "c,p,t\n1,shirt-s,2024-01-01\n2,shirt-m,2024-01-02\n",
        rest="products: {path: goods.csv, columns: {product_id: p, recommend_as: parent}}\n",
    )
    files["goods.csv"] = "p,parent\nshirt-s,shirt\nshirt-m,shirt\n"
    ask = cleaner.clean(files)
    assert ask("select product_id from marts.purchases order by 1") == [("shirt-m",), ("shirt-s",)]
    assert ask("select distinct product_id from intermediate.int_purchase_lines") == [("shirt",)]


def test_a_quantity_out_of_all_proportion_is_a_fact_that_weighs_less(cleaner):
    """Of a hundred lines of one unit and one of 80,995, the 99th percentile is 1: 20 times that."""
    rows = "".join(f"{n},a,2024-01-01,1\n" for n in range(100))
    ask = cleaner.clean(shop(f"c,p,t,q\n{rows}x,a,2024-01-01,80995\n", ", quantity: q"))
    assert ask("select max(quantity) from marts.purchases") == [(80995,)]
    assert ask("select largest_quantity from intermediate.int_quantity_limit") == [(20,)]
    assert ask("""
        select rows from marts.cleaning_report where rule = 'outlier_quantity'
    """) == [(1,)]


def test_what_is_missing_is_said_once(cleaner):
    ask = cleaner.clean(shop("c,p,t\n1,a,2024-01-01\n"))
    missing = ask("select aspect from marts.input_support where not is_given order by all")
    assert [aspect for (aspect,) in missing] == sorted(
        [
            *("ratings", "products", "customers", "order_id", "quantity", "prices paid", "title"),
            *("text", "category", "time of day", "history", "catalogue"),
            *("store", "discount", "promotions"),
        ]
    )


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (
            "1,a,2024-01-01,-1\n2,b,2024-01-02,-2\n",
            "all 2 lines of purchases are returns (of a negative quantity, or is_return)",
        ),
        (
            "1,a,2024-01-01,0\n2,b,2024-01-02,0\n3,c,soon,1\n",
            "all 3 lines of purchases are rejected (2 zero_quantity, 1 unreadable_purchased_at)",
        ),
        ("1,a,2999-01-01,1\n", "all 1 lines of purchases are rejected (1 in_the_future)"),
        (
            "1,a,2024-01-01,-1\n2,b,2024-01-02,0\n",
            "of 2 lines of purchases 1 are rejected (1 zero_quantity), 1 are returns",
        ),
    ],
)
def test_why_nothing_can_be_used_is_said(cleaner, lines, why):
    ask = cleaner.clean(shop("c,p,t,q\n" + lines, ", quantity: q"))
    with pytest.raises(duckdb.Error) as caught:
        ask(cleaner.sql["int_events"])
    assert f"no purchase or rating can be used: {why}; marts.input_audit" in str(caught.value)


def test_a_draft_books_no_return_of_what_was_never_sold(cleaner, tmp_path):
    """Eve's pie was cancelled, Ann's second tea failed: 4 and 10 are left of theirs, 174 of all.

    Sixteen others buy a bun for 10 each, one of them twice: a refund of it is the sale undone.
    """
    rows = [
        *("1,eve,pan,2024-01-01,1,4,completed", "2,eve,pie,2024-01-02,1,8,cancelled"),
        *("3,ann,tea,2024-01-03,1,10,completed", "4,ann,tea,2024-02-03,1,10,Failed"),
        *(f"{n},c{n},bun,2024-01-09,1,10,completed" for n in range(10, 26)),
        "30,c10,bun,2024-03-01,1,10,refunded",
    ]
    header = "order_id,customer,product,order_date,quantity,price,status"
    (tmp_path / "orders.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    text = yaml_text(draft_shop([tmp_path / "orders.csv"], tmp_path / "shop.yml"))
    files = {"shop.yml": text, "orders.csv": (tmp_path / "orders.csv").read_text(encoding="utf-8")}
    ask = cleaner.clean(files)
    assert ask("select sum(amount), count(*) from marts.purchases") == [(174, 18)]
    assert ask("select customer_id, sum(amount) from marts.purchases group by 1 order by 1")[
        :2
    ] == [
        ("ann", 10),
        ("c10", 10),
    ]
    assert ask("select count(*) from marts.purchases where amount < 0") == [(0,)]
    assert ask("select count(*) from intermediate.int_returned_orders") == [(0,)]
