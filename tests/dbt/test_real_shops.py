"""The shop files of docs/examples on the data they are of, where it is: see RECSYS_SHARED_DATA."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
DATA = Path(os.environ.get("RECSYS_SHARED_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture
def clean(cleaner):
    """Return a function that cleans one of the example shops."""

    def cleaned(shop: str, folder: str):
        if not (DATA / folder).is_dir():
            pytest.skip(f"no {folder} in {DATA}")
        link = cleaner.folder / folder
        if not link.exists():
            link.symlink_to(DATA / folder)
        return cleaner.clean({"shop.yml": (EXAMPLES / shop).read_text(encoding="utf-8")})

    return cleaned


def test_every_line_of_online_retail_is_accounted_for(clean):
    """As counted beforehand: see docs/examples/online_retail.md for what differs, and why."""
    ask = clean("online_retail.yml", "online_retail")
    assert ask("select sum(rows) from marts.input_audit") == [(525_461,)]
    read = dict(ask("select rule, read_rows from marts.cleaning_report where source = 'purchases'"))
    assert read["anonymous_line"] == 107_927
    assert read["returned_line"] == 12_326 + 1  # and a positive line of a cancelled invoice
    assert read["cancelled_order"] == 10_206
    assert read["duplicate_line"] == 6_865
    assert read["zero_price"] == 3_687
    assert read["negative_price"] == 3
    assert read["non_product"] == 2_962
    [(odd,)] = ask("""
        select count(*) from recsys_inputs.main.purchases
        where not regexp_full_match(trim(product_id), '[0-9]{5}[A-Za-z]*')
    """)
    [(odd_products,)] = ask("""
        select count(*) from staging.stg_purchases
        left join intermediate.int_products using (product_id)
        where not regexp_full_match(product_id, '[0-9]{5}[A-Za-z]*') and non_product_kind is null
    """)
    assert odd == 3_097
    # three lines are of bad debts, rejected: their code is of no product at all
    assert odd_products == odd - 2_962
    # the commonest product is called what most of its sold lines call it
    assert ask("select title from intermediate.int_products where product_id = '85123A'") == [
        ("WHITE HANGING HEART T-LIGHT HOLDER",)
    ]


def test_gift_cards_are_products_where_they_are_what_is_sold(clean):
    ask = clean("gift_cards.yml", "amazon_gift_cards")
    assert ask("select source, sum(rows) from marts.input_audit group by 1 order by 1") == [
        ("products", 1_547),
        ("purchases", 2_838),
        ("ratings", 2_972),
    ]
    assert ask("select count(*) from intermediate.int_non_products") == [(0,)]
    # 2,972 reviews of 2,965 pairs
    [(superseded,)] = ask("select rows from marts.cleaning_report where rule = 'superseded_rating'")
    assert superseded == 7
    assert ask("select distinct category from intermediate.int_products order by 1") == [
        ("Gift Card Accessories",),
        ("Gift Cards",),
        (None,),
    ]
