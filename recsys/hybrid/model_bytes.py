"""A purchase model as bytes in a table: arrays and numbers, which can't run code when read.

A database can be changed by others than who built it. So what is read is checked, too: the
compiled loops would follow a wrong place into memory that isn't theirs.
"""

from __future__ import annotations

import io

import numpy as np

from recsys.errors import InvalidTableError
from recsys.hybrid.bounded_regression import TERMS
from recsys.hybrid.calibration import Calibration
from recsys.hybrid.linear_odds import Columns, LinearOdds
from recsys.hybrid.purchase_model import PurchaseModel
from recsys.storage.plain_objects import read_objects, write_objects
from recsys.trees.soundness import are_places, require_sound

PACKAGES = ("recsys.hybrid", "recsys.trees")
AGAIN = "build it again: recsys build, or dbt build --select int_hybrid_models+"


def to_bytes(model: PurchaseModel) -> bytes:
    """Return a fitted model as bytes."""
    file = io.BytesIO()
    write_objects(model, file)
    return file.getvalue()


def from_bytes(data: bytes) -> PurchaseModel:
    """Return a model written by `to_bytes`.

    Raises
    ------
    InvalidTableError
        The bytes are something else, such as a model of an earlier version, or were changed.

    """
    try:
        model = read_objects(data, PACKAGES)
        if not isinstance(model, PurchaseModel):
            raise InvalidTableError(f"it is a {type(model).__name__}")
        _require_sound(model)
    except (InvalidTableError, AttributeError, TypeError, ValueError) as error:
        raise InvalidTableError(f"the hybrid's model can't be read ({error}): {AGAIN}") from error
    return model


def _require_sound(model: PurchaseModel) -> None:
    features = len(model.importances_)
    places = [model.used_]
    for forests, linear in zip(model.halves_, model.linear_, strict=True):
        for forest in forests:
            places.append(forest.read)
            require_sound(forest.trees, features)
        if linear is not None:
            _require_sound_odds(linear)
            places.append(linear.used)
    _require_columns(model.columns_, features)
    if not all(are_places(one, features) for one in places):
        raise InvalidTableError(f"it reads beyond its {features} features")
    if not isinstance(model.calibration_, Calibration):
        raise InvalidTableError("it isn't calibrated")


def _require_sound_odds(linear: LinearOdds) -> None:
    _require_columns(linear.columns, None)
    for one in linear.regressions:
        if one is not None:
            arrays = (one.mean, one.deviation, one.coefficient)
            if {array.shape for array in arrays} != {(TERMS, len(linear.used))}:
                raise InvalidTableError("its regressions don't fit its features")
            if {array.dtype for array in arrays} != {np.dtype(np.float64)}:
                raise InvalidTableError("its regressions aren't of numbers")


def _require_columns(columns: Columns, features: int | None) -> None:
    is_new = columns.is_new
    if is_new is not None and not (type(is_new) is int and is_new >= 0):
        raise InvalidTableError("it can't tell new products")
    if features is not None and is_new is not None and is_new >= features:
        raise InvalidTableError(f"it reads beyond its {features} features")
