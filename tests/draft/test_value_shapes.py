"""Values as files hold them: times, numbers, and what a column of them may be."""

from pathlib import Path

import pytest

from recsys.draft.assemble import draft_shop
from recsys.draft.column_profile import ColumnProfile
from recsys.draft.encodings import legacy_encoding
from recsys.draft.guesses import guess
from recsys.draft.headers import has_header
from recsys.draft.numbers import read_numbers
from recsys.draft.times import read_times
from recsys.draft.yaml_text import yaml_text


def column(name: str, values: list[str], kind: str = "VARCHAR", named: bool = True):
    return ColumnProfile(
        name, kind, len(values), len(values), len(set(values)), tuple(values), is_named=named
    )


@pytest.mark.parametrize(
    ("values", "form", "order"),
    [
        (["2024-01-31", "2024-02-01"], "yyyy-mm-dd", None),
        (["2024-01-31T10:15:00Z"], "yyyy-mm-dd", None),
        (["31.12.2023", "01.02.2024"], "dd.mm.yyyy", "dmy"),
        (["12/31/2023 10:15 PM", "02/01/2024 1:00 AM"], "mm/dd/yyyy", "mdy"),
        (["01/02/24", "03/04/24"], "dd/mm/yyyy or mm/dd/yyyy", "unknown"),
        (["05-Jan-2024", "6-Feb-2024"], "days with the month's name", None),
        (["Jan 5, 2024", "February 6, 2024"], "days with the month's name", None),
        (["20240131", "20231201"], "yyyymmdd", None),
        (["881250949", "1512086400"], "seconds since 1970", None),
        (["1512086400000"], "milliseconds since 1970", None),
        (["1512086400000000"], "microseconds since 1970", None),
    ],
)
def test_times(values, form, order):
    times = read_times("VARCHAR", values)
    assert (times.share, times.form, times.order) == (1.0, form, order)


@pytest.mark.parametrize("values", [["2024-02-31"], ["31/31/2024"], ["4711"], ["B004Q7"], ["3.5"]])
def test_what_is_no_time(values):
    assert read_times("VARCHAR", values).share == 0


@pytest.mark.parametrize(
    ("values", "high", "comma"),
    [
        (["1,234.50", "2.00"], 1234.5, False),
        (["1.234,50", "2,00"], 1234.5, True),
        (["1'234.50 CHF"], 1234.5, False),
        (["$4.99", "£12"], 12, False),
        (["9,99 €"], 9.99, True),
        (["1,234", "5,678"], 5678, False),
    ],
)
def test_numbers(values, high, comma):
    numbers = read_numbers("VARCHAR", values)
    assert (numbers.share, numbers.high, numbers.has_decimal_comma) == (1.0, high, comma)


def test_negative_numbers_of_accountants():
    assert read_numbers("VARCHAR", ["(5.00)", "-3", "4"]).negative == pytest.approx(2 / 3)


def test_values_can_refuse_what_the_name_says():
    assert "purchased_at" not in guess(column("order_date", ["soon", "later"] * 20))
    assert "unit_price" not in guess(column("price", ["cheap", "dear"] * 20))


def test_values_alone_show_ratings_and_times():
    ratings = guess(column("column2", [str(1 + n % 5) for n in range(100)], named=False))
    assert max(ratings.values(), key=lambda found: found.certainty).kind == "rating"
    times = guess(column("column3", [str(881250949 + n) for n in range(100)], named=False))
    assert max(times.values(), key=lambda found: found.certainty).kind in {
        "purchased_at",
        "rated_at",
    }


def test_headers():
    assert not has_header([["196", "242", "3", "881250949"], ["186", "302", "3", "891717742"]])
    assert has_header([["Kunde", "2023-01", "2023-02"], ["K1", "3", "4"]])
    assert has_header([["xa", "xb"], ["1", "2"]])
    assert not has_header([["ann", "tea"], ["bob", "tea"], ["ann", "milk"]])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Übergröße für Männer; Häkelgarn weiß", "windows-1252"),
        ("thé glacé; crème fraîche; £5", "windows-1252"),
        ("żółta łódź; świeże pączki", "windows-1250"),
        ("příliš žluťoučký kůň", "windows-1250"),
        ("молоко свежее; хлеб", "windows-1251"),
        ("注文番号,商品コード\n緑茶セット①", "cp932"),
        ("订单编号,商品名称\n龙井茶礼盒", "gb18030"),
        ("주문번호,상품명\n녹차 세트", "euc_kr"),
        ("訂單編號,商品名稱\n烏龍茶", "big5"),
    ],
)
def test_encodings(text, encoding):
    assert legacy_encoding(text.encode(encoding)) == encoding
    assert legacy_encoding(text.encode("utf-8")) is None


def orders(folder: Path, prices: list[str]) -> Path:
    """Write orders of thirty days at these prices."""
    lines = [f"o{n},c{n % 9},2024-01-{1 + n % 30:02},s{n % 7},1,{p}" for n, p in enumerate(prices)]
    path = folder / "orders.csv"
    header = "order_id,customer_id,order_date,sku,qty,price"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        (["5%", "6%"], "'price' is called like a price, but values such as '5%' can't be read"),
        (["5.00", "free", "6.00", "7.00"], "10 of 40 values, such as 'free', can't be read"),
        (["$5.00", "6.00 kr"], "several signs stand beside the numbers ($, KR)"),
        (["Rp 12.500", "Rp 9.000"], "Rp 12.500 is taken for thousands"),
        (["5\x1b[31m"], "values such as '5�[31m'"),
    ],
)
def test_prices_that_need_a_look_are_marked(tmp_path, prices, said):
    path = orders(tmp_path, prices * (40 // len(prices)))
    assert said in " ".join(draft_shop([path], tmp_path / "shop.yml").doubts)


def test_numbers_of_a_spreadsheets_days_are_times_by_name_only():
    days = [str(45_000 + n) for n in range(100)]
    assert "purchased_at" in guess(column("order_date", days))
    assert guess(column("price", days))["unit_price"].is_sure
    assert guess(column("article no", days))["product_id"].is_sure
    assert read_times("VARCHAR", ["2024-01-05 03:00:00"]).has_clock
    assert not read_times("VARCHAR", ["2024-01-05T00:00:00+00:00"]).has_clock
    assert read_times("VARCHAR", ["03:00:00", "+00:00"]).share == 0


def test_a_column_is_of_days_only_where_no_value_has_a_time_of_day_in_any_form():
    """Six of ten are days, in the commonest form; the others are written in one more form."""
    days = ["05.01.2024", "06.01.2024", "07.01.2024", "08.01.2024", "09.01.2024", "10.01.2024"]
    assert read_times("VARCHAR", [*days, *["2024-01-07 09:30"] * 4]).has_clock
    assert not read_times("VARCHAR", [*days, *["2024-01-07 00:00"] * 4]).has_clock
    timed = guess(column("order_date", [*days * 15, *["2024-01-07 09:30"] * 10]))
    assert "days only" not in timed["purchased_at"].evidence
    plain = guess(column("order_date", [*days * 15, *["2024-01-07 00:00"] * 10]))
    assert "days only" in plain["purchased_at"].evidence


def test_days_with_a_clock_beside_them_are_not_of_days_only(tmp_path):
    lines = "".join(
        f"c{n % 20},p{n % 7},2024-01-{1 + n % 28:02},{8 + n % 12:02}:{n % 60:02}\n"
        for n in range(200)
    )
    path = tmp_path / "sales.csv"
    path.write_text(f"customer_id,product_id,date,time\n{lines}")
    text = yaml_text(draft_shop([path], tmp_path / "shop.yml"), "shop.yml")
    assert "the time of day is in 'time'" in text
    assert "days only" not in text
