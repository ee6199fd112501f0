"""What the product file doesn't say of a product, its lines or its sizes and colours do."""

import pytest

SHOP = """
name: described
purchases:
  path: lines.csv
  columns: {customer_id: c, product_id: p, purchased_at: t, order_id: o, category: dept}
products:
  path: goods.csv
  columns: {product_id: p, category: dept, available: stock, excluded: hidden, recommend_as: of,
    attributes: colour}
settings: {min_customers_per_product: 2, label_window_days: 14, bootstrap_resamples: 50}
"""

GOODS = """p,dept,stock,hidden,of,colour
tea,DRINKS,yes,no,,
jam,,,,,
shirt-red,SHIRTS,no,no,shirt,red
shirt-blue,SHIRTS,yes,no,shirt,blue
coat,,,,,
coat-red,COATS,no,no,coat,red
coat-blue,COATS,no,no,coat,red
bag-red,BAGS,yes,yes,bag,red
bag-blue,BAGS,yes,yes,bag,blue
"""
"""rye is known by its lines alone, shirt and bag by their sizes; coat says nothing itself."""

SOLD = ["tea", "jam", "rye", "shirt-red", "shirt-blue", "coat-red", "coat-blue", "bag-red"]


@pytest.fixture(scope="module")
def ask(builder):
    lines = ["c,p,t,o,dept"]
    for order in range(96):
        for place in (0, 3, order % 5):
            product = SOLD[(order * 3 + place) % len(SOLD)]
            said = {"jam": "SPREADS", "rye": "BREADS"}.get(product, "")
            day = f"2024-{1 + order // 28:02}-{1 + order % 28:02}"
            lines.append(f"c{order % 7},{product},{day},o{order},{said}")
    files = {"shop.yml": SHOP, "goods.csv": GOODS, "lines.csv": "\n".join([*lines, ""])}
    return builder.ask(builder.run(files))  # with its tests: whatever recounts finds the same


def test_categories_are_those_of_lines_and_of_sizes(ask):
    rows = ask("select product_id, category from marts.products where recommend_as is null")
    assert dict(rows) == {
        "tea": "DRINKS",
        "jam": "SPREADS",
        "rye": "BREADS",
        "shirt": "SHIRTS",
        "coat": "COATS",
        "bag": "BAGS",
    }
    bought = ask("select max(categories) from intermediate.int_fold_rfm where fold = 'serving'")
    assert bought == [(6,)]


def test_a_parent_is_there_as_its_sizes_are(ask):
    rows = ask("""
        select product_id, is_available, is_excluded from intermediate.int_products
        where product_id in ('shirt', 'coat', 'bag') order by product_id
    """)
    assert rows == [("bag", True, True), ("coat", False, False), ("shirt", True, False)]
    listed = ask("select distinct product_id from marts.recommendations")
    assert {product for (product,) in listed} == {"tea", "jam", "rye", "shirt"}


def test_a_parent_has_of_its_colours_what_they_agree_on(ask):
    rows = ask("""
        select product_id, attributes from intermediate.int_products
        where product_id in ('shirt', 'coat') order by product_id
    """)
    assert rows == [("coat", "red"), ("shirt", None)]
