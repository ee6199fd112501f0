"""A draft and a build read the same: values accepted without a mark, and with the same value."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from recsys.draft.assemble import draft_shop
from recsys.draft.numbers import read_numbers
from recsys.draft.yaml_text import yaml_text
from recsys.shop.cleaning_rules import rule

LINES = 60
START = datetime(2023, 1, 2, 8, 30)
MONEY: dict[str, Callable[[int], str]] = {  # of whole units and, in the last two digits, cents
    "rupees": lambda cents: f"Rs. {cents // 100:,}.{cents % 100:02}",
    "lakhs": lambda cents: f"₹{cents // 10},{cents % 10}5,000",
    "rupiah": lambda cents: f"{10 + cents // 100}.{cents % 10}00",
    "no cents": lambda cents: f"1.{cents % 1000:03},-",
    "euros": lambda cents: f"{cents // 100},{cents % 100:02} €",
    "three decimals": lambda cents: f"{cents // 100}.{cents % 1000:03} KWD",
    "a measure": lambda cents: f"{cents} kg",
    "now and then a word": lambda cents: "free" if cents % 9 == 0 else f"{cents}.00",
}
TIMES = {
    "long weekday": "%A, %B %d, %Y",
    "rfc 2822": "%a, %d %b %Y %H:%M:%S +0000",
    "sql server": "%b %d %Y %I:%M%p",
    "oracle": "%d-%b-%y %I.%M.%S.000000 %p",
    "day first": "%d/%m/%Y %H:%M",
    "at three": "%Y-%m-%d 03:00:00",
    "utc midnight": "%Y-%m-%dT00:00:00+00:00",
    "no day": "%H:%M:%S",
}


NO_TIMES = {"no day"}
"""Such get a ??? in the draft: no build begins before someone says more."""


class Shop:
    """Drafts a shop of one file, and reads it by the models of staging that dbt compiled."""

    def __init__(self, cleaner, folder) -> None:
        self.cleaner, self.folder = cleaner, folder

    def read(self, prices, times):
        lines = ["order_id,customer_id,order_date,sku,qty,price"]
        lines += [
            f'o{n // 2},c{n // 2 % 20},"{time}",s{n % 7},1,"{price.replace(chr(34), chr(34) * 2)}"'
            for n, (price, time) in enumerate(zip(prices, times, strict=True))
        ]
        (self.folder / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.draft = draft_shop([self.folder / "orders.csv"], self.folder / "shop.yml")
        self.table = self.draft.table("purchases")
        return {"shop.yml": yaml_text(self.draft), "orders.csv": "\n".join(lines) + "\n"}

    def rows(self, files):
        return self.cleaner.clean(files)(
            "select unit_price, purchased_at, reject_reason from staging.stg_purchases "
            "order by row_number"
        )


@pytest.fixture
def shop(cleaner, tmp_path):
    return Shop(cleaner, tmp_path)


def _dates(form: str, seed: int = 1) -> list[str]:
    chance = random.Random(seed)  # noqa: S311
    moments = [START + timedelta(hours=chance.randrange(8000)) for _ in range(LINES)]
    return [moment.strftime(form) for moment in moments]


def _meant(text: str, form: str) -> datetime:
    clock = form.replace("03:00:00", "%H:%M:%S").replace("T00:00:00", "T%H:%M:%S")
    return datetime.strptime(text, clock).replace(tzinfo=None)


@pytest.mark.parametrize("form", MONEY)
def test_prices_are_built_as_the_draft_read_them(shop, form):
    chance = random.Random(form)  # noqa: S311
    prices = [MONEY[form](chance.randrange(100, 99_999)) for _ in range(LINES)]
    files = shop.read(prices, _dates("%Y-%m-%d"))
    rows = shop.rows(files)
    column = shop.table.column("unit_price")
    said = " ".join(shop.draft.doubts)
    if column is None:
        assert "'price' is called like a price" in said
        assert all(price is None for price, _, _ in rows)
        return
    unread = [reason for _, _, reason in rows if reason == "unreadable_price"]
    assert bool(unread) == ("can't be read as a number" in column.doubt)
    values = [price for price, _, reason in rows if reason is None]
    numbers = read_numbers("VARCHAR", prices)
    assert (float(min(values)), float(max(values))) == (numbers.low, numbers.high)
    assert len(values) == round(numbers.share * LINES)


@pytest.mark.parametrize("form", TIMES)
def test_times_are_built_as_the_draft_read_them(shop, form):
    files = shop.read(["2.50"] * LINES, _dates(TIMES[form]))
    is_missing = "purchases.columns.purchased_at" in shop.draft.missing
    assert is_missing == (form in NO_TIMES)
    if is_missing:
        return
    assert not [s for s in shop.draft.settings if s.doubt]
    rows = shop.rows(files)
    assert shop.table.column("purchased_at").doubt == ""
    assert {reason for _, _, reason in rows} == {None}
    means = [_meant(text, TIMES[form]) for text in _dates(TIMES[form])]
    assert [at for _, at, _ in rows] == means


def test_thousands_are_marked_and_a_currency_of_three_decimals_is_none(shop):
    rows = shop.rows(shop.read(["12.500", "9.750"] * (LINES // 2), _dates("%Y-%m-%d")))
    assert {price for price, _, _ in rows} == {12500, 9750}
    assert "set decimal_separator: '.'" in shop.table.column("unit_price").doubt
    rows = shop.rows(shop.read(["12.500", "9.75"] * (LINES // 2), _dates("%Y-%m-%d")))
    assert {price for price, _, _ in rows} == {Decimal("12.5"), Decimal("9.75")}
    assert shop.table.column("unit_price").doubt == ""
    rows = shop.rows(shop.read(["KD 12.500", "KD 9.750"] * (LINES // 2), _dates("%Y-%m-%d")))
    assert {price for price, _, _ in rows} == {Decimal("12.5"), Decimal("9.75")}


def test_a_model_holds_the_very_rule_that_the_draft_asks(cleaner):
    sql = cleaner.sql["stg_purchases"]
    for text in (
        rule("clean_id", "lines.product_id", "formats.has_float_product_ids"),
        rule("clean_time", "lines.purchased_at", "formats.date_order", "settings.timezone"),
        rule("clean_number", "lines.unit_price", "formats.has_money_comma"),
        rule("clean_quantity", "lines.quantity", "formats.has_decimal_comma"),
    ):
        assert text in sql
