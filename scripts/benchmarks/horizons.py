"""What promotions and stores are worth: the default shop by promotion horizon, with and without."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import yaml

from benchmarks.judged import LISTS, OF_SEED, SEEDS, ndcg
from recsys.pipeline.build import build
from recsys.shop import DEFAULT_SHOP
from recsys.shop.file import BUNDLED

HORIZONS = (0, 7, 28)

TARGETS = {(28, True): {"discover": 0.068, "buy_again": 0.515, "next_basket": 0.430}}
"""NDCG@10 of the hybrid by list, for a horizon with stores."""

OF_EVERYTHING = ("+model_metrics",)
OF_HORIZON = ("stg_settings", "int_promotion_horizon+,+model_metrics")
OF_STORES = (
    "+int_customer_stores",
    "+int_store_buyers",
    "int_customer_stores+,+model_metrics",
    "int_store_buyers+,+model_metrics",
    "int_promotion_horizon+,+model_metrics",
)
"""What is built where purchases name other stores: what is fitted to all of a shop stays."""


@dataclass(frozen=True)
class Step:
    """One of the builds, each of which goes on from the one before."""

    horizon: int
    knows_stores: bool
    seed: int
    select: tuple[str, ...]


def steps() -> Iterator[Step]:
    """Yield all builds. The first makes all that metrics need; each further one makes a part."""
    for knows_stores in (True, False):
        for horizon in HORIZONS:
            for seed in SEEDS:
                select = OF_SEED
                if seed == SEEDS[0]:
                    select = OF_HORIZON
                    if horizon == HORIZONS[0]:
                        select = OF_EVERYTHING if knows_stores else OF_STORES
                yield Step(horizon, knows_stores, seed, select)


def measure() -> list[str]:
    """Build all of them, print the hybrid's NDCG@10, and return the targets that were missed."""
    print("\ncomplete_journey, NDCG@10 of the hybrid by promotion_horizon_days")
    found: dict[tuple[int, bool], list[Mapping[str, float]]] = {}
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        shops = {True: Path(DEFAULT_SHOP), False: without_stores(Path(folder))}
        database = Path(folder) / "horizons.duckdb"
        for step in steps():
            settings = {
                "promotion_horizon_days": step.horizon,
                "hybrid_seed": step.seed,
                "keep_working_tables": True,  # which the next one goes on from
            }
            build(shops[step.knows_stores], database, select=step.select, variables=settings)
            row = found.setdefault((step.horizon, step.knows_stores), [])
            row.append(ndcg(database)["hybrid"])
            if len(row) == len(SEEDS):
                missed += told(step.horizon, row, knows_stores=step.knows_stores)
    return missed


def without_stores(folder: Path) -> Path:
    """Write the default shop's file so that its purchases name no store; return its path."""
    bundled = (BUNDLED / f"{DEFAULT_SHOP}.yml").read_text(encoding="utf-8")
    shop: dict[str, Any] = yaml.safe_load(bundled)
    del shop["purchases"]["columns"]["store_id"]
    path = folder / "without_stores.yml"
    path.write_text(yaml.safe_dump(shop), encoding="utf-8")
    return path


def told(horizon: int, by_seed: list[Mapping[str, float]], *, knows_stores: bool) -> list[str]:
    """Print the means of the seeds, and return which of them miss their targets."""
    missed = []
    cells = []
    targets = TARGETS.get((horizon, knows_stores), {})
    for name in LISTS:
        value = mean(found[name] for found in by_seed)
        target = targets.get(name)
        cells.append(f"{name} {value:.4f}" + (f" (target {target:.3f})" if target else ""))
        if target and value < target:
            missed.append(f"horizon {horizon}, {name}")
    of_stores = "with stores" if knows_stores else "without stores"
    print(f"  {horizon:>2} days, {of_stores:<15}" + "  ".join(cells), flush=True)
    return missed
