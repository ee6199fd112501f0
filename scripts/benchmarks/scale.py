"""How time, memory and disk of a build grow with the shop."""

from __future__ import annotations

import argparse
import math
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.builds import Taken, run_build
from benchmarks.scale_measures import (
    MEASURES,
    MOST_EXPONENTS,
    SECONDS,
    Measured,
    missed,
    target_of,
)
from benchmarks.shops.shapes import GROCERY, SHAPES, Shape
from recsys.storage.connections import connect
from recsys.storage.names import file_pattern

WORTH_SHOWING = 20  # seconds of a model at the largest size


def main(given: list[str | float]) -> None:
    """Time, memory and disk of builds of a synthetic shop as it grows: [SHAPE] [SIZE ...].

    scripts/bench scale                           grocery, 1, 4 and 16 million lines
    scripts/bench scale grocery 1 4               grocery, so many million lines
    scripts/bench scale webshop                   30,000 and 100,000 customers
    scripts/bench scale webshop 30000 1000000     so many customers
    scripts/bench scale marketplace 30000 300000  so many customers

    A grocery shop has few customers with 600 lines each; a web shop many with 10 lines each, half
    of whom order once, from a range that changes every week; a marketplace 100,000 products, most
    of which are sold once or twice. Disk is what the work folder and the published file take at
    once, without the shop's own files. Single runs: CPU seconds are little changed by other work on
    the machine, seconds are. Ends with 1 if a target is missed.
    """
    shape, sizes = shape_and_sizes(given)
    found: dict[float, Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes or shape.usual:
            here = Path(folder) / f"{size:.12g}"
            here.mkdir()
            found[size] = _build(shape, size, here)
            shutil.rmtree(here)
    misses = [miss for size, one in found.items() for miss in missed(shape.name, size, one)]
    if len(found) > 1:
        misses += _show_growth(shape, found)
    if misses:
        raise SystemExit(f"missed: {'; '.join(misses)}")


def values_of(words: list[str]) -> list[str | float]:
    """Return a shape's name, if it is given, and sizes; in the shape's unit.

    >>> values_of(["webshop", "30000"]), values_of(["0.5"])
    (['webshop', 30000], [0.5])
    """
    shape = SHAPES.get(words[0]) if words else None
    read = (shape or GROCERY).read
    if shape is not None:
        return [shape.name, *map(read, words[1:])]
    try:
        return [*map(read, words)]
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(
            f"{error}, or first a shape: {', '.join(SHAPES)}"
        ) from error


def shape_and_sizes(given: list[str | float]) -> tuple[Shape, list[float]]:
    """Return what `values_of` says, apart."""
    names = [value for value in given if isinstance(value, str)]
    sizes = [value for value in given if not isinstance(value, str)]
    return (SHAPES[names[0]] if names else GROCERY), sizes


def _build(shape: Shape, size: float, folder: Path) -> Measured:
    shop = shape.make(folder, size)
    with connect() as connection:
        [(lines, customers, products)] = connection.execute(
            "select count(*), count(distinct customer_id), count(distinct product_id) "
            "from read_parquet(?)",
            [file_pattern(folder / "purchases.parquet")],
        ).fetchall()
    print(
        f"== {shape.name}, {size:,.12g} {shape.unit}: {lines:,} purchase lines of {customers:,} "
        f"customers and {products:,} products",
        flush=True,
    )
    inputs = sum(file.stat().st_size for file in folder.iterdir())
    taken = run_build(folder / "shop.duckdb", "--shop", str(shop))
    measured = Measured(taken, customers, inputs)
    _show(shape, size, measured)
    return measured


def _show(shape: Shape, size: float, measured: Measured) -> None:
    taken = measured.taken
    print(f"{'stage':<16}{'seconds':>9}{'peak GiB':>10}")
    for stage in taken.stages:
        print(f"{stage.name:<16}{stage.seconds:>9.1f}{stage.peak_bytes / 2**30:>10.2f}")
    longest = ", ".join(f"{name} {seconds:.0f}" for seconds, name in taken.steps[:8])
    print(f"longest models, in seconds: {longest}")
    print(f"{'measure':<34}{'measured':>14}{'at most':>12}")
    for measure in MEASURES:
        most = target_of(shape.name, size, measure)
        print(
            f"{measure.name:<34}{measure.of(measured):>14,.{measure.digits}f}"
            f"{'' if most is None else f'{most:,.12g}':>12}",
            flush=True,
        )


def _show_growth(shape: Shape, found: Mapping[float, Measured]) -> list[str]:
    """Print how each measure grows with the size; return where time grows more than it may."""
    small, large = min(found), max(found)
    most = MOST_EXPONENTS[shape.name]
    misses = []
    print(
        f"== from {small:,.12g} to {large:,.12g} {shape.unit}: each grows with a power of the size"
    )
    print(
        f"{'measure':<34}" + "".join(f"{size:>12,.12g}" for size in found) + "  exponent   at most"
    )
    for measure in MEASURES:
        if not measure.grows:
            continue
        values = {size: measure.of(one) for size, one in found.items()}
        exponent = _exponent(values[small], values[large], large / small)
        is_promised = measure is SECONDS
        row = "".join(f"{value:>12,.{measure.digits}f}" for value in values.values())
        print(f"{measure.name:<34}{row}{exponent:>10.2f}{f'{most:g}' if is_promised else '':>10}")
        if is_promised and exponent > most:
            misses.append(f"growth of {measure.name}: power {exponent:.2f} of {most:g}")
    _show_models({size: one.taken for size, one in found.items()})
    return misses


def _show_models(taken: Mapping[float, Taken]) -> None:
    small, large = min(taken), max(taken)
    steps = {size: {name: s for s, name in one.steps} for size, one in taken.items()}
    print(f"{'model, seconds':<34}" + "".join(f"{size:>12,.12g}" for size in taken) + "  exponent")
    for seconds, name in taken[large].steps:
        if seconds < WORTH_SHOWING:
            break
        row = "".join(f"{steps[size].get(name, math.nan):>12.1f}" for size in taken)
        before = steps[small].get(name, math.nan)
        print(f"{name:<34}{row}{_exponent(before, seconds, large / small):>10.2f}")


def _exponent(small: float, large: float, ratio: float) -> float:
    """Return the power of the size's ratio by which something grew.

    >>> _exponent(1.0, 9.0, 3.0)
    2.0
    """
    return math.log(large / small) / math.log(ratio) if small > 0 else math.nan
