"""`scripts/bench NAME`: run one measurement."""

import sys
from pathlib import Path

from benchmarks import (
    api,
    build,
    crash,
    experiments,
    hybrid,
    leaderboard,
    month,
    movielens,
    quality,
    reproducible,
    scale,
    staging,
    topn,
)
from benchmarks.arguments import Argument, Measurement, million_lines, one_of, parse, whole_number

MEASUREMENTS = {
    "api": Measurement(api.main, Argument("CUSTOMERS", whole_number, is_many=True)),
    "build": Measurement(build.main, Argument("RUNS", whole_number)),
    "crash": Measurement(crash.main, Argument("KILLS|SWEEP", crash.kills_or_sweep, is_many=True)),
    "experiments": Measurement(experiments.main, Argument("DATABASE", Path)),
    "hybrid": Measurement(hybrid.main),
    "leaderboard": Measurement(leaderboard.main, Argument("DATABASE", Path)),
    "month": Measurement(
        month.main,
        Argument("KEY=VALUE", month.key_and_value, is_many=True, together=month.wishes_of),
    ),
    "movielens": Measurement(movielens.main),
    "quality": Measurement(
        quality.main,
        Argument("SHOP", one_of([*quality.SHOPS, *quality.BESIDE]), is_many=True),
    ),
    "reproducible": Measurement(reproducible.main),
    "scale": Measurement(
        scale.main, Argument("SHAPE|SIZE", str, is_many=True, together=scale.values_of)
    ),
    "staging": Measurement(staging.main, Argument("MILLION", million_lines, is_many=True)),
    "topn": Measurement(topn.main),
}


def main() -> None:
    """Run the measurement named on the command line, or list them."""
    asked = parse(MEASUREMENTS, sys.argv[1:])
    if asked is not None:
        measurement, values = asked
        measurement.run(values)


if __name__ == "__main__":
    main()
