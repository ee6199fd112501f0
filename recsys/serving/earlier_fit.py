"""Blocks that are served by what an earlier build fitted."""

from __future__ import annotations

import os
from typing import NamedTuple

import pyarrow as pa

from recsys.recommenders.fitted_models import REFRESHED, FittedModels, Refreshed
from recsys.settings.project import RUN_VARIABLE
from recsys.storage.relations import SERVING, Relation, where


class Fit(NamedTuple):
    """The tables that say what today's lists are made by."""

    rows: Relation
    """is_refreshed: whether an earlier build fitted it; one row."""
    changed: Relation
    """customer_key of those whose lines are others than at the fit."""
    products: Relation
    """fold, product_key, in_catalogue."""

    def write(self, models: FittedModels) -> None:
        """Write what is others since the fit, for the blocks; nothing where this build fitted."""
        models.forget_refreshed()
        if self.rows.filter("is_refreshed").fetchall():  # `dbt run --empty` leaves no row
            listable = where(self.products, fold=SERVING).filter("in_catalogue")
            refreshed = Refreshed(
                _keys(self.changed, "customer_key"), _keys(listable, "product_key")
            )
            models.save(REFRESHED, refreshed)


def is_kept(settings: Relation) -> bool:
    """Tell whether what is fitted stays for later builds: those of `recsys build`, if asked for."""
    asked = settings.filter("refit_after_days > 0 or pinned_fit is not null").fetchall()
    return bool(asked) and RUN_VARIABLE in os.environ


def _keys(relation: Relation, name: str) -> pa.Array:
    rows = relation.order(name).project(name).to_arrow_table()
    return rows[name].combine_chunks().cast(pa.int32())
