"""What goes with a basket: scores added up by hand from the tables of product pages."""

import duckdb
import pytest

PATH = "/basket/recommendations"

SHOP = """
delete from marts.products;
insert into marts.products by name
select product_id, 'Title of ' || product_id as title, upper(left(product_id, 1)) as category,
    price::double as price,
    coalesce(why_not, 'in no list') like 'in no list%' as is_recommendable, why_not, recommend_as,
    10::bigint as customers
from (values
    ('tea', 4.0, null, null), ('milk', 1.0, null, null),
    ('honey', 6.0, 'in no list: other products come first', null),
    ('lemon', .5, null, null), ('mug', 9.0, null, null), ('mate', 5.0, null, null),
    ('gone', 2.0, 'not available', null), ('fee', 1.0, 'excluded by the shop', null),
    ('tea 50 g', 3.0, 'counted as another product', 'tea'), ('alone', 1.0, null, null)
) as rows (product_id, price, why_not, recommend_as);
delete from marts.bought_together;
insert into marts.bought_together by name
select *, 10::bigint as baskets, .1 as support, 2.5 as lift
from (values
    ('tea', 1, 'honey', .4, 2.0), ('tea', 2, 'milk', .2, 2.0), ('tea', 3, 'lemon', .2, 2.0),
    ('tea', 4, 'gone', .9, 2.0), ('tea', 5, 'fee', .9, 2.0),
    ('milk', 1, 'honey', .2, 2.0), ('milk', 2, 'mug', .2, 8.0), ('milk', 3, 'tea', .5, 2.0),
    ('milk', 4, 'lemon', .9, 1.0)
) as rows (product_id, rank, other_product_id, confidence, lift_low);
delete from marts.similar_products;
insert into marts.similar_products by name
select *, null as reason
from (values
    ('tea', 'content', 1, 'mate', .8), ('tea', 'collaborative', 1, 'mate', .4),
    ('tea', 'content', 2, 'honey', .7), ('milk', 'collaborative', 1, 'tea', .9)
) as rows (product_id, method, rank, similar_product_id, similarity);
delete from marts.popular_products;
insert into marts.popular_products values
    ('(all)', 1, 'alone', 9, 1.0), ('(all)', 2, 'mug', 8, 1.0);
"""


@pytest.fixture
def basket(client, built):
    """Return a function that asks for suggestions."""
    with duckdb.connect(built) as writer:
        writer.execute(SHOP)

    def asked(*product_ids, **more):
        return client.post(PATH, {"product_ids": list(product_ids), **more})

    return asked


def suggested(answer):
    rows = answer.json()["recommendations"]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    return [(row["product_id"], round(row["score"], 9), row["basis"]) for row in rows]


def test_confidences_add_up_and_similar_products_follow(basket):
    """Honey goes with both: (.4 + .2) / 2; mug with milk: .2 * 7 / 8; lemon with tea: .2 / 2.

    Lemon is in most baskets with milk, as in most baskets: chance explains all of it.
    """
    assert suggested(basket("tea", "milk")) == [
        ("honey", 0.3, "bought_together"),
        ("mug", 0.175, "bought_together"),
        ("lemon", 0.1, "bought_together"),
        ("mate", 0.8, "similar"),
    ]


def test_the_order_and_repetition_of_the_basket_change_nothing(basket):
    assert suggested(basket("milk", "tea", "milk")) == suggested(basket("tea", "milk"))


def test_reasons_name_the_product_with_the_strongest_evidence(basket):
    rows = basket("tea", "milk").json()["recommendations"]
    assert [(row["reason"], row["reason_product_id"]) for row in rows] == [
        ("In 40% of the baskets with Title of tea", "tea"),
        ("In 20% of the baskets with Title of milk", "milk"),
        ("In 20% of the baskets with Title of tea", "tea"),
        ("Similar to Title of tea", "tea"),
    ]


def test_small_shares_of_baskets_are_said_as_lifts(basket, built):
    with duckdb.connect(built) as writer:
        writer.execute("update marts.bought_together set confidence = 0 where rank = 2")
        writer.execute("alter table marts.bought_together alter confidence type double")
        writer.execute("update marts.bought_together set confidence = .04 where rank = 2")
    rows = basket("milk").json()["recommendations"]
    said = {row["product_id"]: row["reason"] for row in rows}
    assert said["mug"] == "In baskets with Title of milk 2.5 times as often as by chance"


def test_a_variant_counts_as_what_it_is_recommended_as(basket):
    """Neither it nor the product is suggested; the reason names what lies in the basket."""
    rows = basket("tea 50 g", "milk").json()["recommendations"]
    assert [row["product_id"] for row in rows] == ["honey", "mug", "lemon", "mate"]
    assert rows[0]["reason_product_id"] == "tea 50 g"


def test_what_may_not_be_recommended_is_never_suggested(basket):
    answer = basket("tea", k=100).json()["recommendations"]
    assert {"gone", "fee", "tea"}.isdisjoint(row["product_id"] for row in answer)


def test_filters_and_length(basket):
    assert suggested(basket("tea", "milk", k=1)) == [("honey", 0.3, "bought_together")]
    few = basket("tea", "milk", price_max=1, k=5)
    assert suggested(few) == [("lemon", 0.1, "bought_together")]
    assert few.json()["note"] == (
        "k is 5, and the build knows only 1 product for this basket. The filters leave 1 product."
    )
    out = basket("tea", "milk", exclude=["honey"], category=["H", "M"])
    assert [row[0] for row in suggested(out)] == ["mug", "mate"]


def test_unknown_products_are_named_and_the_others_answered(basket):
    answer = basket("tea", "TEA", "0123")
    assert answer.json()["unknown_product_ids"] == ["TEA", "0123"]
    assert suggested(answer) == suggested(basket("tea"))


def test_a_basket_that_nobody_knows_is_a_slip(basket):
    answer = basket("TEA", "0123")
    assert answer.status_code == 404
    assert "'TEA', '0123'" in answer.json()["detail"]
    answer = basket("TEA", fallback="popular").json()
    assert (answer["fallback"], answer["unknown_product_ids"]) == ("popular", ["TEA"])
    assert [row["product_id"] for row in answer["recommendations"]] == ["alone", "mug"]


def test_popular_products_stand_in_only_where_nothing_goes_with_the_basket(basket):
    assert basket("alone").json()["recommendations"] == []
    stands_in = basket("alone", fallback="popular")
    assert suggested(stands_in) == [("mug", 8.0, "popular")]
    assert stands_in.json()["fallback"] == "popular"
    assert basket("tea", fallback="popular").json()["fallback"] is None


def test_a_basket_s_slip_in_a_category_is_no_empty_answer(basket):
    assert basket("tea", category=["X"]).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"product_ids": []},
        {"product_ids": ["tea"] * 101},
        {"product_ids": [1]},
        {"product_ids": ["tea"], "k": 0},
        {"product_ids": ["tea"], "k": 101},
        {"product_ids": ["tea"], "customer_id": "1"},
    ],
)
def test_baskets_that_make_no_sense_are_refused(client, body):
    assert client.post(PATH, body).status_code == 422
