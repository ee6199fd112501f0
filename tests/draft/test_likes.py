"""Ratings that say one thing only, and files of returns alone."""

import pytest
from invented_meanings import receipts, writer

PAIRS = sorted({(sold.customer, sold.product) for sold in receipts(1)})


def rated(name: str, value) -> object:
    rows = [[customer, product, value(product)] for customer, product in PAIRS]
    return writer(["user_id", "item_id", name], rows)


def settings(draft) -> dict[str, object]:
    return {setting.name: setting.value for setting in draft.settings}


@pytest.mark.parametrize(
    ("name", "value", "source", "scale"),
    [
        ("rating", 1, "rating", {}),
        ("rating", 5, "rating", {}),
        ("rating", "5 stars", "rating", {}),
        ("rating", 0, "rating", {"rating_min": 0}),
        ("rating", 10, "rating", {"rating_max": 10}),
        ("feedback", "Like", "case when {} in ('like') then 1 end", {}),
        ("liked", "True", "case when {} in ('true') then 1 end", {}),
        ("rating", "👍", "case when {} in ('👍') then 1 end", {}),
    ],
)
def test_ratings_of_one_value_are_interest(drafted, name, value, source, scale):
    """The draft opens, and its scale is one that a build takes."""
    draft = drafted(rated(name, lambda product: value))
    column = draft.table("ratings").column("rating")
    text = f'lower(trim(cast("{name}" as varchar)))'
    assert column.source == source.format(text)
    assert "count as interest" in column.doubt
    assert settings(draft) == scale


def test_likes_and_dislikes_are_a_scale_of_two(drafted):
    draft = drafted(rated("feedback", lambda product: "like" if product % 3 else "dislike"))
    source = draft.table("ratings").source("rating")
    text = 'lower(trim(cast("feedback" as varchar)))'
    assert source == f"case when {text} in ('like') then 1 when {text} in ('dislike') then 0 end"
    assert settings(draft) == {"rating_min": 0, "rating_max": 1}


def test_a_file_of_likes_needs_no_rating(drafted):
    draft = drafted(writer(["user_id", "track_id"], PAIRS, "likes.csv"))
    column = draft.table("ratings").column("rating")
    assert column.source == "1"
    assert column.doubt


def test_a_file_of_returns_alone_is_marked(drafted):
    rows = [[sold.ever, sold.customer, sold.at.date(), sold.product, -1] for sold in receipts(1)]
    header = ["order_id", "customer_id", "date", "sku", "qty"]
    column = drafted(writer(header, rows)).table("purchases").column("quantity")
    assert "every line is a return" in column.doubt
