"""How long the shop's lines take to be read, cleaned and judged, and in how much memory."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.builds import run_command
from benchmarks.shops.grocery import make_grocery

DEFAULT = "complete_journey"
CODE = """
import sys
from pathlib import Path
from recsys.pipeline.build import build
build(sys.argv[1], Path(sys.argv[2]), select=["path:models/staging"], tests=False)
"""
SECONDS = {DEFAULT: 5, "16 million lines": 45}
"""What staging may take on two cores that do nothing else."""


def main(sizes: list[float]) -> None:
    """Staging of the default shop (or of so many million lines) and of 16 million lines."""
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        shops = {DEFAULT: DEFAULT} if not sizes else {}
        for million in sizes or [16.0]:
            here = Path(folder) / f"{million:g}_million"
            here.mkdir()
            shops[f"{million:g} million lines"] = str(
                make_grocery(here, round(million * 1_000_000))
            )
        print(f"{'shop':<20}{'seconds':>9}{'at most':>9}{'CPU s':>8}{'peak GiB':>10}")
        for name, shop in shops.items():
            database = Path(folder) / f"{name.split()[0]}.duckdb"
            taken = run_command([sys.executable, "-c", CODE, shop, str(database)], database)
            [staging] = [stage for stage in taken.stages if stage.name == "staging"]
            print(
                f"{name:<20}{staging.seconds:>9.1f}{SECONDS.get(name, ''):>9}"
                f"{taken.cpu_seconds:>8.1f}{taken.peak_bytes / 2**30:>10.2f}",
                flush=True,
            )
            if staging.seconds > SECONDS.get(name, float("inf")):
                missed.append(name)
            longest = ", ".join(f"{step} {seconds:.1f}" for seconds, step in taken.steps[:4])
            print(f"  longest models: {longest}")
    if missed:
        raise SystemExit(f"missed: {', '.join(missed)}")
