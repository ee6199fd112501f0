"""How time and memory of a build grow with the shop."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import duckdb

from benchmarks.builds import Taken, run_build
from benchmarks.synthetic_shop import make_shop

SIZES = (1.0, 4.0, 16.0)  # million purchase lines
MOST_EXPONENT = 1.15
MOST_GIBIBYTES = 12
WORTH_SHOWING = 20  # seconds of a model at the largest size


def main(given: list[float]) -> None:
    """Time and memory of builds of 1, 4, 16 million lines (or as many million as given), growth."""
    sizes = given or list(SIZES)
    taken: dict[float, Taken] = {}
    with tempfile.TemporaryDirectory() as folder:
        for million in sizes:
            here = Path(folder) / f"{million:g}_million"
            here.mkdir()
            shop = make_shop(here, round(million * 1_000_000))
            print(_described(here, million), flush=True)
            database = here / "shop.duckdb"
            taken[million] = run_build(database, "--shop", str(shop))
            _show(taken[million])
            database.unlink()
    if len(taken) > 1 and not _show_growth(taken):
        raise SystemExit("missed: time or memory grows more than it should")


def _described(folder: Path, million: float) -> str:
    with duckdb.connect() as connection:
        [(lines, customers, products)] = connection.execute(
            "select count(*), count(distinct customer_id), count(distinct product_id) "
            "from read_parquet(?)",
            [str(folder / "purchases.parquet")],
        ).fetchall()
    return (
        f"== {million:g} million: {lines:,} purchase lines of {customers:,} customers and "
        f"{products:,} products"
    )


def _show(taken: Taken) -> None:
    print(f"{'stage':<16}{'seconds':>9}{'peak GiB':>10}")
    for stage in taken.stages:
        print(f"{stage.name:<16}{stage.seconds:>9.1f}{stage.peak_bytes / 2**30:>10.2f}")
    print(f"{'all':<16}{taken.seconds:>9.1f}{taken.peak_bytes / 2**30:>10.2f}")
    print(f"CPU seconds: {taken.cpu_seconds:.0f}; disk: {taken.disk_bytes / 2**30:.1f} GiB at most")
    longest = ", ".join(f"{name} {seconds:.0f}" for seconds, name in taken.steps[:8])
    print(f"longest models, in seconds: {longest}", flush=True)


def _show_growth(taken: dict[float, Taken]) -> bool:
    """Print how time grows; return whether time and memory stay within their targets."""
    small, large = min(taken), max(taken)
    ratio = math.log(large / small)
    exponent = math.log(taken[large].seconds / taken[small].seconds) / ratio
    cpu_exponent = math.log(taken[large].cpu_seconds / taken[small].cpu_seconds) / ratio
    peak = max(t.peak_bytes for t in taken.values()) / 2**30
    print(
        f"== from {small:g} to {large:g} million lines: time grows with the power {exponent:.2f} "
        f"of the lines, CPU time with {cpu_exponent:.2f} (target: at most {MOST_EXPONENT}), "
        f"highest peak {peak:.2f} GiB (at most {MOST_GIBIBYTES})"
    )
    print(f"{'model':<26}" + "".join(f"{f'{million:g} M':>9}" for million in taken) + "  exponent")
    steps = {million: {name: s for s, name in t.steps} for million, t in taken.items()}
    for seconds, name in taken[large].steps:
        if seconds < WORTH_SHOWING:
            break
        before = steps[small].get(name, math.nan)
        row = "".join(f"{steps[million].get(name, math.nan):>9.1f}" for million in taken)
        print(f"{name:<26}{row}{math.log(seconds / before) / ratio:>10.2f}")
    return exponent <= MOST_EXPONENT and peak <= MOST_GIBIBYTES
