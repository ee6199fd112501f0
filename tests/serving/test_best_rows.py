"""What is kept of many blocks' files: the best rows of each group, in one file."""

import duckdb
import pytest

from recsys.serving import best_rows
from recsys.serving.best_rows import Best, BestRows


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Return the best two of each product; two files at once."""
    monkeypatch.setattr(best_rows, "FILES_AT_ONCE", 2)
    best = Best("product", "probability desc, customer", 2)
    return BestRows(duckdb.connect(), best, tmp_path / "best.parquet")


def block(folder, name, rows):
    """Write a block's rows: product, customer, probability."""
    values = ", ".join(f"('{product}', {who}, {p}::double)" for product, who, p in rows)
    file = folder / name
    duckdb.sql(f"from (values {values}) as t (product, customer, probability)").write_parquet(
        str(file)
    )
    return file


def rows_of(file):
    return duckdb.sql(f"from '{file}' order by product, probability desc, customer").fetchall()


def test_the_best_of_all_files_are_kept_and_the_files_are_not(kept, tmp_path):
    """Of tea: .5 and, of two with .25, the customer who comes first; of jam all there is."""
    kept.add(block(tmp_path, "0.parquet", [("tea", 3, 0.25), ("tea", 4, 0.2), ("jam", 3, 0.1)]))
    kept.add(block(tmp_path, "1.parquet", [("tea", 1, 0.25)]))
    assert [path.name for path in tmp_path.iterdir()] == ["best.parquet"]
    kept.add(block(tmp_path, "2 [3].parquet", [("tea", 2, 0.5)]))
    assert kept.merge() == 3
    assert [path.name for path in tmp_path.iterdir()] == ["best.parquet"]
    assert rows_of(kept.file) == [
        ("jam", 3, 0.1),
        ("tea", 2, 0.5),
        ("tea", 1, 0.25),
    ]
    assert kept.merge() == 3  # nothing new
