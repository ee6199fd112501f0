"""Texts become tokens, profiles are weighted means, what has no text has no score."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from recsys.errors import InvalidParameterError, InvalidTableError, UnknownProductError
from recsys.interactions import Interactions
from recsys.recommenders.content import Content, tokens_of


def bought(pairs, **columns):
    customers, products = zip(*pairs, strict=True)
    return Interactions.from_table(
        pa.table({"customer_id": customers, "product_id": products, **columns})
    )


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("MILK 16 OZ", ["milk", "16 oz", "oz"]),
        ("16OZ", ["16 oz", "oz"]),
        ("1.5 L, 2,5 L", ["1.5 l", "l", "2,5 l", "l"]),
        ("12/18 pk", ["12", "18 pk", "pk"]),
        ("snake_case-word", ["snake", "case", "word"]),
        ("Straße КЕФИР 牛乳 ﬁne", ["strasse", "кефир", "牛乳", "fine"]),
        ("b12 3", ["b12", "3"]),
        (" ,;- ", []),
        ("", []),
    ],
)
def test_tokens(text, tokens):
    assert list(tokens_of(text)) == tokens


def test_scores_are_the_cosine_of_the_weighted_profile():
    interactions = bought([("a", "1"), ("a", "2"), ("b", "3")], weight=[3.0, 1.0, 1.0])
    titles = ["green tea", "black tea leaves", "green bread"]
    scores = (
        Content()
        .fit(interactions, pa.table({"product_id": ["1", "2", "3"], "title": titles}))
        .score(np.array([0, 1]))
    )
    vectors = TfidfVectorizer().fit_transform(titles).toarray()
    profile = 3 * vectors[0] + vectors[1]
    expected = [vectors @ profile / np.linalg.norm(profile), vectors @ vectors[2]]
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_a_brand_is_not_the_word_it_is_written_with():
    interactions = bought([("a", "label"), ("b", "word"), ("c", "brand")])
    products = pa.table(
        {
            "product_id": ["label", "word", "brand"],
            "title": ["soap", "private diary", "butter"],
            "brand": ["PRIVATE", "Acme", "Private"],
        }
    )
    model = Content().fit(interactions, products)
    assert model.similar_products(["label"])["similar_product_id"].to_pylist() == ["brand"]
    as_words = Content(word_fields=["title", "brand"]).fit(interactions, products)
    alike = as_words.similar_products(["label"])["similar_product_id"].to_pylist()
    assert set(alike) == {"brand", "word"}


def test_products_without_text_have_no_score_and_break_nothing():
    interactions = bought([("a", "1"), ("a", "2"), ("b", "blank"), ("c", "missing")])
    products = pa.table({"product_id": ["1", "2", "blank"], "title": ["tea", "green tea", " - "]})
    model = Content().fit(interactions, products)
    scores = model.score(np.arange(3))
    columns = interactions.product_index(["blank", "missing"])
    assert np.isnan(scores[:, columns]).all()
    assert np.isnan(scores[1:]).all()  # they bought only what has no text
    assert np.isfinite(scores[0, interactions.product_index(["1", "2"])]).all()
    assert model.recommend(["b", "c"]).num_rows == 0


def test_no_text_at_all_gives_no_scores():
    interactions = bought([("a", "1")])
    products = pa.table({"product_id": ["1"], "title": pa.array([None], pa.string())})
    model = Content().fit(interactions, products)
    assert np.isnan(model.score(np.array([0]))).all()
    assert model.recommend().num_rows == model.similar_products().num_rows == 0


def test_every_text_column_counts_and_numbers_only_when_named():
    interactions = bought([("a", "1"), ("b", "2")])
    products = pd.DataFrame({"product_id": [1, 2], "shelf": ["A", "B"], "price": [5, 5]})
    assert Content().fit(interactions, products).similar_products().num_rows == 0
    named = Content(fields=["price"]).fit(interactions, products)
    assert named.similar_products().num_rows == 2


def test_products_that_nobody_bought_are_scored_when_in_the_catalogue():
    interactions = Interactions.from_table(
        pa.table({"customer_id": ["a"], "product_id": ["1"]}), catalogue=["2"]
    )
    products = pa.table({"product_id": ["1", "2"], "title": ["green tea", "black tea"]})
    lists = Content().fit(interactions, products).recommend()
    assert lists["product_id"].to_pylist() == ["2"]
    assert 0 < lists["score"][0].as_py() < 1


def test_what_cannot_be_used_is_refused():
    interactions = bought([("a", "1")])
    with pytest.raises(InvalidTableError, match=r"call fit\(interactions, products\)"):
        Content().fit(interactions)
    with pytest.raises(InvalidTableError, match="the table of products has no column 'product_id'"):
        Content().fit(interactions, pa.table({"sku": ["1"]}))
    with pytest.raises(InvalidTableError, match="no text column"):
        Content().fit(interactions, pa.table({"product_id": ["1"], "price": [2.0]}))
    with pytest.raises(InvalidTableError, match="no column 'colour'"):
        Content(fields=["colour"]).fit(interactions, pa.table({"product_id": ["1"]}))
    twice = pa.table({"product_id": ["1", "1"], "title": ["tea", "rye"]})
    with pytest.raises(InvalidTableError, match="product '1' has more than one row"):
        Content().fit(interactions, twice)
    with pytest.raises(InvalidParameterError, match="fields is 'title'; use a list"):
        Content(fields="title")
    fitted = Content().fit(interactions, twice.slice(0, 1))
    with pytest.raises(UnknownProductError, match="product '9'"):
        fitted.similar_products(["9"])
