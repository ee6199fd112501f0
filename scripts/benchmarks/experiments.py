"""Experiments without any effect on a shop's own past: how often one would be found."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recsys.settings.project import database_path
from recsys.storage.connections import connect

NAMES = 1_000
LOOKS = 60
"""Days of each experiment, the last of the data; each ends with a look."""
DAYS_BEFORE = 91
LABEL_WINDOW_DAYS = 28
CONTROL_SHARE = 0.25
NEEDED = 100
ALPHA = 0.05
MOST = 0.067
"""Of 1,000 experiments that find something with a probability of 5 %: so many by chance."""
ONE_LOOK = 1.96
TO_POWER = 0.8416
METRICS = ("revenue", "orders", "buyers")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """What customers bought in the days before the experiments, and in them up to each look."""

    ids: list[str]
    before: dict[str, Floats]
    """(customers,) by metric."""
    since: dict[str, Floats]
    """(customers, looks) by metric."""


def main(databases: list[Path]) -> None:
    """How often lists that change nothing would be said to: 1,000 control groups of a shop's past.

    Each is drawn by the hash of another name among the customers of a built database, the one that
    `recsys` reads by default, and looked at on each of the last 60 days. Nothing was different for
    them, so whatever is found is found by chance.
    """
    past = read(databases[0] if databases else database_path())
    held_out = np.array([buckets(f"name {number}", past.ids) for number in range(NAMES)])
    held_out = held_out < CONTROL_SHARE
    print(f"{len(past.ids):,} customers, {NAMES:,} control groups of {CONTROL_SHARE:.0%}")
    missed = []
    for metric in METRICS:
        judged = judge(past, metric, held_out)
        print(
            f"{metric:8} found by chance: {judged['always']:.1%}, with intervals for one look "
            f"{judged['once']:.1%}; variance less by {judged['reduction']:.0%}; smallest effect "
            f"{judged['smallest']:.1%}, without purchases before {judged['unadjusted']:.1%}"
        )
        if judged["always"] > MOST:
            missed.append(f"{metric} {judged['always']:.1%}")
    if missed:
        raise SystemExit(f"missed, at most {MOST:.1%}: {', '.join(missed)}")


def read(database: Path) -> Past:
    """Read the purchases of a built database."""
    with connect(database, read_only=True) as connection:
        found = connection.execute("select customer_id from marts.customers order by all")
        ids = [str(one) for (one,) in found.fetchall()]
        rows = connection.execute(
            """
            with lines as (
                select
                    customer_id, order_id, amount, is_return,
                    cast(purchased_at as date) - max(cast(purchased_at as date)) over ()
                        + $looks - 1 as day,
                    min(cast(purchased_at as date)) over (partition by customer_id)
                        = cast(purchased_at as date) as is_first
                from marts.purchases
                where customer_id is not null and purchased_at is not null
            )
            select
                customer_id, day, cast(coalesce(sum(amount), 0) as double),
                count(distinct order_id) filter (where not is_return)
            from lines
            where day >= -$before and not (is_first and day >= 0)
            group by customer_id, day
            """,
            {"looks": LOOKS, "before": DAYS_BEFORE},
        ).fetchall()
    place = {one: at for at, one in enumerate(ids)}
    days = {name: np.zeros((len(ids), DAYS_BEFORE + LOOKS)) for name in ("revenue", "orders")}
    for customer_id, day, revenue, orders in rows:
        days["revenue"][place[customer_id], day + DAYS_BEFORE] = revenue
        days["orders"][place[customer_id], day + DAYS_BEFORE] = orders
    before = {name: of[:, :DAYS_BEFORE].sum(1) for name, of in days.items()}
    since = {name: of[:, DAYS_BEFORE:].cumsum(1) for name, of in days.items()}
    before["buyers"] = (before["orders"] > 0).astype(float)
    since["buyers"] = (since["orders"] > 0).astype(float)
    return Past(ids, before, since)


def buckets(experiment: str, ids: list[str]) -> Floats:
    """Return the hash of each customer as docs/uplift.md defines it."""
    digests = (hashlib.md5(f"{experiment}:{one}".encode(), usedforsecurity=False) for one in ids)
    return np.array([int(digest.hexdigest()[:13], 16) / 16**13 for digest in digests])


def judge(past: Past, metric: str, held_out: NDArray[np.bool_]) -> dict[str, float]:
    """Return what (experiments, customers) control groups find of a metric, like marts.uplift."""
    of_arms = [_moments(past, metric, arm.astype(float)) for arm in (~held_out, held_out)]
    size, mean, mean_before, _, _, _, buyers = zip(*of_arms, strict=True)
    error_y, error_x, error_xy = (sum(arm[at] / arm[0] for arm in of_arms) for at in (3, 4, 5))
    theta = error_xy / np.maximum(error_x, 1e-12)
    difference = mean[0] - mean[1] - theta * (mean_before[0] - mean_before[1])
    squared = np.maximum(error_y + theta**2 * error_x - 2 * theta * error_xy, 0)
    r = 8.2115 * np.arange(1, LOOKS + 1) / LABEL_WINDOW_DAYS
    factor = np.sqrt((1 + 1 / r) * np.log((1 + r) / ALPHA**2))
    fewest = np.minimum(*buyers)
    if metric == "buyers":
        fewest = np.minimum(fewest, np.minimum(size[0] - buyers[0], size[1] - buyers[1]))
    beyond = {
        name: (fewest >= NEEDED) & (np.abs(difference) > times * np.sqrt(squared))
        for name, times in (("always", factor), ("once", ONE_LOOK))
    }
    last = (factor[-1] + TO_POWER) / mean[1][:, -1].mean()
    return {
        **{name: float(found.any(1).mean()) for name, found in beyond.items()},
        "reduction": float(1 - (squared[:, -1] / error_y[:, -1]).mean()),
        "smallest": float(last * np.sqrt(squared[:, -1]).mean()),
        "unadjusted": float(last * np.sqrt(error_y[:, -1]).mean()),
    }


def _moments(past: Past, metric: str, arm: Floats) -> tuple[Floats, ...]:
    """Return size, means, variances, covariance and buyers of arms, (experiments, looks or 1)."""
    x, y = past.before[metric][:, None], past.since[metric]
    size = arm.sum(1)[:, None]
    mean_x, mean_y = arm @ x / size, arm @ y / size

    def covariance(products: Floats, one: Floats, other: Floats) -> Floats:
        found: Floats = (arm @ products - size * one * other) / (size - 1)
        return found

    return (
        *(size, mean_y, mean_x),
        covariance(y * y, mean_y, mean_y),
        covariance(x * x, mean_x, mean_x),
        covariance(x * y, mean_x, mean_y),
        arm @ past.since["buyers"],
    )
