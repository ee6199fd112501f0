"""Content: products whose texts resemble what a customer bought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import Field
from scipy import sparse

from recsys.data.arrow_tables import ArrowTable, column_of, ids_as_text, read_table
from recsys.data.interactions import Interactions
from recsys.errors import InvalidParameterError, InvalidTableError
from recsys.ranking.similarity import nearest_products, shared_terms, similar_pairs
from recsys.recommenders.base import Recommender
from recsys.recommenders.search_space import Choice, Range
from recsys.recommenders.weighting import TRANSFORMS, Transform, transformed
from recsys.settings.parameters import Amount, Count, PositiveShare, Seed, require
from recsys.text.dense_vectors import latent_vectors, sentence_embeddings
from recsys.text.tfidf import CATEGORY_PATH, TextVectors, field_tokens, tf_idf

FIELD_WEIGHTS: Mapping[str, float] = {
    "title": 1.0,
    "description": 0.5,
    CATEGORY_PATH: 1.0,
    "brand": 0.5,
    "size": 0.25,
    "attributes": 0.5,
    "price_band": 0.25,
}
"""How much a field counts unless `weights` says otherwise; others count 0.5."""
OTHER_FIELDS = 0.5

Vectors = Literal["tfidf", "lsa", "embeddings"]
"""Legal values of `vectors`."""


@dataclass(kw_only=True)
class Content(Recommender):
    """Products with texts similar to those of the customer's purchases, weighted by popularity.

    Every purchase spreads its weight over the product itself and the `n_neighbours` products whose
    texts are most similar, in proportion to similarity ** `sharpness` times customers **
    `popularity_exponent`; a score is what comes together, 0 or more. Texts alone can't tell the
    cheese that everybody buys from the one that nobody does: that is why popularity has a say. A
    product that nobody bought yet counts as bought by one customer.

    Similarity is the cosine of TF-IDF vectors (see `recsys.text.tfidf`), of their truncated SVD
    (`vectors="lsa"`), or of sentence embeddings (`vectors="embeddings"`). There is no score (NaN)
    for a product without text, and none for a customer who bought only such products.

    Source: Pazzani and Billsus, *Content-based recommendation systems* (2007); Deerwester et al.,
    *Indexing by latent semantic analysis* (1990).

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
    takes_strangers = True
    needs_products = True

    fields: Sequence[str] | None = None
    """Columns of the products to read; None means every text column but `product_id`."""
    word_fields: Sequence[str] = ("title", "description")
    """Columns read as running words; the others are read as categories."""
    path_fields: Sequence[str] = ("department", "category", "subcategory")
    """Columns that are one path, the most general first; together they are `category_path`."""
    weights: Mapping[str, float] | None = None
    """How much each field counts, 0 or more; of those not named, see `FIELD_WEIGHTS`."""
    ngrams: Annotated[int, Field(ge=1, le=5), Range(low=1, high=3)] = 2
    """So many words in a row count as a term, too."""
    min_products: Annotated[Count, Range(low=1, high=20, log=True)] = 1
    """Fewest products a term has to occur in."""
    max_share: PositiveShare = 1.0
    """Terms of a larger share of the products are left out."""
    vectors: Vectors = "tfidf"
    """`tfidf`, `lsa` or `embeddings`."""
    n_components: Count = 100
    """Dimensions of `lsa`; fewer where there are fewer products or terms."""
    embedding_model: str | None = None
    """Folder of the sentence-transformers model for `embeddings`."""
    transform: Annotated[Transform, Choice(TRANSFORMS)] = "log"
    """What becomes of purchase weights: `sqrt`, `log`, `binary` or `none`."""
    n_neighbours: Annotated[Count, Range(low=20, high=500, log=True)] = 100
    """Products that a purchase speaks for, beside the one bought."""
    sharpness: Annotated[float, Field(ge=0, le=100), Range(low=0.5, high=6.0)] = 2.0
    """Above 1 the most similar products stand out."""
    popularity_exponent: Annotated[float, Field(ge=0, le=100), Range(low=0.0, high=1.5)] = 0.75
    """0 leaves popularity out."""
    random_state: Seed = 0
    """Seed of the truncated SVD."""

    def _check_parameters(self) -> None:
        if self.fields is not None:
            _require_names("fields", self.fields)
        _require_names("word_fields", self.word_fields)
        _require_names("path_fields", self.path_fields)
        if self.weights is not None:
            if not isinstance(self.weights, Mapping):
                raise InvalidParameterError(
                    f"weights is {self.weights!r}; use a mapping of field to number"
                )
            for field, weight in self.weights.items():
                require(f"weights['{field}']", weight, Amount)
        if not isinstance(self.embedding_model, str | None):
            raise InvalidParameterError(
                f"embedding_model is {self.embedding_model!r}; use the path of a folder"
            )
        if self.vectors == "embeddings" and not self.embedding_model:
            raise InvalidParameterError(
                "vectors is 'embeddings' and embedding_model is empty; name the folder of a "
                "sentence-transformers model, or use vectors='lsa'"
            )

    def _fit(self, interactions: Interactions, products: ArrowTable | None) -> None:
        texts = self.text_vectors(interactions, products)
        self.term_vectors_, self.terms_ = texts.vectors, texts.terms
        self.has_text_ = np.diff(texts.vectors.indptr) > 0
        self.vectors_: sparse.csr_array | NDArray[np.float32] = texts.vectors
        if self.vectors == "lsa":
            self.vectors_ = latent_vectors(texts.vectors, self.n_components, self.random_state)
        elif self.vectors == "embeddings":
            columns = self._columns(interactions.product_ids, products)
            self.vectors_ = sentence_embeddings(columns, str(self.embedding_model))

    def text_vectors(self, interactions: Interactions, products: ArrowTable | None) -> TextVectors:
        """Return the TF-IDF vectors of the interactions' products; nothing is fitted.

        Documents are counted over the products that somebody bought or rated.

        Raises
        ------
        InvalidTableError
            A column is missing, none is text, or a product has two rows.

        """
        bought = np.bincount(interactions.seen.indices, minlength=interactions.n_products) > 0
        fields = field_tokens(
            self._columns(interactions.product_ids, products),
            word_fields=self.word_fields,
            path_fields=self.path_fields,
            ngrams=self.ngrams,
        )
        weights = {
            **dict.fromkeys(fields, OTHER_FIELDS),
            **FIELD_WEIGHTS,
            **(self.weights or {}),
        }
        return tf_idf(
            fields, weights, bought, min_products=self.min_products, max_share=self.max_share
        )

    def _columns(
        self, product_ids: pa.Array, products: ArrowTable | None
    ) -> dict[str, pa.ChunkedArray]:
        """Return the fields of these products as text; null where there is no row."""
        table = read_table(products, "the table of products")
        are_keys = pa.types.is_integer(product_ids.type)
        name = "product_key" if are_keys else "product_id"
        ids = column_of(table, name, "the table of products").combine_chunks()
        ids = ids.cast(product_ids.type) if are_keys else ids_as_text(ids, "product ids")
        if ids.null_count:
            raise InvalidTableError(
                f"'{name}' is null in {ids.null_count:,} of {len(ids):,} rows of the table of "
                "products; drop or fill these rows"
            )
        if pc.count_distinct(ids).as_py() < len(ids):
            repeated = pc.value_counts(ids).to_pylist()
            example = next(entry["values"] for entry in repeated if entry["counts"] > 1)
            raise InvalidTableError(
                f"product '{example}' has more than one row in the table of products; keep one"
            )
        position = pc.index_in(product_ids, value_set=ids)
        return {
            field: column_of(table, field, "the table of products").cast(pa.string()).take(position)
            for field in self._fields(table)
        }

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

    def prepare_scores(self) -> None:
        """Find each product's nearest ones, once."""
        if not hasattr(self, "shares_"):
            self.shares_ = self._shares(self._fitted())

    def _take_histories(self, interactions: Interactions, fitted: NDArray[np.intp]) -> None:
        """Nothing is learned of customers: scores read their purchases."""

    def _score(self, customers: NDArray[np.intp]) -> NDArray[np.floating[Any]]:
        interactions = self._fitted()
        weights = transformed(interactions.weights[customers], self.transform)
        scores: NDArray[np.float32] = (weights.astype(np.float32) @ self.shares_).toarray()
        scores[:, ~self.has_text_] = np.nan
        with_text = weights.astype(bool) @ self.has_text_
        scores[with_text == 0] = np.nan
        return scores

    def _shares(self, interactions: Interactions) -> sparse.csr_array:
        """Return the (products, products) shares of a purchase's weight; rows sum to 1, or 0."""
        similarity = nearest_products(self.vectors_, self.n_neighbours)
        shares = sparse.csr_array(similarity + sparse.diags_array(self.has_text_.astype(float)))
        customers = np.bincount(interactions.seen.indices, minlength=interactions.n_products)
        popularity = np.maximum(customers, 1) ** self.popularity_exponent
        shares.data = shares.data**self.sharpness * popularity[shares.indices]
        totals = np.asarray(shares.sum(axis=1)).ravel()
        shares.data /= np.repeat(totals, np.diff(shares.indptr))
        return shares.astype(np.float32)

    def similar_products(
        self,
        product_ids: Iterable[Any] | None = None,
        k: int = 10,
        among: Iterable[Any] | None = None,
    ) -> pa.Table:
        """Return the `k` products whose texts are most similar to each of these, by cosine.

        Columns: product_id, rank from 1, similar_product_id, similarity above 0 up to 1, and as
        reason the terms that the two have in common. None means every product fitted; only those
        in `among` may be similar. Products that nobody bought have similar ones, too.
        UnknownProductError names an id that wasn't.
        """
        interactions = self._fitted()
        wanted = None if product_ids is None else interactions.product_index(product_ids)
        others = None if among is None else np.unique(interactions.product_index(among))
        found = similar_pairs(self.vectors_, k, wanted, others)
        reasons = shared_terms(self.term_vectors_, self.terms_, found)
        return found.table(interactions.product_ids, reasons)


def _require_names(parameter: str, value: Any) -> None:
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    if not is_list or not all(isinstance(name, str) for name in value):
        raise InvalidParameterError(f"{parameter} is {value!r}; use a list of column names")


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )
