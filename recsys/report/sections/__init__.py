"""The parts of the report, in the order in which they stand on the page: one file each.

A new part is a file here with a `SECTION`, and a line below. It names the tables that it needs;
a published file that lacks one has a report without that part.
"""

from recsys.report.blocks import Section
from recsys.report.sections import (
    baskets,
    calibration,
    champions,
    coverage,
    demand,
    diversity,
    drift,
    examples,
    explorer,
    features,
    history,
    inputs,
    leaderboard,
    objectives,
    overview,
    reasons,
    rules,
    segments,
    together,
    uplift,
)

SECTIONS: tuple[Section, ...] = tuple(
    part.SECTION
    for part in (
        *(overview, champions, uplift, leaderboard, segments, baskets, coverage, diversity, rules),
        *(objectives, calibration, demand, features, reasons),
        *(together, examples, explorer, inputs, drift, history),
    )
)
