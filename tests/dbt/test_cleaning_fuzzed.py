"""Shops as hypothesis makes them up, with dirt in every column: what must hold of all of them."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .fuzzed_files import line_count, shop_files

IDS = st.sampled_from(
    [
        "a",
        "A",
        "007",
        "7",
        "7.0",
        " 7 ",
        "e\u0301",
        "\u00e9",
        "nan",
        "",
        "NULL",
        "O'Hara",
        'q"',
        "a b",
    ]
)
PRODUCTS = st.sampled_from(
    ["x", "X", "x-s", "0001", "1.0", "POST", "gift", "", "\u043a\u043b\u044e\u0447", "{y}"]
)
TIMES = st.sampled_from(
    [
        *("2024-01-31", "2024-02-29 23:59:59", "2024-03-01T00:00:00Z", "31.01.2024", "13/02/2024"),
        *(
            "1706697000",
            "45322",
            "20240131",
            "5 Feb 2024",
            "yesterday",
            "",
            "0000-00-00",
            "1900-01-01",
        ),
        *("2199-01-01", "2024-02-30"),
    ]
)
NUMBERS = st.sampled_from(
    [
        "1",
        "2.5",
        "-1",
        "0",
        "1,50",
        "1.234,50",
        "\u20ac 3",
        "3-",
        "",
        "two",
        "1e300",
        "inf",
        "NaN",
        "80995",
    ]
)
TITLES = st.sampled_from(
    [
        "Tea",
        " tea ",
        "Tea &amp; Cake",
        "<b>Bold</b>",
        "POSTAGE",
        "?",
        "",
        "None",
        "Gift voucher 30",
        "<3",
    ]
)
COLUMNS = {
    "customer_id": IDS,
    "product_id": PRODUCTS,
    "purchased_at": TIMES,
    "rating": NUMBERS,
    "order_id": IDS,
    "quantity": NUMBERS,
    "unit_price": NUMBERS,
    "amount": NUMBERS,
    "is_return": st.sampled_from(["true", "no", "", "perhaps"]),
    "title": TITLES,
    "category": st.sampled_from(["FOOD", '["Home", "Kitchen"]', "[]", "", "a > b"]),
    "recommend_as": PRODUCTS,
    "rated_at": TIMES,
    "price": NUMBERS,
    "available": st.sampled_from(["1", "0", "in stock", "nein", "", "?"]),
    "merged_into": IDS,
    "age": st.sampled_from(["35-44", "", "None"]),
}
INPUTS = {  # what each must have, and may have
    "purchases": (
        ("customer_id", "product_id", "purchased_at"),
        (
            "order_id",
            "quantity",
            "unit_price",
            "amount",
            "is_return",
            "title",
            "category",
            "recommend_as",
        ),
    ),
    "ratings": (("customer_id", "product_id", "rating"), ("rated_at", "title")),
    "products": (("product_id",), ("title", "category", "price", "available", "recommend_as")),
    "customers": (("customer_id",), ("merged_into", "age")),
}


@st.composite
def shops(draw):
    """Draw the files of a shop: any combination of inputs and columns, and lines for each."""
    names = draw(st.sets(st.sampled_from(list(INPUTS)), min_size=1))
    if not names & {"purchases", "ratings"}:
        names.add("purchases")
    tables = {}
    for name in sorted(names):
        must, may = INPUTS[name]
        columns = [*must, *sorted(draw(st.sets(st.sampled_from(may))))]
        row = st.tuples(*(COLUMNS[column] for column in columns))
        rows = draw(st.lists(row, min_size=1, max_size=12))
        tables[name] = (columns, rows)
    return shop_files("settings: {min_customers_per_product: 1, date_order: dmy}", tables)


def assert_books_balance(ask, files):
    for name in INPUTS:
        [(audited, rejected)] = ask(
            """
            select
                coalesce(sum(rows), 0),
                coalesce(sum(rows) filter (where outcome = 'rejected'), 0)
            from marts.input_audit where source = ?
            """,
            name,
        )
        assert audited == line_count(files, name), name
        counted = ask("select count(*) from marts.rejected_rows where source = ?", name)
        reported = ask(
            """
            select coalesce(sum(rows), 0) from marts.cleaning_report
            where source = ? and effect = 'rejected'
            """,
            name,
        )
        assert counted == reported == [(rejected,)], name


def assert_lines_are_clean(ask):
    for (time,) in ask("select distinct purchased_at from marts.purchases"):
        assert datetime(1980, 1, 1) <= time <= datetime(2100, 1, 1)
    assert (
        ask("""
        select * from marts.purchases
        where product_id is null or is_return <> (quantity < 0) or quantity = 0
            or (is_return and amount > 0) or (not is_return and amount < 0)
            or trim(product_id) <> product_id or nfc_normalize(product_id) <> product_id
            or trim(customer_id) in ('', 'nan', 'NULL')
    """)
        == []
    )
    assert ask("select * from intermediate.int_rating_lines where rating not between 1 and 5") == []


def assert_everything_has_one_key(ask):
    for table, column in [
        ("intermediate.int_products", "product_id"),
        ("intermediate.int_customers", "customer_id"),
        ("intermediate.int_product_parents", "product_id"),
        ("intermediate.int_customer_merges", "customer_id"),
    ]:
        sql = f"select {column} from {table} group by 1 having count(*) > 1"  # noqa: S608
        assert ask(sql) == [], table
    # whoever stands for others stands for itself, and everything that counts is known
    assert (
        ask("""
        select * from intermediate.int_product_parents
        where recommend_as in (select product_id from intermediate.int_product_parents)
    """)
        == []
    )
    assert (
        ask("""
        select product_id from intermediate.int_purchase_lines
        union select product_id from intermediate.int_rating_lines
        except select product_id from intermediate.int_products where recommend_as is null
    """)
        == []
    )
    assert (
        ask("""
        select customer_id from intermediate.int_purchase_lines where customer_id is not null
        union select customer_id from intermediate.int_rating_lines
        except select customer_id from intermediate.int_customers
    """)
        == []
    )


TABLES = (
    "marts.purchases",
    "marts.cleaning_report",
    "marts.rejected_rows",
    "intermediate.int_products",
)


def assert_fuzzed(cleaner, files):
    ask = cleaner.clean(files)
    assert_books_balance(ask, files)
    assert_lines_are_clean(ask)
    assert_everything_has_one_key(ask)
    assert (
        ask("select * from intermediate.int_products where regexp_matches(title, '</?[a-z]')") == []
    )


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(files=shops())
def test_whatever_the_shop_nothing_is_lost(cleaner, files):
    assert_fuzzed(cleaner, files)


@pytest.mark.slow
@settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(files=shops())
def test_whatever_the_shop_nothing_is_lost_and_the_same_comes_out(cleaner, files):
    assert_fuzzed(cleaner, files)
    first, again = cleaner.clean(files), cleaner.clean(files)
    for table in TABLES:
        sql = f"select * from {table} order by all"  # noqa: S608
        assert first(sql) == again(sql), table
