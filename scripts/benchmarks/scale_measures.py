"""What is measured of a build of a synthetic shop, and what it may come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.builds import Taken

GIB = 2**30


@dataclass(frozen=True)
class Measured:
    """A build of a shop of one size."""

    taken: Taken
    customers: int
    input_bytes: int
    """Of the shop's files."""


@dataclass(frozen=True)
class Measure:
    """A number that is worth watching."""

    name: str
    of: Callable[[Measured], float]
    digits: int = 0
    """So many are printed after the point."""
    grows: bool = True
    """Whether its growth with the size means something."""


SECONDS = Measure("seconds", lambda one: one.taken.seconds)
CPU_SECONDS = Measure("CPU seconds", lambda one: one.taken.cpu_seconds)
PEAK = Measure("peak memory, GiB", lambda one: one.taken.peak_bytes / GIB, 2)
DISK = Measure("peak disk, GB", lambda one: one.taken.disk_bytes / 1e9, 2)
PUBLISHED = Measure("published, MB", lambda one: one.taken.published_bytes / 1e6, 1)
PER_CUSTOMER = Measure(
    "published, bytes a customer", lambda one: one.taken.published_bytes / one.customers
)
DISK_OF_INPUTS = Measure(
    "disk but the published, of inputs",
    lambda one: (one.taken.disk_bytes - one.taken.published_bytes) / one.input_bytes,
    1,
    grows=False,
)
MEASURES = (SECONDS, CPU_SECONDS, PEAK, DISK, PUBLISHED, PER_CUSTOMER, DISK_OF_INPUTS)


@dataclass(frozen=True)
class Target:
    """The most that a measure may come to on two cores."""

    measure: Measure
    most: float
    size: float | None = None
    """Of the shop; None: of any size."""


TARGETS = {
    "grocery": [
        Target(SECONDS, 2_000, 16.0),
        Target(PEAK, 6),
        Target(DISK, round(8 * GIB / 1e9, 1), 16.0),
    ],
    "webshop": [
        Target(CPU_SECONDS, 400, 30_000),
        Target(DISK, 2, 30_000),
        Target(PUBLISHED, 80, 30_000),
        Target(SECONDS, 12 * 60, 100_000),
        Target(SECONDS, 90 * 60, 1_000_000),
        Target(PER_CUSTOMER, 2_000, 1_000_000),
        Target(DISK_OF_INPUTS, 3, 1_000_000),
        Target(PEAK, 8),
    ],
    "marketplace": [Target(PEAK, 8)],
}
"""Of each shape."""

MOST_EXPONENTS = {"grocery": 1.15, "webshop": 1.05, "marketplace": 1.05}
"""Time may grow with this power of the size."""


def target_of(shape: str, size: float, measure: Measure) -> float | None:
    """Return the most that a measure may come to; None if nothing is promised."""
    promised = [
        target.most
        for target in TARGETS[shape]
        if target.measure is measure and target.size in {None, size}
    ]
    return min(promised, default=None)


def missed(shape: str, size: float, measured: Measured) -> Iterator[str]:
    """Yield each measure that is more than it may be."""
    for measure in MEASURES:
        most, value = target_of(shape, size, measure), measure.of(measured)
        if most is not None and value > most:
            yield f"{measure.name} of {size:,.12g}: {value:,.{measure.digits}f} of {most:,.12g}"
