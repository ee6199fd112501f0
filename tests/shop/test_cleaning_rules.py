"""Single values by the rules of cleaning: what a reader of the text would say."""

# ruff: noqa: RUF001 - signs and digits of other scripts are what is tested

import random
from datetime import datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from recsys.shop.cleaning_rules import rule


@pytest.fixture(scope="module")
def read():
    """Return a function that reads texts by a rule, in one query."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set timezone = 'UTC'")

    def read(name, texts, *arguments):
        sql = (
            f"select {rule(name, 'value', *arguments)} from (select unnest(?::varchar[]) as value)"  # noqa: S608
        )
        return [value for (value,) in connection.execute(sql, [list(texts)]).fetchall()]

    yield read
    connection.close()


NUMBERS = {  # whatever the file's other numbers show
    "₹1,16,000": "116000",
    "1,49,900.00": "149900",
    "12,34,56,789": "123456789",
    "1'234.50": "1234.50",
    "CHF 1’234.50": "1234.50",
    "1 234,50": "1234.50",
    "1\u202f234,50 €": "1234.50",
    "1\u00a0234": "1234",
    "1.234,-": "1234",
    "1,499/-": "1499",
    "Rs. 120.50/-": "120.50",
    "12,-": "12",
    "5.-": "5",
    "5,--": "5",
    "12.50-": "-12.50",
    "(12.50)": "-12.50",
    "($12.50)": "-12.50",
    "$(12.50)": "-12.50",
    "- $5": "-5",
    "$-5": "-5",
    "−5,5": "-5.5",
    "１，２３４．５０": "1234.50",
    "١٬٢٣٤٫٥٠": "1234.50",
    "د.إ.\u200f 12.50": "12.50",
    "३,४५६.७५": "3456.75",
    "Rs.50": "50",
    "kr. 12,50": "12.50",
    "12,50 zł": "12.50",
    "1 500 Ft": "1500",
    "12 Kč": "12",
    "100 руб.": "100",
    "100 р.": "100",
    "50 грн": "50",
    "12 лв.": "12",
    "NT$ 100": "100",
    '12.50 ש"ח': "12.50",
    "5 000 so'm": "5000",
    "N500": "500",
    "12:-": "12",
    "1 234:- kr": "1234",
    "CHF -.50": "-0.50",
    "US$ 9": "9",
    "$CA 9": "9",
    "R$ 3,20": "3.20",
    "S/ 12.50": "12.50",
    "B/. 5": "5",
    "Bs. 5": "5",
    "Q50": "50",
    "KSh 500": "500",
    "5 pesos": "5",
    "naira 5": "5",
    "5元": "5",
    "Fr. 5.-": "5",
    "5 000 F CFA": "5000",
    "12.50 USD": "12.50",
    "$5 USD": "5",
    '="12.50"': "12.50",
    "'12.50": "12.50",
    "1,234.56": "1234.56",
    "1.234,56": "1234.56",
    "1.234.567": "1234567",
    "1,234,567": "1234567",
    ".50": "0.50",
    "1e3": "1000",
}


@pytest.mark.parametrize("comma", ["false", "true"])
def test_money_of_many_lands(read, comma):
    found = read("clean_number", NUMBERS, comma)
    wrong = {
        text: value
        for (text, right), value in zip(NUMBERS.items(), found, strict=True)
        if value != Decimal(right)
    }
    assert wrong == {}


def test_what_only_other_numbers_can_tell(read):
    texts = ["1,234", "12.500", "Rp 12.500", "95,000"]
    assert read("clean_number", texts, "false") == [1234, Decimal("12.5"), Decimal("12.5"), 95000]
    assert read("clean_number", texts, "true") == [Decimal("1.234"), 12500, 12500, 95]


@pytest.mark.parametrize("comma", ["false", "true"])
def test_what_is_no_money(read, comma):
    texts = [
        *("5 kg", "12 pcs", "3 of 4", "10%", "A12", "2024-01-05", "05.01.2024", "192.168.1.1"),
        *("192.168.100.200", "555-1234", "0171 234 567", "12:30", "5k", "5 M", "5 L", "1/2", "99¢"),
        *("1,2,3", "12 34", "1 2345", "1,23.50", "12.5.3", "(5", "5)", "€", "-", "", "free", "5-6"),
        *("5 €/kg", "$5/ea", "12.50 - 15.00", "5 km"),
    ]
    assert dict(zip(texts, read("clean_number", texts, comma), strict=True)) == dict.fromkeys(texts)


def test_quantities_may_have_a_word_for_pieces(read):
    texts = ["12 pcs", "3 Stk.", "2x", "x2", "5 kg", "1,5 l", "3 of 4", "5k", "2 doz", "A12"]
    assert read("clean_quantity", texts, "false") == [12, 3, 2, 2, 5, 1.5, None, None, None, None]


def test_prices_as_every_locale_writes_its_own_currency(read):
    """The Unicode CLDR's patterns, of every locale with a land, in its own digits and in ours."""
    babel = pytest.importorskip("babel")
    numbers = pytest.importorskip("babel.numbers")
    now = babel.core.get_global("territory_currencies")
    written = []
    for name in babel.localedata.locale_identifiers():
        locale = babel.Locale.parse(name)
        for code, _, end, is_tender in now.get(locale.territory, []) if locale.territory else []:
            if end is None and is_tender:
                written += [
                    (code, amount, numbers.format_currency(amount, code, locale=locale,
                     currency_digits=False, decimal_quantization=False, numbering_system=system))
                    for system in {"latn", locale.default_numbering_system}
                    for amount in map(Decimal, ("1234.5", "0.5", "116000", "-7.25"))
                ]  # fmt: skip
    assert len(written) > 3000
    texts = [text for _, _, text in written]
    by_point, by_comma = (read("clean_number", texts, comma) for comma in ("false", "true"))
    unread = {
        (code, text)
        for (code, amount, text), *found in zip(written, by_point, by_comma, strict=True)
        if amount not in found
    }
    # one letter behind the digits is more often a litre or a thousand than leu, kyat or shilling
    assert {code for code, _ in unread} <= {"MDL", "MMK", "SOS", "GMD", "HTG"}
    assert all(text[-1] in "LKSDG" for _, text in unread)


DATES = {  # all are the fifth of a month, so that the order matters
    "2024-01-05T13:45:00,123": "2024-01-05 13:45:00.123",
    "2024-01-05T13:45:00.1234567+05:30": "2024-01-05 13:45:00.123456",
    "2024/1/5 13:45": "2024-01-05 13:45",
    "2024-01-05 01:45:00 PM": "2024-01-05 13:45",
    "2024-01-05 12:30 am": "2024-01-05 00:30",
    "2024/1/5 1:45 p.m.": "2024-01-05 13:45",
    "2024-01-05 13:45:00 Europe/Berlin": "2024-01-05 13:45",
    "2024-01-05 Fri 13:45": "2024-01-05 13:45",
    "5 Ocak 2024 Cuma": "2024-01-05",
    "2024年1月5日 13時45分": "2024-01-05 13:45",
    "2024年01月05日13时45分30秒": "2024-01-05 13:45:30",
    "2024-1-5T1:45:00": "2024-01-05 01:45",
    "5.1.24": "2024-01-05",
    "05/01/2024, 1:45 p. m.": "2024-01-05 13:45",
    "5.1.2024 um 13:45 Uhr": "2024-01-05 13:45",
    "05.01.2024 13:45 +0100": "2024-01-05 13:45",
    "Mon 5 Jan 2024": "2024-01-05",
    "Monday, January 05, 2024": "2024-01-05",
    "Fri, 05 Jan 2024 13:45:00 +0100": "2024-01-05 13:45",
    "Fri, 05 Jan 2024 13:45:00 GMT": "2024-01-05 13:45",
    "Fri Jan  5 13:45:00 2024": "2024-01-05 13:45",
    "Mon Jan 05 04:18:00 -0700 2024": "2024-01-05 04:18",
    "Fri Jan 05 13:45:00 CET 2024": "2024-01-05 13:45",
    "Fri Jan 05 2024 13:45:00 GMT+0100 (Central European Standard Time)": "2024-01-05 13:45",
    "Jan  5 2024  1:45PM": "2024-01-05 13:45",
    "05-JAN-24 01.45.00.000000000 PM": "2024-01-05 13:45",
    "05-JAN-24": "2024-01-05",
    "Jan-05-24": "2024-01-05",
    "05JAN2024:13:45:00": "2024-01-05 13:45",
    "05/Jan/2024:13:45:00 +0100": "2024-01-05 13:45",
    "5. Januar 2024": "2024-01-05",
    "Freitag, den 5. Januar 2024": "2024-01-05",
    "05. Mär. 2024": "2024-03-05",
    "vendredi 5 janvier 2024": "2024-01-05",
    "5 févr. 2024 à 13:45": "2024-02-05 13:45",
    "5 août 2024 13h45": "2024-08-05 13:45",
    "mar. 5 mars 2024": "2024-03-05",
    "Mar 5, 2024 at 1:45 pm": "2024-03-05 13:45",
    "5 de enero de 2024": "2024-01-05",
    "5 de março de 2024 às 13:45": "2024-03-05 13:45",
    "5 gennaio 2024": "2024-01-05",
    "den 5 januari 2024": "2024-01-05",
    "5. jan. 2024 kl. 13.45": "2024-01-05 13:45",
    "5 stycznia 2024": "2024-01-05",
    "5 января 2024 г., 13:45": "2024-01-05 13:45",
    "5th of January 2024": "2024-01-05",
    "January 5th, 2024": "2024-01-05",
    "2024-Jan-05": "2024-01-05",
    "20240105": "2024-01-05",
    "20240105134500": "2024-01-05 13:45",
    "202401051345": "2024-01-05 13:45",
    "20240105T134500Z": "2024-01-05 13:45",
    "20240105 13:45": "2024-01-05 13:45",
    "45296.5": "2024-01-05 12:00",
    "1704462300": "2024-01-05 13:45",
    "1704462300000": "2024-01-05 13:45",
    "1704462300000000": "2024-01-05 13:45",
    "2024-W01-5": "2024-01-05",
    "2024年1月5日(金) 13:45": "2024-01-05 13:45",
    "2024. 1. 5. 오후 1:45:00": "2024-01-05 13:45",
    "2024-01-05-13.45.00.000000": "2024-01-05 13:45",
    "2024-01-05T13:45:00+01:00[Europe/Berlin]": "2024-01-05 13:45",
    "2024-01-05+01:00": "2024-01-05",
    '="2024-01-05"': "2024-01-05",
    "２０２４-０１-０５": "2024-01-05",
    "5.1.68": "2068-01-05",
    "5.1.69": "1969-01-05",
    "05-JAN-69": "1969-01-05",
}


def test_dates_of_many_programs_and_tongues(read):
    found = read("clean_time", DATES, "'dmy'", "null::varchar")
    wrong = {
        text: value
        for (text, right), value in zip(DATES.items(), found, strict=True)
        if value != datetime.fromisoformat(right)
    }
    assert wrong == {}


def test_offsets_and_zones_are_brought_to_the_shops_own(read):
    dates = {
        "Fri, 05 Jan 2024 13:45:00 +0100": datetime(2024, 1, 5, 13, 45),
        "Fri, 05 Jan 2024 13:45:00 GMT": datetime(2024, 1, 5, 14, 45),
        "05-JAN-24 01.45.00.000000 PM -05:00": datetime(2024, 1, 5, 19, 45),
        "Jan-05-24 13:45:00 PST": datetime(2024, 1, 5, 22, 45),
        "2024-01-05 13:45 +01": datetime(2024, 1, 5, 13, 45),
        "2024-01-05 13:45:00 UTC+1": datetime(2024, 1, 5, 13, 45),
        "5. Januar 2024 13:45": datetime(2024, 1, 5, 13, 45),
        "2024-01-05 13:45 IST": None,  # India's, Ireland's or Israel's
    }
    assert read("clean_time", dates, "'dmy'", "'Europe/Berlin'") == list(dates.values())


@pytest.mark.parametrize("order", ["'dmy'", "'mdy'", "null::varchar"])
def test_what_is_no_point_in_time(read, order):
    texts = [
        *(
            "31 Feb 2024",
            "30.02.2024",
            "2024-02-30",
            "Feb 30, 2024",
            "5 Foo 2024",
            "May 2024",
            "5 May",
        ),
        *("03:00:00", "1:45 PM", "13:45", "2024-01-05 25:00", "2024-01-05 13:61", "2024-01-05 3"),
        *("2024-01", "2024", "12:30:45", "10.0.0.1", "1/2/3/4", "Order 5 Jan 2024", "Jan 05 13:45"),
        *("0000-00-00", "+00:00", "hello", "", "4711"),
    ]
    found = read("clean_time", texts, order, "null::varchar")
    assert dict(zip(texts, found, strict=True)) == dict.fromkeys(texts)


def test_every_month_and_day_of_the_cldr_is_known(read):
    """Names in full and short, as they stand in dates and alone, of the tongues that are listed."""
    babel = pytest.importorskip("babel")
    tongues = [
        *("en", "de", "de_AT", "fr", "es", "it", "nl", "pt", "sv", "da", "nb"),
        *("nn", "pl", "cs", "sk", "fi", "ru", "uk", "tr", "ro", "hu", "id"),
    ]
    written = [
        (f"{day} 5 {month} 2024", number)
        for locale in map(babel.Locale.parse, tongues)
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, month in locale.months[context][width].items()
        for day in [locale.days["format"][width][number % 7]]
        if len(day) > 1  # Hungarian's K is Tuesday, and much else
    ]
    found = read("clean_time", [text for text, _ in written], "null::varchar", "null::varchar")
    wrong = [
        (text, value)
        for (text, month), value in zip(written, found, strict=True)
        if value != datetime(2024, month, 5)
    ]
    assert wrong == []


IDS = {
    '="00003"': "00003",
    '"00003"': "00003",
    "'00003": "00003",
    "'00003'": "00003",
    " 00003\u00a0": "00003",
    "\ufeff00003": "00003",
    "00\u200b003": "00003",
    "\u3000X1\u3000": "X1",
    "'=1+1": "=1+1",  # as an export guards it
    "'-5": "-5",
    "'@home": "@home",
    '=""': None,
    '""': None,
    "'s-Gravenhage": "'s-Gravenhage",
    "O'Hara": "O'Hara",
    'q"': 'q"',
    "a b": "a b",
    "00123": "00123",
    "e\u0301": "\u00e9",
}


def test_ids_lose_what_guards_them(read):
    assert dict(zip(IDS, read("clean_id", IDS), strict=True)) == IDS


CURRENCIES = ["", "$", "€ ", "₹", "Rs. ", "USD ", "kr. ", "R$ ", "CHF ", "S/ "]
BEHIND = ["", " €", "€", " kr", " zł", " Kč", " USD", " руб.", "円", " TL"]


def _grouped(number: int, mark: str, is_indian: bool) -> str:
    digits, size, groups = str(number), 3, []
    while len(digits) > size:
        digits, group = digits[:-size], digits[-size:]
        groups.insert(0, group)
        size = 2 if is_indian else 3
    return mark.join([digits, *groups])


def test_whatever_money_is_made_of_is_read_as_it_was_meant(read):
    """Four thousand prices: any grouping, sign, currency; of several marks the last is decimal."""
    chance = random.Random(12)  # noqa: S311 - the same prices every time
    texts, values = [], []
    for _ in range(4000):
        whole = chance.choice([chance.randrange(1000), chance.randrange(10**7)])
        cents = chance.choice(["", f"{chance.randrange(100):02}", str(chance.randrange(10))])
        mark, decimal = chance.choice([(",", "."), (".", ","), ("'", "."), ("’", "."), (" ", ",")])
        is_indian = mark == "," and chance.random() < 0.5
        text = _grouped(whole, mark, is_indian) + (decimal + cents if cents else "")
        if not cents and text.count(mark) == 1 and mark in ",.":
            continue  # only the file's other numbers tell
        sign = chance.choice(["", "", "{}-", "-{}", "({})", "−{}"])
        place = chance.random() < 0.5
        text = chance.choice(CURRENCIES) + text if place else text + chance.choice(BEHIND)
        texts.append((sign or "{}").format(text))
        values.append(Decimal(f"{'-' if sign else ''}{whole}.{cents or 0}"))
    for comma in ("false", "true"):
        wrong = [
            (text, found, value)
            for text, found, value in zip(
                texts, read("clean_number", texts, comma), values, strict=True
            )
            if found != value
        ]
        assert wrong == []


FORMS = [
    *("%Y-%m-%d", "%Y/%m/%d %H:%M", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y %I:%M %p", "%d-%b-%Y"),
    *("%a, %d %b %Y %H:%M:%S GMT", "%A, %B %d, %Y", "%a %b %d %H:%M:%S %Y", "%b %d %Y %I:%M%p"),
    *("%d-%b-%y %I.%M.%S.000000 %p", "%b-%d-%y", "%Y%m%d", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%SZ"),
    *("%d%b%Y:%H:%M:%S", "%G-W%V-%u", "%Y%m%dT%H%M%S", "%Y年%m月%d日", "%B %d, %Y at %I:%M %p"),
]


def test_whatever_a_program_writes_of_a_time_is_read_as_it_was_meant(read):
    chance = random.Random(15)  # noqa: S311 - the same times every time
    for form in FORMS:
        times = [
            datetime(1990, 1, 1) + timedelta(seconds=chance.randrange(10**9)) for _ in range(200)
        ]
        texts = [time.strftime(form) for time in times]
        means = [datetime.strptime(text, form) for text in texts]
        found = read("clean_time", texts, "'dmy'", "null::varchar")
        assert found == means, form
