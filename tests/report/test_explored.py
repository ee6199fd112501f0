"""The data of the search: what is in them, and that they stay small."""

import base64
import gzip
import json
from hashlib import sha256

import pytest

from recsys.reading.warehouse import Warehouse
from recsys.report import explored
from recsys.report.source import Source


def opened(found: explored.Explored) -> dict:
    return json.loads(gzip.decompress(base64.b64decode(found.data)))


def test_customers_with_their_lists_and_what_they_bought_last(source):
    found = explored.explored(source)
    data = opened(found)
    assert (found.customers, found.all_customers) == (9, 9)
    [customer] = [one for one in data["customers"] if one["id"] == "00123"]
    products = [product[0] for product in data["products"]]
    listed = customer["lists"]["next_basket"]
    assert [products[place] for place, _, _ in listed] == ["P1", "P2", "P/3"]
    assert [probability for _, probability, _ in listed] == [0.5, 0.25, None]
    assert {data["texts"][text] for _, _, text in listed} == {'often bought with Milk "fresh"'}
    assert [products[place] for place in customer["recent"]] == ["P1", "P2"]  # 007 came back
    [quiet] = [one for one in data["customers"] if one["id"] == "quiet"]
    assert (quiet["lists"], quiet["recent"]) == ({}, [])


def test_products_with_their_neighbours(source):
    data = opened(explored.explored(source))
    products = [product[0] for product in data["products"]]
    near = data["near"][products.index("P1")]
    assert {name: [products[at] for at in places] for name, places in near.items()} == {
        "content": ["P2", "P/3"],
        "collaborative": ["P/3"],
        "together": ["P2", "P/3"],
    }
    assert data["products"][products.index("P1")] == ["P1", "Café [crème], 250 g", "COFFEE", 4.5]
    assert data["products"][products.index("P/3")][1:] == ["Line one line two", "DAIRY", None]
    assert data["products"][products.index("007")][1] == ""


def test_a_size_that_is_recommended_as_another_product_is_not_searched(changed):
    path = changed("update marts.products set recommend_as = 'P1' where product_id = 'P2'")
    with Warehouse(path) as warehouse:
        found = explored.explored(Source(warehouse))
    assert (found.products, found.all_products) == (3, 3)


def test_many_customers_are_a_sample_and_the_same_one_again(changed, monkeypatch):
    monkeypatch.setattr(explored, "MOST_CUSTOMERS", 50)
    monkeypatch.setattr(explored, "MOST_PRODUCTS", 2)
    path = changed("""
        insert into marts.customers (customer_id)
        select 'c' || n from range(1000) as r (n)
    """)
    with Warehouse(path) as warehouse:
        source = Source(warehouse)
        first, second = explored.explored(source), explored.explored(source)
    assert (first.customers, first.all_customers) == (50, 1009)
    assert (first.products, first.all_products) == (2, 4)
    assert first == second


def test_data_that_hardly_shrink_are_cut_to_the_limit(changed):
    titles = ", ".join(f"('{n}', '{sha256(b'%d' % n).hexdigest()}')" for n in range(400))
    path = changed(f"""
        insert into marts.products (product_id, title, customers, is_recommendable)
        select product_id, title, 1, true from (values {titles}) as rows (product_id, title)
    """)  # noqa: S608 - these titles
    with Warehouse(path) as warehouse:
        source = Source(warehouse)
        whole, cut = explored.explored(source), explored.explored(source, most_bytes=10_000)
    assert len(whole.data) > 10_000
    assert len(cut.data) <= 10_000
    assert 0 < cut.products < whole.products


@pytest.mark.parametrize("text", ["</script>", "<!--", "\u2028", "{{", "\ud83d"])
def test_data_hold_no_letter_that_ends_a_script(text):
    packed = explored.packed_json({"title": text})
    assert set(packed) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
