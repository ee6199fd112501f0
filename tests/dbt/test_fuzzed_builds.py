"""Whole builds of shops that hypothesis makes up: what must hold of the tables people read."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recsys.errors import RecsysError

from .fuzzed_files import shop_files
from .sound_tables import CHEAP, assert_sound

IDS = ["007", "7", "a b", "O'Hara", "é", "ключ", "{y}", "Z9"]
DIRT = st.sampled_from(["", "nan", "x\ty"])
START = datetime(2024, 1, 1)
TEXTS = st.sampled_from(["Green tea 250 g", "<b>Rye</b> bread", "Tea &amp; jam", "", "бумага"])
COLUMNS = {
    "customer_id": st.sampled_from(IDS) | DIRT,
    "product_id": st.sampled_from(IDS) | DIRT,
    "order_id": st.sampled_from([f"o{number}" for number in range(20)]),
    "quantity": st.sampled_from(["1", "1", "2", "-1", "0", "80995"]),
    "unit_price": st.sampled_from(["1", "2.50", "0", "free"]),
    "rating": st.sampled_from(["1", "3", "4.5", "5", "9"]),
    "title": TEXTS,
    "category": st.sampled_from(["FOOD", "HOME", ""]),
    "age": st.sampled_from(["35-44", "19-24", ""]),
}
TIMES = st.integers(0, 200 * 24).map(lambda hours: str(START + timedelta(hours=hours)))
INPUTS = {  # what each has, may have, and how many lines
    "purchases": (
        ("customer_id", "product_id", "purchased_at"),
        ("order_id", "quantity", "unit_price", "title"),
        60,
    ),
    "ratings": (("customer_id", "product_id", "rating"), ("rated_at",), 30),
    "products": (("product_id",), ("title", "category"), 8),
    "customers": (("customer_id",), ("age",), 8),
}
PUBLIC = ("recommendations", "model_metrics", "similar_products", "bought_together", "products")
OF_A_RUN = {"run_id", "since_run_id", "generated_at"}


@st.composite
def shops(draw):
    """Draw the files of a shop with a history of some months."""
    names = draw(st.sets(st.sampled_from(list(INPUTS)), min_size=1))
    if not names & {"purchases", "ratings"}:
        names.add("purchases")
    tables = {}
    for name in sorted(names):
        must, may, most = INPUTS[name]
        columns = [*must, *sorted(draw(st.sets(st.sampled_from(may))))]
        row = st.tuples(*(COLUMNS.get(column, TIMES) for column in columns))
        rows = draw(st.lists(row, min_size=most // 2, max_size=most))
        tables[name] = (columns, rows)
    return shop_files(CHEAP, tables)


def built(builder, files):
    """Return the query of the shop's database; None where nothing in its files can be used."""
    try:
        return builder.ask(builder.run(files))
    except RecsysError as error:
        if "no purchase or rating can be used" not in str(error):
            raise
        return None


def rows_of(ask, table):
    [*columns] = ask(
        "select column_name from duckdb_columns() where schema_name = 'marts' and table_name = ?",
        table,
    )
    wanted = ", ".join(f'"{name}"' for (name,) in columns if name not in OF_A_RUN)
    return ask(f"select {wanted} from marts.{table} order by all")  # noqa: S608


fuzzed = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}


@settings(max_examples=2, **fuzzed)
@given(files=shops())
def test_whatever_the_shop_its_tables_are_sound(builder, files):
    ask = built(builder, files)
    if ask is not None:
        assert_sound(ask, files)


@pytest.mark.slow
@settings(max_examples=25, **fuzzed)
@given(files=shops())
def test_whatever_the_shop_its_tables_are_sound_and_the_same_again(builder, files):
    ask = built(builder, files)
    if ask is None:
        return
    assert_sound(ask, files)
    first = {table: rows_of(ask, table) for table in PUBLIC}
    again = built(builder, files)
    for table in PUBLIC:
        assert rows_of(again, table) == first[table], table
