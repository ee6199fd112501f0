"""`scripts/bench NAME`: run one measurement."""

import sys

from benchmarks import build, leaderboard, movielens, quality, reproducible, scale, staging, topn

MEASUREMENTS = {
    "build": build.main,
    "leaderboard": leaderboard.main,
    "movielens": movielens.main,
    "quality": quality.main,
    "reproducible": reproducible.main,
    "scale": scale.main,
    "staging": staging.main,
    "topn": topn.main,
}


def main() -> int:
    """Run the measurement named on the command line, or list them."""
    name, arguments = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if name not in MEASUREMENTS:
        print("usage: scripts/bench NAME [...]\n")
        for known, function in MEASUREMENTS.items():
            print(f"  {known:<14}{(function.__doc__ or '').splitlines()[0]}")
        return 0 if not name else 2
    MEASUREMENTS[name](arguments)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
