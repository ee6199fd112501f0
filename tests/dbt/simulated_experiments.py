"""Simulated experiments: shops whose customers buy by known laws, looked at every evening."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

DAYS_BEFORE = 91
METRICS = ("revenue", "orders", "buyers")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shop:
    """How the customers of a simulated shop buy."""

    customers: int = 600
    control_share: float = 0.25
    days: int = 60
    """Days of the experiment, each of which ends with a look."""
    orders_per_day: float = 1 / 12
    """Mean over customers."""
    unlike: float = 1.0
    """Shape of the gamma distribution of the customers' rates: the less, the more unlike."""
    spread: float = 0.8
    """Standard deviation of the logarithm of an order's amount, whose mean is 20."""
    regular: bool = False
    """Whether a customer buys at equal intervals in place of by chance."""
    effect: float = 0.0
    """By which share the champion's customers order more."""
    newcomers: float = 0.0
    """Share of customers who come at a random day of the experiment."""


def orders(
    shop: Shop, draw: np.random.Generator
) -> tuple[NDArray[np.int16], NDArray[np.bool_], NDArray[np.int_]]:
    """Return orders by customer and day, who is in the control, and who counts from which look on.

    Returns
    -------
    orders
        (customers, days before and of the experiment) of those that count.
    is_control
        (customers,)
    counts_from
        (customers,) the look, from 0 on, at which a customer is there: newcomers are with their
        first order, and that day's orders don't count.

    """
    size, days = shop.customers, DAYS_BEFORE + shop.days
    is_control = draw.random(size) < shop.control_share
    rates = draw.gamma(shop.unlike, shop.orders_per_day / shop.unlike, size)[:, None]
    day = np.arange(days)
    if shop.regular:
        at = np.floor(rates * np.arange(days + 1) + draw.random((size, 1)))
        found = np.diff(at, axis=1).astype(np.int16)
    else:
        lifted = np.where((day >= DAYS_BEFORE) & ~is_control[:, None], 1 + shop.effect, 1)
        found = draw.poisson(rates * lifted).astype(np.int16)
    is_new = draw.random(size) < shop.newcomers
    comes = np.where(is_new, draw.integers(DAYS_BEFORE + 1, days, size), 0)
    found[day < comes[:, None]] = 0
    first = np.where(found.any(1), (found > 0).argmax(1), days)
    found[is_new & (first < days), first[is_new & (first < days)]] = 0
    return found, is_control, np.where(is_new, first - DAYS_BEFORE, 0)


def moments(shop: Shop, draw: np.random.Generator, experiment: str) -> pa.Table:
    """Return what `int_experiment_sums` has of one experiment, at each look.

    Each look is an experiment of its own name: `experiment`, a colon and the day.
    """
    found, is_control, counts_from = orders(shop, draw)
    amounts = np.zeros(found.shape)
    where = np.nonzero(found)
    scale = 20 / np.exp(shop.spread**2 / 2)
    amounts[where] = found[where] * scale * draw.lognormal(0, shop.spread, len(where[0]))
    before, since = slice(None, DAYS_BEFORE), slice(DAYS_BEFORE, None)
    x = {"revenue": amounts[:, before].sum(1), "orders": found[:, before].sum(1)}
    y = {
        "revenue": np.cumsum(amounts[:, since], axis=1),
        "orders": np.cumsum(found[:, since], axis=1, dtype=np.int64),
    }
    x["buyers"], y["buyers"] = x["orders"] > 0, y["orders"] > 0
    there = counts_from[:, None] <= np.arange(shop.days)
    parts = []
    for arm, chosen in (("control", is_control), ("champion", ~is_control)):
        of_arm: dict[str, object] = {
            "arm": arm,
            "share": shop.control_share if arm == "control" else 1 - shop.control_share,
            "customers": there[chosen].sum(0),
            "known_before": int(there[chosen, 0].sum()),
            # newcomers count from the day after their first order
            "customer_days": np.maximum(
                there[chosen].cumsum(1) - (counts_from[chosen, None] > 0), 0
            ).sum(0),
            "buyers": y["buyers"][chosen].sum(0),
        }
        parts += [
            of_arm
            | {"metric": metric}
            | _moments(
                x[metric][chosen].astype(float), y[metric][chosen].astype(float), there[chosen]
            )
            for metric in METRICS
        ]
    return pa.concat_tables(_table(part, experiment, shop.days) for part in parts)


def _moments(x: Floats, y: Floats, there: NDArray[np.bool_]) -> dict[str, object]:
    """Return means, variances and covariances at each look.

    Parameters
    ----------
    x
        (customers,) what they bought before; nothing, of those who come later.
    y
        (customers, looks)
    there
        (customers, looks) who counts.

    """
    size = there.sum(0)
    mean_x, mean_y = x @ there / size, y.sum(0) / size
    return {
        "mean_x": mean_x,
        "mean_y": mean_y,
        "variance_x": (x**2 @ there - size * mean_x**2) / (size - 1),
        "variance_y": ((y**2).sum(0) - size * mean_y**2) / (size - 1),
        "covariance": (x @ y - size * mean_x * mean_y) / (size - 1),
    }


def _table(part: dict[str, object], experiment: str, looks: int) -> pa.Table:
    columns: dict[str, object] = {
        "experiment": [f"{experiment}:{look + 1}" for look in range(looks)]
    }
    columns |= {
        name: value if isinstance(value, np.ndarray) else [value] * looks
        for name, value in part.items()
    }
    return pa.table(columns)
