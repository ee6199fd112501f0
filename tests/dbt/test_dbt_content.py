"""Relations in, rows out: similar products and lists of what nobody bought yet."""

import duckdb
import pytest

from recsys.compute import dbt_log
from recsys.dbt import content as dbt_content
from recsys.errors import InvalidParameterError
from recsys.recommenders.fitted_models import (
    BLOCK_VARIABLE,
    FOLDER_VARIABLE,
    HISTORIES_VARIABLE,
)
from recsys.settings.content import content_parameters

PRODUCTS = [("tea", "green tea leaves"), ("cup", "tea cup"), ("rye", "rye bread")]
NEW = [("new tea", "black tea leaves"), ("new rye", "rye rolls"), ("new hose", "garden hose")]
BOUGHT = [("ann", "tea"), ("ann", "cup"), ("bob", "rye"), ("cat", "cup")]


@pytest.fixture
def relations(monkeypatch):
    monkeypatch.setattr(dbt_log, "log", lambda line: None)
    connection = duckdb.connect()
    folds = ["2024-01-01", "serving"]

    def per_fold(columns, listed):
        values = ", ".join(str(row) for row in listed)
        names = ", ".join(columns)
        return connection.sql(
            f"select fold, {names} from (values {values}) as rows ({names}), "  # noqa: S608
            f"(select unnest({folds}) as fold) as folds"
        )

    new = per_fold(["product_id", "title"], NEW).project("*, 9 as product_key")
    return {
        "connection": connection,
        "folds": connection.sql(
            "select * from (values ('2023-12-01', 'train'), ('2024-01-01', 'judge'), "
            "('serving', 'serve')) as folds (fold, purpose)"
        ),
        "training_rows": per_fold(["customer_id", "product_id"], BOUGHT).project(
            "*, 4.0 as rating, 1.0 as weight, true as in_catalogue"
        ),
        "counting_unit": connection.sql("select false as counts_orders"),
        "customers": connection.sql(f"select unnest({folds}) as fold").cross(
            connection.sql("select unnest(['ann', 'bob', 'cat']) as customer_id")
        ),
        "products": per_fold(["product_id", "title"], PRODUCTS),
        "new_products": new,
        "unlearned": new.project(
            "*, if(fold = 'serving', 'serve', 'judge') as purpose, true as is_described, "
            "true as is_available"
        ),
    }


def settings(connection, *, places=2, vectors="tfidf", weights="null"):
    return connection.sql(
        f"select {places} as recommend_new_products, '{vectors}' as content_vectors, "
        f"{weights} as content_field_weights, null as content_embedding_model"
    )


def ask(relations, function, names, **options):
    given = {name: relations[name] for name in names}
    return function(**given, settings=settings(relations["connection"], **options)).read_all()


LISTS = ["training_rows", "customers", "products", "new_products"]
SIMILAR = ["folds", "training_rows", "counting_unit", "products", "unlearned"]


@pytest.mark.parametrize("vectors", ["tfidf", "lsa"])
def test_new_products_are_listed_for_who_bought_their_like(relations, vectors):
    table = ask(relations, dbt_content.new_product_lists, LISTS, vectors=vectors)
    first = {
        (row["fold"], row["customer_id"]): (row["product_id"], row["reason_product_id"])
        for row in table.to_pylist()
        if row["rank"] == 1
    }
    for fold in ("2024-01-01", "serving"):
        assert first[fold, "ann"] == ("new tea", "tea")
        assert first[fold, "bob"] == ("new rye", "rye")
    assert set(table["product_id"].to_pylist()) <= {"new tea", "new rye", "new hose"}


def test_a_customer_who_bought_nothing_like_it_does_not_get_it(relations):
    table = ask(relations, dbt_content.new_product_lists, LISTS)
    assert "new hose" not in table["product_id"].to_pylist()
    listed = {(row["customer_id"], row["product_id"]) for row in table.to_pylist()}
    assert listed == {("ann", "new tea"), ("bob", "new rye"), ("cat", "new tea")}


def test_no_places_no_lists(relations):
    assert ask(relations, dbt_content.new_product_lists, LISTS, places=0).num_rows == 0


def test_without_the_purchase_that_is_the_reason_a_block_lists_a_new_product_no_more(
    relations, tmp_path
):
    """Ann bought tea and a cup, which both speak of tea; without the tea the cup is left."""
    connection = relations["connection"]
    connection.execute(f"set variable {FOLDER_VARIABLE} = '{tmp_path}'")
    given = {name: relations[name] for name in LISTS}
    given |= {"settings": settings(connection), "session": connection}
    dbt_content.new_product_lists(**given).read_all()
    connection.execute(f"set variable {BLOCK_VARIABLE} = true")
    given["customers"] = relations["customers"].filter("customer_id = 'ann'")

    def of_ann(**changed):
        rows = dbt_content.new_product_lists(**given | changed).read_all().to_pylist()
        return [(row["product_id"], row["score"], row["reason_product_id"]) for row in rows]

    [(_, score, reason)] = of_ann()
    assert reason == "tea"
    connection.execute(f"set variable {HISTORIES_VARIABLE} = true")
    assert of_ann() == [("new tea", score, "tea")]
    without_tea = relations["training_rows"].filter("product_id <> 'tea'")
    [(_, lower, other)] = of_ann(training_rows=without_tea)
    assert other == "cup"
    assert 0 < lower < score


def test_what_nothing_is_learned_of_has_similar_products_but_is_none_itself(relations):
    rows = ask(relations, dbt_content.similar_products, SIMILAR).to_pylist()
    new = {name for name, _ in NEW}
    by_content = [row for row in rows if row["method"] == "content"]
    assert not new & {row["similar_product_id"] for row in rows}
    assert {row["fold"] for row in rows} == {"2024-01-01", "serving"}
    found = {
        (row["product_id"], row["similar_product_id"]): row["reason"]
        for row in by_content
        if row["product_id"] in new
    }
    assert found["new tea", "tea"] == "In common: tea leaves"
    assert {one for one, _ in found} == {"new tea", "new rye"}
    assert not [row for row in by_content if row["fold"] != "serving" and row["product_id"] in new]


def test_what_has_run_out_has_similar_products_but_is_none_itself(relations):
    rows = relations["training_rows"]
    columns = "* replace (product_id <> 'cup' as in_catalogue)"
    asked = {**relations, "training_rows": rows.project(columns)}
    found = ask(asked, dbt_content.similar_products, SIMILAR).to_pylist()
    pairs = {(row["method"], row["product_id"], row["similar_product_id"]) for row in found}
    assert {("content", "cup", "tea"), ("collaborative", "cup", "tea")} <= pairs
    assert "cup" not in {similar for *_, similar in pairs}


@pytest.mark.parametrize(("counts_orders", "unit"), [("false", "customer"), ("true", "order")])
def test_what_two_products_have_in_common_is_counted_in_what_the_shop_knows(
    relations, counts_orders, unit
):
    unit_row = relations["connection"].sql(f"select {counts_orders} as counts_orders")
    asked = {**relations, "counting_unit": unit_row}
    rows = ask(asked, dbt_content.similar_products, SIMILAR).to_pylist()
    reasons = [row["reason"] for row in rows if row["method"] == "collaborative"]
    assert reasons
    assert all(f" {unit}" in reason for reason in reasons)


def test_settings_become_parameters():
    connection = duckdb.connect()
    given = settings(connection, vectors="lsa", weights="'title: 2, brand:0.5'")
    assert content_parameters(given, {"ngrams": 1}) == {
        "vectors": "lsa",
        "weights": {"title": 2.0, "brand": 0.5},
        "ngrams": 1,
    }
    with pytest.raises(InvalidParameterError, match="content_field_weights is 'title 2'; 'title 2"):
        content_parameters(settings(connection, weights="'title 2'"))
