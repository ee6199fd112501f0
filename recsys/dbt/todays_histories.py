"""By which histories a block's customers are scored: those that were fitted, or those of today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from recsys.dbt.serving_interactions import TODAYS_COLUMNS
from recsys.recommenders.base import Recommender
from recsys.recommenders.fitted_models import Fitted, FittedModels
from recsys.storage.relations import SERVING, Relation, where


class Scored(NamedTuple):
    """Customers, and the recommender that scores them."""

    customers: pa.Array
    """Keys, int32, all known to the recommender."""
    recommender: Recommender


def scored_today(
    fitted: Fitted, models: FittedModels, training_rows: Relation, customers: pa.Array
) -> Iterator[Scored]:
    """Yield a block's customers with the recommender as it scores them.

    Where it was fitted on what is served, it is the one fitted. Where it was fitted earlier, that
    one scores customers whose lines are as they were; others have the histories of today, as have
    all customers where the block says so. Who can't be scored so isn't among them: a model of
    customers knows no new ones.

    Parameters
    ----------
    fitted
        The recommender, with its interactions.
    models
        The folder that it is from.
    training_rows
        See `recsys.dbt.models.candidates`, of the block's customers.
    customers
        Keys of the customers to score.

    """
    refreshed = models.refreshed()
    if refreshed is None and not models.other_histories:
        yield Scored(customers, fitted.recommender)
        return
    others = customers
    if models.other_histories:
        if not fitted.recommender.reads_histories():
            yield Scored(customers, fitted.recommender)
            return
    elif refreshed is not None:
        is_other = pc.is_in(customers, value_set=refreshed.changed)
        is_known = fitted.recommender.interactions_.customer_places(customers) >= 0
        is_same = pc.and_(pc.invert(is_other), pa.array(is_known))
        yield Scored(customers.filter(is_same), fitted.recommender)
        others = customers.filter(pc.invert(is_same))
    changed = with_todays_histories(fitted.recommender, training_rows, others)
    if changed is not None:
        ids = changed.interactions_.customer_ids
        yield Scored(others.filter(pc.is_in(others, value_set=ids)), changed)


def with_todays_histories(
    recommender: Recommender, training_rows: Relation, customers: pa.Array
) -> Recommender | None:
    """Return the recommender with the histories that these customers have today, if any has one.

    What was bought of products that aren't fitted doesn't count.
    """
    interactions = recommender.interactions_
    if not recommender.reads_histories():
        return None
    rows = where(training_rows, fold=SERVING).project(TODAYS_COLUMNS).to_arrow_table()
    is_kept = pc.and_(
        pc.is_in(rows["customer_key"], value_set=customers),
        pc.is_in(rows["product_key"], value_set=interactions.product_ids),
    )
    rows = rows.filter(is_kept)
    if not recommender.takes_strangers:
        places = interactions.customer_places(rows["customer_key"].combine_chunks())
        rows = rows.filter(pa.array(places >= 0))
    if rows.num_rows == 0:
        return None
    return recommender.with_histories(interactions.of_products(rows))


def listable_today(fitted: Fitted, models: FittedModels) -> pa.Array | None:
    """Return the keys of the only products that may be listed, all fitted; None allows all."""
    refreshed = models.refreshed()
    if refreshed is None:
        return fitted.among
    known = fitted.recommender.interactions_.product_ids
    return refreshed.listable.filter(pc.is_in(refreshed.listable, value_set=known))
