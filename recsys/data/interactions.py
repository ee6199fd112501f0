"""Who bought and rated what: the sparse matrices that every recommender learns from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.arrow_tables import ArrowTable, ids_as_text, read_table
from recsys.data.pair_columns import (
    by_id,
    by_order,
    by_popularity,
    ids_of,
    keys_of,
    numbers_of,
    times_of,
)
from recsys.errors import InvalidTableError, UnknownCustomerError, UnknownProductError

DEFAULT_RATING = "rating"
DEFAULT_WEIGHT = "weight"
DEFAULT_LAST_AT = "last_at"
DEFAULT_EARLIER_WEIGHT = "earlier_weight"
DEFAULT_RECENT_ORDERS = "recent_orders"


class _Columns(NamedTuple):
    """Names of the columns of values; None for one that isn't to be read."""

    rating: str | None = DEFAULT_RATING
    weight: str | None = DEFAULT_WEIGHT
    last_at: str | None = DEFAULT_LAST_AT
    earlier_weight: str | None = DEFAULT_EARLIER_WEIGHT
    recent_orders: str | None = DEFAULT_RECENT_ORDERS


@dataclass(frozen=True)
class Interactions:
    """Customers by products, one cell per pair that met.

    Rows are customers ordered by id. Columns are products ordered by popularity (distinct
    customers, most first), then by id: so the lowest column first is how ties in score are
    broken. Ids are compared by code point. The order of the input rows changes nothing.

    >>> interactions = Interactions.from_table(pa.table({
    ...     "customer_id": [7, 7, 10], "product_id": ["tea", "jam", "tea"],
    ...     "rating": [5.0, None, 3.0], "weight": [2.0, 1.0, 0.0],
    ... }))
    >>> interactions.customer_ids.to_pylist(), interactions.product_ids.to_pylist()
    (['10', '7'], ['tea', 'jam'])
    >>> interactions.ratings.toarray()
    array([[3., 0.],
           [5., 0.]])
    >>> interactions.seen.toarray()
    array([[ True, False],
           [ True,  True]])
    """

    customer_ids: pa.Array
    """Id of each row: text, or an integer key (`from_keys`)."""
    product_ids: pa.Array
    """Id of each column, of the same type."""
    ratings: sparse.csr_array
    """Ratings, float64: only rated pairs are stored, a rating of 0 included."""
    weights: sparse.csr_array
    """How much each purchase counts as evidence, float64: only weights above 0 are stored."""
    seen: sparse.csr_array
    """True for every pair of the table: bought or rated, whatever the weight."""
    last_at: sparse.csr_array
    """When a pair last met, in seconds since 1970, float64: only pairs with a time are stored."""
    earlier_weights: sparse.csr_array
    """What `weights` had come to one label window ago, float64: only those above 0 are stored."""
    recent: sparse.csr_array
    """True for every pair that was bought within the last label window."""

    @classmethod
    def from_table(
        cls,
        table: ArrowTable,
        *,
        customer_id: str = "customer_id",
        product_id: str = "product_id",
        rating: str | None = DEFAULT_RATING,
        weight: str | None = DEFAULT_WEIGHT,
        last_at: str | None = DEFAULT_LAST_AT,
        earlier_weight: str | None = DEFAULT_EARLIER_WEIGHT,
        recent_orders: str | None = DEFAULT_RECENT_ORDERS,
        tie_order: str | None = None,
        catalogue: Any = None,
    ) -> Self:
        """Read a table with one row per (customer, product) pair.

        Parameters
        ----------
        table
            pyarrow Table or anything with an Arrow stream: pandas, polars, a DuckDB relation.
        customer_id, product_id
            The id columns. Whole numbers become text: 123 and 123.0 -> '123'.
        rating
            The column of ratings, null where there is none. Without a column of the default
            name, or with None, nothing is rated.
        weight
            The column of weights, 0 or more. Without a column of the default name, or with
            None, every pair weighs 1. A pair of weight 0 or null still counts as bought.
        last_at
            The column of dates or timestamps, null where there is none. Without a column of the
            default name, or with None, no pair has a time.
        earlier_weight, recent_orders
            The column of weights as they were one label window ago, and of how often a pair was
            bought since; 0 or more. Without a column of the default name, or with None, nothing
            is known of it.
        tie_order
            The column of numbers that orders the products, the same in all rows of one. With None
            they are ordered by popularity.
        catalogue
            Ids of products that get a column although nobody may have bought them; not together
            with `tie_order`.

        Raises
        ------
        InvalidTableError
            A column is missing; the table is empty; an id is null; a rating or weight
            is NaN or infinite; a weight is negative; a pair occurs twice.

        """
        arrow = read_table(table)
        customers = ids_of(arrow, customer_id)
        products = ids_of(arrow, product_id)
        if arrow.num_rows == 0:
            raise InvalidTableError("the table is empty: at least one purchase or rating is needed")
        extra = None if catalogue is None else ids_as_text(catalogue, "the catalogue's ids")
        if tie_order is None:
            columns = by_popularity(products, extra)
        else:
            columns = by_order(products, keys_of(arrow, tie_order))
        return cls._of_places(
            arrow,
            by_id(customers),
            columns,
            _Columns(rating, weight, last_at, earlier_weight, recent_orders),
        )

    @classmethod
    def from_keys(cls, table: ArrowTable) -> Self:
        """Read a table with one row per pair of integer keys, as the folds of a shop have.

        Rows are ordered by `customer_key`, columns by `tie_order`. The ids are the keys, int32.

        Parameters
        ----------
        table
            customer_key, product_key and tie_order, whole numbers without nulls; the order of
            ties of a product is the same in all of its rows. The other columns are those of
            `from_table`, of the default names.

        Raises
        ------
        InvalidTableError
            See `from_table`.

        """
        arrow = read_table(table)
        if arrow.num_rows == 0:
            raise InvalidTableError("the table is empty: at least one purchase or rating is needed")
        customers, rows = np.unique(keys_of(arrow, "customer_key"), return_inverse=True)
        products = pa.array(keys_of(arrow, "product_key"))
        return cls._of_places(
            arrow,
            (pa.array(customers), rows),
            by_order(products, keys_of(arrow, "tie_order")),
            _Columns(),
        )

    def of_products(self, table: ArrowTable) -> Self:
        """Read other rows with the columns of these: keys as `from_keys` does, ids as `from_table`.

        Raises
        ------
        UnknownProductError
            A product has no column here.
        InvalidTableError
            See `from_table`.

        """
        arrow = read_table(table)
        if pa.types.is_integer(self.product_ids.type):
            keys, rows = np.unique(keys_of(arrow, "customer_key"), return_inverse=True)
            customers = (pa.array(keys), rows)
            columns = self.product_index(pa.array(keys_of(arrow, "product_key")))
        else:
            customers = by_id(ids_of(arrow, "customer_id"))
            columns = self.product_index(ids_of(arrow, "product_id"))
        return self._of_places(arrow, customers, (self.product_ids, columns), _Columns())

    @classmethod
    def _of_places(
        cls,
        arrow: pa.Table,
        customers: tuple[pa.Array, NDArray[np.int64]],
        products: tuple[pa.Array, NDArray[np.int64]],
        names: _Columns,
    ) -> Self:
        """Return the matrices of the rows' values, at the rows and columns of their ids."""
        customer_ids, rows = customers
        product_ids, columns = products
        rating_values = numbers_of(arrow, names.rating, DEFAULT_RATING)
        weight_values = numbers_of(arrow, names.weight, DEFAULT_WEIGHT)
        if weight_values is None:
            weight_values = np.ones(arrow.num_rows)
        earlier = numbers_of(arrow, names.earlier_weight, DEFAULT_EARLIER_WEIGHT)
        recent = numbers_of(arrow, names.recent_orders, DEFAULT_RECENT_ORDERS)
        nothing = np.zeros(arrow.num_rows)
        earlier, recent = (nothing if one is None else one for one in (earlier, recent))
        for name, values in (
            (names.weight, weight_values),
            (names.earlier_weight, earlier),
            (names.recent_orders, recent),
        ):
            if (values < 0).any():
                raise InvalidTableError(
                    f"'{name}' is negative, for example {np.nanmin(values):g}; "
                    "use 0 or more: leave returns out"
                )
        times = times_of(arrow, names.last_at, DEFAULT_LAST_AT)
        if rating_values is None:
            rating_values = np.full(arrow.num_rows, np.nan)
        shape = (len(customer_ids), len(product_ids))
        # sorted once, for all matrices
        order = np.argsort(rows * shape[1] + columns)
        rows, columns = rows[order], columns[order].astype(np.int32)
        is_repeated = (rows[1:] == rows[:-1]) & (columns[1:] == columns[:-1])
        if is_repeated.any():
            place = int(np.flatnonzero(is_repeated)[0])
            raise InvalidTableError(
                f"customer '{customer_ids[rows[place]]}' and product "
                f"'{product_ids[columns[place]]}' share more than one row; group by customer and "
                "product first"
            )

        def matrix(values: NDArray[Any], kept: NDArray[np.bool_]) -> sparse.csr_array:
            kept = kept[order]
            counts = np.bincount(rows[kept], minlength=shape[0])
            starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
            return sparse.csr_array((values[order][kept], columns[kept], starts), shape=shape)

        everything = np.ones(arrow.num_rows, bool)
        return cls(
            customer_ids=customer_ids,
            product_ids=product_ids,
            ratings=matrix(rating_values, ~np.isnan(rating_values)),
            weights=matrix(weight_values, weight_values > 0),
            seen=matrix(everything, everything),
            last_at=matrix(times, ~np.isnan(times)),
            earlier_weights=matrix(earlier, earlier > 0),
            recent=matrix(everything, recent > 0),
        )

    @property
    def n_customers(self) -> int:
        """Number of rows."""
        return len(self.customer_ids)

    @property
    def n_products(self) -> int:
        """Number of columns."""
        return len(self.product_ids)

    def without_ratings(self, removed: NDArray[np.bool_]) -> Self:
        """Return a copy that lacks the ratings marked, in the order of `ratings.data`.

        Everything else stays: whoever was rated is still seen.

        >>> interactions = Interactions.from_table(pa.table({
        ...     "customer_id": [7, 7], "product_id": ["tea", "jam"], "rating": [5.0, 3.0],
        ... }))
        >>> interactions.without_ratings(np.array([True, False])).ratings.data
        array([5.])
        """
        ratings, kept = self.ratings, ~removed
        starts = np.concatenate([[0], np.cumsum(kept)])[ratings.indptr].astype(np.int32)
        fewer = sparse.csr_array((ratings.data[kept], ratings.indices[kept], starts), ratings.shape)
        return replace(self, ratings=fewer)

    def customer_index(self, ids: Iterable[Any]) -> NDArray[np.intp]:
        """Return the rows of these customer ids; UnknownCustomerError names one that has none."""
        wanted, places = self._rows_of(ids)
        return _all_known(wanted, places, self.customer_ids, "customer", UnknownCustomerError)

    def customer_places(self, ids: Iterable[Any]) -> NDArray[np.intp]:
        """Return the rows of these customer ids, -1 where there is none."""
        return self._rows_of(ids)[1]

    def product_index(self, ids: Iterable[Any]) -> NDArray[np.intp]:
        """Return the columns of these product ids; UnknownProductError names one that has none."""
        wanted, places = _places(ids, self.product_ids, "product ids")
        return _all_known(wanted, places, self.product_ids, "product", UnknownProductError)

    def _rows_of(self, ids: Iterable[Any]) -> tuple[pa.Array, NDArray[np.intp]]:
        # keys of customers rise with the rows
        return _places(ids, self.customer_ids, "customer ids", is_sorted=True)


def _places_of_keys(wanted: pa.Array, known: pa.Array) -> pa.Array:
    """Return where each key is among rising ones, null where it isn't.

    A block of customers is sought among a million without a table of them all.

    >>> _places_of_keys(pa.array([7, 3, 4]), pa.array([3, 5, 7])).to_pylist()
    [2, 0, None]
    """
    keys, rising = wanted.to_numpy(zero_copy_only=False), known.to_numpy(zero_copy_only=False)
    places = np.searchsorted(rising, keys)
    is_there = places < len(rising)
    is_there[is_there] = rising[places[is_there]] == keys[is_there]
    return pa.array(places, mask=~is_there)


def _places(
    ids: Iterable[Any], known: pa.Array, what: str, *, is_sorted: bool = False
) -> tuple[pa.Array, NDArray[np.intp]]:
    """Return the ids as the known ones are, and where each is among them, -1 where it isn't."""
    if pa.types.is_integer(known.type):
        wanted = pa.array(ids).cast(known.type)
        found = _places_of_keys(wanted, known) if is_sorted else pc.index_in(wanted, known)
    else:
        wanted = ids_as_text(ids, what)
        found = pc.index_in(wanted, value_set=known)
    return wanted, pc.fill_null(found, -1).to_numpy().astype(np.intp)


def _all_known(
    wanted: pa.Array,
    places: NDArray[np.intp],
    known: pa.Array,
    what: str,
    error: type[UnknownCustomerError | UnknownProductError],
) -> NDArray[np.intp]:
    """Return the places, or raise an error that names an id that has none."""
    missing = np.flatnonzero(places < 0)
    if len(missing):
        others = f" (and {len(missing) - 1:,} others)" if len(missing) > 1 else ""
        raise error(
            f"{what} '{wanted[missing[0]]}'{others} isn't among the {len(known):,} {what}s known "
            f"here, such as '{known[0]}'; ids are text, and upper and lower case differ"
        )
    return places
