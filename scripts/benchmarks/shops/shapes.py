"""The shapes of shops that `scripts/bench scale` knows, and what a size of each is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.arguments import customers, million_lines
from benchmarks.shops.grocery import make_grocery
from benchmarks.shops.marketplace import make_marketplace
from benchmarks.shops.webshop import make_webshop


@dataclass(frozen=True)
class Shape:
    """A kind of shop, of any size."""

    name: str
    unit: str
    """What its size counts."""
    usual: tuple[float, ...]
    """Sizes that are measured if none is given."""
    read: Callable[[str], float]
    """Makes a size of a text; raises `ArgumentTypeError` with what is legal."""
    make: Callable[[Path, float], Path]
    """Writes a shop of a size into a folder and returns its shop file."""


def _grocery(folder: Path, million: float) -> Path:
    return make_grocery(folder, round(million * 1_000_000))


def _whole(make: Callable[[Path, int], Path], folder: Path, size: float) -> Path:
    return make(folder, round(size))


GROCERY = Shape("grocery", "million lines", (1.0, 4.0, 16.0), million_lines, _grocery)
WEBSHOP = Shape("webshop", "customers", (30_000, 100_000), customers, partial(_whole, make_webshop))
MARKETPLACE = Shape(
    "marketplace",
    "customers",
    (30_000, 100_000),
    customers,
    partial(_whole, make_marketplace),
)
SHAPES = {shape.name: shape for shape in (GROCERY, WEBSHOP, MARKETPLACE)}
