"""TF-IDF vectors of products from weighted fields: a unit vector per field, added by weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from recsys.ranking.similarity import unit_rows
from recsys.text.tokens import tokens_of

CATEGORY_PATH = "category_path"
"""What the path fields are called together: department > category > subcategory."""

Tokens = Sequence[Sequence[str]]
"""Of each product, the tokens of one field."""


@dataclass(frozen=True)
class TextVectors:
    """Products as vectors whose cosine says how alike their texts are."""

    vectors: sparse.csr_array
    """(products, terms) float32, rows of length 1, or 0 without a term."""
    terms: NDArray[np.object_]
    """(terms,) what each column stands for, as text."""


def field_tokens(
    columns: Mapping[str, pa.ChunkedArray],
    *,
    word_fields: Sequence[str],
    path_fields: Sequence[str],
    ngrams: int,
) -> dict[str, Tokens]:
    """Return the tokens of each field; the path fields become one field, `CATEGORY_PATH`.

    Word fields are read as running words, in runs of up to `ngrams`, and share them. A path gives
    a token down to each of its levels: 'category: food', 'category: food > tea'. Of any other
    field the whole value counts, and each of its words: brand PRIVATE isn't the word 'private'.

    >>> columns = {"title": pa.chunked_array([["Green tea"]]), "brand": pa.chunked_array([["O K"]])}
    >>> field_tokens(columns, word_fields=["title"], path_fields=[], ngrams=2)
    {'title': [['green', 'tea', 'green tea']], 'brand': [['brand: o k', 'brand: o', 'brand: k']]}
    """
    found: dict[str, Tokens] = {}
    path = [name for name in path_fields if name in columns]
    for name, column in columns.items():
        if name in path:
            continue
        read = _words if name in word_fields else _category
        distinct = column.combine_chunks().dictionary_encode()
        tokens = [read(name, value, ngrams) for value in distinct.dictionary.to_pylist()]
        found[name] = [
            [] if index is None else tokens[index] for index in distinct.indices.to_pylist()
        ]
    if path:
        levels = zip(*(columns[name].to_pylist() for name in path), strict=True)
        ends = cache(_ends)
        found[CATEGORY_PATH] = [ends(values) for values in levels]
    return found


def tf_idf(
    fields: Mapping[str, Tokens],
    weights: Mapping[str, float],
    is_document: NDArray[np.bool_],
    *,
    min_products: int = 1,
    max_share: float = 1.0,
) -> TextVectors:
    """Return the weighted sum of each field's unit TF-IDF vector, at length 1.

    A term weighs (1 + ln tf) (1 + ln((1 + n) / (1 + df))), as in scikit-learn with `sublinear_tf`.
    Only the products of `is_document` are counted (n, df). Terms found in fewer than
    `min_products` of them or in more than this share have no column; a term that only other
    products have counts as the rarest, so that they aren't taken for all the rest of their text.

    Source: Salton and Buckley, *Term-weighting approaches in automatic text retrieval* (1988).
    """
    numbers: dict[str, int] = {}
    counts = {name: _counted(tokens, numbers) for name, tokens in fields.items()}
    size = (len(is_document), len(numbers))
    matrices = {name: sparse.csr_array(cells, shape=size) for name, cells in counts.items()}
    for matrix in matrices.values():
        matrix.sum_duplicates()
    any_field = sparse.csr_array(sum(matrices.values(), sparse.csr_array(size)))
    documents = int(is_document.sum())
    frequency = np.bincount(any_field[is_document].indices, minlength=len(numbers))
    is_unknown = frequency == 0
    kept = is_unknown | ((frequency >= min_products) & (frequency <= max_share * documents))
    idf = np.where(kept, 1 + np.log((1 + documents) / (1 + frequency)), 0)
    total = sparse.csr_array(size, dtype=np.float64)
    for name, matrix in matrices.items():
        values = (1 + np.log(matrix.data)) * idf[matrix.indices]
        weighed = sparse.csr_array((values, matrix.indices, matrix.indptr), size)
        total = total + unit_rows(weighed) * weights.get(name, 1.0)
    total = sparse.csr_array(total)
    total.eliminate_zeros()
    vectors = unit_rows(total)[:, np.flatnonzero(kept)].astype(np.float32)
    vectors.sort_indices()
    return TextVectors(vectors, np.array(list(numbers), dtype=object)[kept])


def _counted(tokens: Tokens, numbers: dict[str, int]) -> tuple[NDArray[Any], tuple[Any, Any]]:
    lengths = [len(listed) for listed in tokens]
    columns = [numbers.setdefault(token, len(numbers)) for listed in tokens for token in listed]
    rows = np.repeat(np.arange(len(tokens)), lengths)
    return np.ones(len(columns)), (rows, np.array(columns, np.intp))


def _words(name: str, value: str | None, ngrams: int) -> list[str]:
    del name
    words = list(tokens_of(value or ""))
    runs = list(words)
    for length in range(2, ngrams + 1):
        starts = range(len(words) - length + 1)
        runs += [" ".join(words[start : start + length]) for start in starts]
    return runs


def _category(name: str, value: str | None, ngrams: int) -> list[str]:
    del ngrams
    words = list(tokens_of(value or ""))
    if not words:
        return []
    label = name.replace("_", " ")
    whole = f"{label}: {' '.join(words)}"
    return [whole] if len(words) == 1 else [whole, *(f"{label}: {word}" for word in words)]


def _ends(values: tuple[str | None, ...]) -> list[str]:
    """Return the path down to each level that has a value."""
    levels = [" ".join(tokens_of(value or "")) for value in values]
    said = [level for level in levels if level]
    return [f"category: {' > '.join(said[: end + 1])}" for end in range(len(said))]
