"""Filters of lists: which products stand in an answer, and what it says when they are few."""

import duckdb
import pytest

LISTS = "/customers/00123/recommendations?list_type=discover"
"""P1 (COFFEE, 4.50), P2 (DAIRY, 1.20) and P/3 (DAIRY, no price), all of the brand Acme."""


@pytest.mark.parametrize(
    ("query", "products"),
    [
        ("", ["P1", "P2", "P/3"]),
        ("category=DAIRY", ["P2", "P/3"]),
        ("category=DAIRY&category=COFFEE", ["P1", "P2", "P/3"]),
        ("brand=Acme&category=COFFEE", ["P1"]),
        ("price_min=1.2", ["P1", "P2"]),
        ("price_max=1.2", ["P2"]),
        ("price_min=1.3&price_max=4.5", ["P1"]),
        ("price_min=0", ["P1", "P2"]),
        ("exclude=P1", ["P2", "P/3"]),
        ("exclude=P1&exclude=P/3", ["P2"]),
        ("exclude=unknown", ["P1", "P2", "P/3"]),
        ("in_stock=true", ["P1", "P2", "P/3"]),
        ("category=DAIRY&k=1", ["P2"]),
        ("exclude=P1&k=2", ["P2", "P/3"]),
    ],
)
def test_filters_keep_the_stored_order_and_ranks(client, query, products):
    rows = client.get(f"{LISTS}&{query}").json()["recommendations"]
    ranks = {"P1": 1, "P2": 2, "P/3": 3}
    assert [row["product_id"] for row in rows] == products
    assert [row["rank"] for row in rows] == [ranks[one] for one in products]


def test_filters_and_k_count_per_list(client):
    rows = client.get("/customers/00123/recommendations?category=DAIRY&k=1").json()
    assert [(row["list_type"], row["product_id"]) for row in rows["recommendations"]] == [
        ("discover", "P2"),
        ("buy_again", "P2"),
        ("next_basket", "P2"),
    ]


def test_products_that_went_out_of_stock_are_dropped_where_asked(client, built):
    with duckdb.connect(built) as writer:
        writer.execute(
            "update marts.products set is_recommendable = false, why_not = 'not available' "
            "where product_id = 'P2'"
        )
    assert products_of(client, "/products/P1/similar?method=content") == ["P2", "P/3"]
    assert products_of(client, "/products/P1/similar?method=content&in_stock=true") == ["P/3"]
    assert products_of(client, "/products/P1/bought-together?in_stock=true") == ["P/3"]


def products_of(client, path):
    answer = client.get(path).json()
    lists = [answer] if isinstance(answer, list) else answer.values()
    rows = next(value for value in lists if isinstance(value, list))
    names = ("similar_product_id", "other_product_id", "product_id")
    return [next(row[name] for name in names if name in row) for row in rows]


@pytest.mark.parametrize(
    ("path", "note"),
    [
        (LISTS, None),
        (f"{LISTS}&k=3", None),
        (f"{LISTS}&k=4", "k is 4, and the build stores only 3."),
        (
            "/customers/00123/recommendations?k=50",
            "k is 50, and the build stores only 3 of each of discover, buy_again, next_basket.",
        ),
        ("/products/P1/similar?k=2", "k is 2, and the build stores only 1 of collaborative, "),
        ("/products/P1/bought-together?k=2", None),
        (f"{LISTS}&category=DAIRY", "The filters leave 2 products."),
        (f"{LISTS}&category=DAIRY&k=2", None),
        ("/popular-products?category=DAIRY&k=1", None),
        (f"{LISTS}&category=COFFEE&k=4", "only 3. The filters leave 1 product."),
        (f"{LISTS}&price_min=5&price_max=3", "No product fits: price_min 5 is above price_max 3."),
        ("/products/P2/similar", "The build stores no products for this."),
    ],
)
def test_an_answer_says_when_it_holds_fewer_products_than_asked(client, path, note):
    said = client.get(path).json()["note"]
    assert said is None if note is None else note.rstrip(", ") in said


def test_what_is_stored_is_said_per_list(client):
    answer = client.get(f"{LISTS}&exclude=P1&k=1").json()
    assert answer["stored"] == {"discover": 3, "buy_again": 3, "next_basket": 3}
    assert client.get("/products/P1/similar").json()["stored"] == {"content": 2, "collaborative": 1}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (f"{LISTS}&category=DAIRI", "no product has the category 'DAIRI'. Like it: 'DAIRY'."),
        (f"{LISTS}&brand=acme", "no product has the brand 'acme'. Like it: 'Acme'."),
        ("/popular-products?category=DARY", "Like it: 'DAIRY'."),
        ("/products/P1/similar?category=nothing+like+it", "select distinct category"),
    ],
)
def test_a_slip_in_a_category_or_brand_is_no_empty_list(client, path, says):
    answer = client.get(path)
    assert answer.status_code == 404
    assert says in answer.json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "k=0",
        "k=101",
        "price_min=-1",
        "price_max=nan",
        "price_max=inf",
        "in_stock=maybe",
        "exclude=" + "x" * 201,
        "category=" + "x" * 201,
        "price_min=1&price_min=2",
        "&".join(["exclude=P1"] * 51),
    ],
)
def test_values_that_no_filter_takes_are_refused(client, query):
    assert client.get(f"{LISTS}&{query}").status_code == 422


def test_popular_products_are_those_of_the_categories(client):
    assert products_of(client, "/popular-products") == ["P1", "P2"]
    assert products_of(client, "/popular-products?k=1") == ["P1"]
    assert products_of(client, "/popular-products?category=DAIRY") == ["P2", "P/3"]
    both = "/popular-products?category=DAIRY&category=COFFEE"
    assert products_of(client, both) == ["P1", "P2", "P/3"]
    assert products_of(client, f"{both}&price_max=2") == ["P2"]


def test_a_popular_category_may_be_a_department(client):
    """The table takes the department of a product without a category."""
    assert products_of(client, "/popular-products?category=FROZEN") == ["007"]


def test_searches(client):
    assert products_of(client, "/products?search=MILK") == ["P2"]
    assert products_of(client, "/products?search=caf%C3%A9+250") == ["P1"]
    assert products_of(client, "/products?search=P/3") == ["P/3"]
    assert products_of(client, "/products?search=007") == []  # it isn't recommendable
    assert len(client.get("/products").json()) == 3
    assert [row["customer_id"] for row in client.get("/customers?search=a").json()] == ["a/b"]
    assert len(client.get("/customers?k=4").json()) == 4


def test_a_product_says_whether_it_may_be_recommended(client):
    found = client.get("/products/007").json()
    assert (found["is_recommendable"], found["why_not"]) == (False, "no sale in 90 days")
    assert client.get("/products/7").status_code == 404
    assert "Ids like it: '007'" in client.get("/products/7").json()["detail"]
