"""What a shop file may say of stores, discounts and promotions."""

import pytest

from recsys.errors import ShopFileError
from recsys.shop import load_shop
from recsys.shop.input_files import KnownMarks, marks_of_inputs

SHOP = """
name: grocer
purchases:
  path: p.csv
  columns: {customer_id: c, product_id: p, purchased_at: t%s}
"""


def refusal(folder, text: str) -> str:
    (folder / "shop.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ShopFileError) as caught:
        load_shop(folder / "shop.yml")
    return str(caught.value)


def test_a_discount_is_said_once(tmp_path):
    said = refusal(tmp_path, SHOP % ", discount: d, list_price: l")
    assert "purchases: 'discount' and 'list_price' say the same: keep one" in said


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ("starts: a, ends: z", "column 'product_id' or 'category' is missing"),
        ("product_id: p", "when does a promotion hold? Map 'starts' and 'ends'"),
        ("product_id: p, starts: a", "when does a promotion hold?"),
        ("product_id: p, week: w, ends: z", "'week' says when a promotion starts and ends"),
        ("product_id: p, week: w, store: s", "unknown column 'store'; did you mean 'store_id'?"),
    ],
)
def test_a_promotion_says_what_and_when(tmp_path, columns, says):
    plan = f"promotions: {{path: plan.csv, columns: {{{columns}}}}}\n"
    assert f"promotions: {says}" in refusal(tmp_path, SHOP % "" + plan)


def test_a_store_has_an_id(tmp_path):
    stores = "stores: {path: s.csv, columns: {region: r}}\n"
    assert "stores: column 'store_id' is missing" in refusal(tmp_path, SHOP % "" + stores)


def test_what_the_default_shop_knows_is_read():
    shop = load_shop("complete_journey")
    assert {"store_id", "discount"} <= shop.purchases.columns.keys()
    assert {"product_id", "store_id", "week", "kind"} == shop.promotions.columns.keys()
    assert (shop.folder / shop.promotions.path).is_file()


def test_a_build_sees_that_stores_or_promotions_changed(tmp_path):
    plan = "promotions: {path: plan.csv, columns: {product_id: p, week: w}}\n"
    stores = "stores: {path: s.csv, columns: {store_id: s}}\n"
    for name in ("p", "plan", "s"):
        (tmp_path / f"{name}.csv").write_text("a\n", encoding="utf-8")
    (tmp_path / "shop.yml").write_text(SHOP % "" + plan + stores, encoding="utf-8")

    def digests():
        marks = marks_of_inputs(load_shop(tmp_path / "shop.yml"), KnownMarks())
        return {name: [mark.digest for mark in files.values()] for name, files in marks.items()}

    before = digests()
    assert before.keys() == {"purchases", "stores", "promotions"}
    (tmp_path / "plan.csv").write_text("b\n", encoding="utf-8")
    after = digests()
    assert {name for name in after if after[name] != before[name]} == {"promotions"}


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ("store_id: s", "column 'product_id' is missing"),
        ("product_id: p, from: a", "unknown column 'from'"),
    ],
)
def test_an_assortment_says_what_is_sold(tmp_path, columns, says):
    sold = f"assortment: {{path: sold.csv, columns: {{{columns}}}}}\n"
    assert f"assortment: {says}" in refusal(tmp_path, SHOP % "" + sold)
