"""What is kept of many blocks' files: the best rows or the totals of each group, in one file."""

import duckdb
import pytest

from recsys.serving import merged_rows
from recsys.serving.merged_rows import Best, MergedRows, Totals


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Return the best two of each product; two files at once."""
    monkeypatch.setattr(merged_rows, "FILES_AT_ONCE", 2)
    best = Best("product", "probability desc, customer", 2)
    return MergedRows(duckdb.connect(), best, tmp_path / "merged.parquet")


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
    assert [path.name for path in tmp_path.iterdir()] == ["merged.parquet"]
    kept.add(block(tmp_path, "2 [3].parquet", [("tea", 2, 0.5)]))
    assert kept.merge() == 3
    assert [path.name for path in tmp_path.iterdir()] == ["merged.parquet"]
    assert rows_of(kept.file) == [
        ("jam", 3, 0.1),
        ("tea", 2, 0.5),
        ("tea", 1, 0.25),
    ]
    assert kept.merge() == 3  # nothing new


def test_totals_of_all_files_are_those_of_their_rows(tmp_path, monkeypatch):
    """Of tea 3 + 2 + 4 customers, .2 the likeliest, the first place 2; a null is no value."""
    monkeypatch.setattr(merged_rows, "FILES_AT_ONCE", 2)
    functions = {"customers": "sum", "likeliest": "max", "place": "min", "is_seen": "bool_or"}
    kept = MergedRows(duckdb.connect(), Totals("product", functions), tmp_path / "merged.parquet")
    blocks = (
        ["('tea', 3, .1::double, {'rank': 5, 'list': 'b'}, false)"],
        ["('jam', 1, null::double, null::struct(rank int, list text), false)"],
        ["('tea', 2, .2::double, {'rank': 2, 'list': 'b'}, true)"],
        ["('tea', 4, null::double, {'rank': 2, 'list': 'a'}, false)"],
    )
    for number, rows in enumerate(blocks):
        file = tmp_path / f"{number}.parquet"
        columns = "product, customers, likeliest, place, is_seen"
        duckdb.sql(f"from (values {', '.join(rows)}) as t ({columns})").write_parquet(str(file))
        kept.add(file)
    assert kept.merge() == 2
    found = duckdb.sql(f"from '{kept.file}' order by product")
    first = {"rank": 2, "list": "a"}
    assert found.fetchall() == [("jam", 1, None, None, False), ("tea", 9, 0.2, first, True)]
    assert str(found.types[1]) == "BIGINT"
