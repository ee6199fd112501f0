"""Fields become terms, and vectors are what scikit-learn's TF-IDF makes of one field."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from recsys.text.tfidf import field_tokens, tf_idf


def columns(**values):
    return {name: pa.chunked_array([listed]) for name, listed in values.items()}


def test_a_path_has_a_term_for_each_of_its_levels():
    fields = field_tokens(
        columns(
            department=["Food", "Food"], category=["Tea", None], subcategory=["Green", "Loose"]
        ),
        word_fields=[],
        path_fields=["department", "category", "subcategory"],
        ngrams=1,
    )
    assert fields == {
        "category_path": [
            ["category: food", "category: food > tea", "category: food > tea > green"],
            ["category: food", "category: food > loose"],
        ]
    }


def test_one_field_is_what_scikit_learn_makes_of_it():
    titles = ["tea tea green", "green bread", "bread and jam", "tea and jam"]
    fields = field_tokens(columns(title=titles), word_fields=["title"], path_fields=[], ngrams=2)
    found = tf_idf(fields, {}, np.ones(4, bool))
    theirs = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    expected = theirs.fit_transform(titles).toarray()
    order = [theirs.vocabulary_[term] for term in found.terms]
    np.testing.assert_allclose(found.vectors.toarray(), expected[:, order], atol=1e-6)


def test_fields_count_by_their_weight():
    fields = {"title": [["tea"], ["tea"], ["rye"]], "brand": [["b: x"], ["b: y"], ["b: x"]]}
    vectors = tf_idf(fields, {"title": 2.0, "brand": 1.0}, np.ones(3, bool)).vectors
    cosines = (vectors @ vectors.T).toarray()
    # unit vectors of the fields, weighted 2 and 1: the same title is 2² of 2² + 1²
    np.testing.assert_allclose(cosines[0], [1, 4 / 5, 1 / 5], atol=1e-6)


def test_only_documents_are_counted_and_unknown_terms_are_the_rarest():
    fields = {"title": [["tea"], ["tea", "cup"], ["tea", "new", "cup"]]}
    found = tf_idf(fields, {}, np.array([True, True, False]))
    assert found.terms.tolist() == ["tea", "cup", "new"]
    weights = np.array([1, 1 + np.log(3 / 2), 1 + np.log(3)])  # in two, one and none of two
    expected = weights / np.linalg.norm(weights)
    np.testing.assert_allclose(found.vectors.toarray()[2], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        ({}, ["tea", "cup", "mug"]),
        ({"min_products": 2}, ["tea"]),
        ({"max_share": 0.5}, ["cup", "mug"]),
    ],
)
def test_rare_and_ubiquitous_terms_can_be_left_out(limits, kept):
    fields = {"title": [["tea", "cup"], ["tea", "mug"]]}
    assert tf_idf(fields, {}, np.ones(2, bool), **limits).terms.tolist() == kept
