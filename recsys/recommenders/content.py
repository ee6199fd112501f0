"""Content: products whose texts resemble what a customer bought."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from recsys.arrow_tables import ArrowTable, column_of, ids_as_text, read_table
from recsys.errors import InvalidParameterError, InvalidTableError
from recsys.interactions import Interactions
from recsys.recommenders.base import Recommender
from recsys.recommenders.parameters import require_integer
from recsys.recommenders.search_space import Range
from recsys.similarity import similar_products, unit_rows

_TOKEN = re.compile(r"[^\W\d_][^\W_]*|\d+(?:[.,]\d+)*")
"""A word that starts with a letter of any script, or a number: '16OZ' is a number and a word."""


@dataclass(kw_only=True)
class Content(Recommender):
    """TF-IDF over product fields; a score is the cosine of a customer's profile and a product.

    The profile is the mean of the vectors of what the customer bought, by weight. Scores are
    between 0 (nothing in common) and 1. There is no score (NaN) for a product without text, and
    none for a customer who bought only such products.

    Fields read as words (`word_fields`) share one vocabulary. Every other field counts by its
    whole value and by its words, both marked with the field's name: brand PRIVATE isn't the
    word 'private'. A number sticks to the word after it: '16 OZ' is '16 oz', beside 'oz'.

    Source: Salton and Buckley, *Term-weighting approaches in automatic text retrieval* (1988);
    Pazzani and Billsus, *Content-based recommendation systems* (2007).

    >>> purchases = pa.table({
    ...     "customer_id": ["ann", "bob", "cat"], "product_id": ["1", "2", "3"],
    ... })
    >>> products = pa.table({
    ...     "product_id": ["1", "2", "3"], "title": ["Green tea", "Black tea", "Rye bread"],
    ... })
    >>> content = Content().fit(Interactions.from_table(purchases), products)
    >>> content.recommend(["ann"], k=1)["product_id"].to_pylist()
    ['2']
    >>> content.similar_products(["2"])["similar_product_id"].to_pylist()
    ['1']
    """

    name = "content"
    needs_products = True

    fields: Sequence[str] | None = None
    """Columns of the products to read; None means every text column but `product_id`."""
    word_fields: Sequence[str] = ("title", "description")
    """Columns read as running words; the others are read as categories."""
    min_products: Annotated[int, Range(low=1, high=20, log=True)] = 1
    """Fewest products a token has to occur in."""

    def _check_parameters(self) -> None:
        if self.fields is not None:
            _require_names("fields", self.fields)
        _require_names("word_fields", self.word_fields)
        require_integer("min_products", self.min_products, minimum=1)

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        table = read_table(products, "the table of products")
        ids = ids_as_text(column_of(table, "product_id", "the table of products"), "product ids")
        if pc.count_distinct(ids).as_py() < len(ids):
            repeated = pc.value_counts(ids).to_pylist()
            example = next(entry["values"] for entry in repeated if entry["counts"] > 1)
            raise InvalidTableError(
                f"product '{example}' has more than one row in the table of products; keep one"
            )
        position = pc.index_in(interactions.product_ids, value_set=ids)
        columns = {
            field: column_of(table, field, "the table of products")
            .cast(pa.string())
            .take(position)
            .to_pylist()
            for field in self._fields(table)
        }
        tokens = [
            [
                token
                for field, value in zip(columns, values, strict=True)
                for token in _field_tokens(field, value, field in self.word_fields)
            ]
            for values in zip(*columns.values(), strict=True)
        ]
        self.vectors_ = _tf_idf(tokens, self.min_products)
        self.has_text_ = np.diff(self.vectors_.indptr) > 0
        self.tokens_by_product_ = self.vectors_.T.tocsr()

    def _fields(self, table: pa.Table) -> list[str]:
        if self.fields is not None:
            return list(self.fields)
        texts = [
            field.name
            for field in table.schema
            if field.name != "product_id" and _is_text(field.type)
        ]
        if not texts:
            raise InvalidTableError(
                "the table of products has no text column; hand in title, category, brand, "
                "description or others, or name numeric ones in `fields`"
            )
        return texts

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        weights = self._fitted().weights[customers].astype(np.float32)
        profiles = unit_rows(weights @ self.vectors_)
        scores: NDArray[np.float32] = (profiles @ self.tokens_by_product_).toarray()
        np.clip(scores, 0, 1, out=scores)  # rounding may exceed 1
        scores[:, ~self.has_text_] = np.nan
        scores[np.diff(profiles.indptr) == 0] = np.nan
        return scores

    def similar_products(self, product_ids: Iterable[Any] | None = None, k: int = 10) -> pa.Table:
        """Return the `k` products whose texts are most similar to each of these, by cosine.

        Columns: product_id, rank from 1, similar_product_id, similarity above 0 up to 1. None
        means every product fitted. UnknownProductError names an id that wasn't.
        """
        interactions = self._fitted()
        wanted = None if product_ids is None else interactions.product_index(product_ids)
        rows = unit_rows(self.vectors_.astype(np.float64))
        return similar_products(rows, interactions.product_ids, k, wanted)


def _require_names(parameter: str, value: Any) -> None:
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    if not is_list or not all(isinstance(name, str) for name in value):
        raise InvalidParameterError(f"{parameter} is {value!r}; use a list of column names")


def tokens_of(text: str) -> Iterator[str]:
    """Cut text into lower-case words of any script and numbers with what they count.

    >>> list(tokens_of("Crème BRÛLÉE 2x"))
    ['crème', 'brûlée', '2 x', 'x']
    >>> list(tokens_of("MILK 1.5L, No 7"))
    ['milk', '1.5 l', 'l', 'no', '7']
    """
    found = _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    for token, following in zip_longest(found, found[1:], fillvalue="0"):
        is_measure = token[0].isdigit() and not following[0].isdigit()
        yield f"{token} {following}" if is_measure else token


def _field_tokens(field: str, value: str | None, is_words: bool) -> list[str]:
    words = list(tokens_of(value or ""))
    if is_words or not words:
        return words
    whole = f"{field}={' '.join(words)}"
    return [whole] if len(words) == 1 else [whole, *(f"{field}:{word}" for word in words)]


def _tf_idf(tokens: list[list[str]], min_products: int) -> sparse.csr_array:
    """Return (products, tokens) rows of length 1, or 0 without tokens."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    vectorizer = TfidfVectorizer(
        analyzer=lambda listed: listed, min_df=min_products, dtype=np.float32
    )
    try:
        return sparse.csr_array(vectorizer.fit_transform(tokens))
    except ValueError:  # not one token in enough products
        return sparse.csr_array((len(tokens), 0), dtype=np.float32)


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )
