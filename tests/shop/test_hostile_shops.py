"""Wrong paths, wrong tables and hostile names: refused by name, or read like any other."""

import os
from pathlib import Path

import duckdb
import pytest

from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop

CSV = "c,p,t\na,x,2024-01-01\n"
READ = [("a", "x", "2024-01-01")]


@pytest.mark.parametrize(
    "path",
    [
        *("it's a shop/p.csv", "a b/p .csv", "{{ a }}/{p}.csv", 'quo"te.csv', "[1]/p.csv"),
        *("a;b--c.csv", "50%.csv", "$HOME.csv", "#p.csv", "é/ключ.csv", "new\nline.csv", "~p.csv"),
        *("a*b.csv", "what?.csv", "!p.csv", "-p.csv", "a/../p.csv", "./p.csv"),
    ],
)
def test_paths_are_taken_as_they_are(open_shop, tmp_path, path):
    (tmp_path / "a").mkdir()
    (tmp_path / "other.csv").write_text("no")
    quoted = "'" + path.replace("'", "''") + "'" if "\n" not in path else '"new\\nline.csv"'
    opened = open_shop({path: CSV}, path=quoted)
    assert opened.values == READ
    assert opened.rows[0][0] in {path, "p.csv", "a/../p.csv"}


def test_a_path_may_be_absolute_and_a_glob_of_an_odd_folder(open_shop, tmp_path):
    odd = tmp_path / "it's {a} shop [1] (2)"
    odd.mkdir()
    (odd / "p.csv").write_text(CSV)
    quoted = str(odd / "*.csv").replace("'", "''")
    assert open_shop({}, path=f"'{quoted}'").values == READ
    assert open_shop({}, path="'it''s {a} shop [1] (2)/*.csv'").values == READ


def pipe(path: Path) -> None:
    os.mkfifo(path)


def circle(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("path", "make", "says"),
    [
        ("q.csv", None, r"purchases\.path: no file matches 'q\.csv' \(looked in /"),
        ("d/*.csv", None, r"no file matches 'd/\*\.csv'"),
        ("d", Path.mkdir, r"'d' is a folder: name its files, such as d/\*\.csv"),
        ("p.csv", Path.mkdir, r"'p\.csv' is a folder"),
        ("p.csv", dangling, "no file matches"),
        ("p.csv", circle, "no file matches|can't look for"),
        pytest.param(
            *("p.csv", pipe, "is no regular file"),
            marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here"),
        ),
        ("https://example.com/p.csv", None, "is an address; only files of this machine"),
        ("s3://bucket/p.csv", None, "is an address"),
        ("x" * 5000 + ".csv", None, "can't look for|no file matches"),
        ('"p\\0.csv"', None, "can't look for|no file matches|can't be read as YAML"),
        ("''", None, "is a folder|no file matches"),
    ],
)
def test_paths_that_lead_nowhere(open_shop, tmp_path, path, make, says):
    if make:
        make(tmp_path / path)
    with pytest.raises(ShopFileError, match=says):
        open_shop({}, path=path)


def test_a_file_that_may_not_be_read(open_shop, tmp_path, monkeypatch):
    (tmp_path / "p.csv").write_text(CSV)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("recsys.shop.text_files.open_bytes", refused)
    with pytest.raises(ShopFileError, match=r"can't read 'p\.csv': it can't be opened: Permission"):
        open_shop({}, path="p.csv")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("p.json", "", r"'p\.json' is empty"),
        ("p.json", "[]", r"can't read 'p\.json': it holds no objects"),
        ("p.json", '{"c":', r"can't read 'p\.json': .*Malformed JSON"),
        ("p.json", "not json", r"can't read 'p\.json'"),
        ("p.jsonl", '{"d": 1}\n', r"no column 'c'.*\(legal: d\)"),
        ("p.parquet", "PAR1", r"can't read 'p\.parquet'"),
        ("p.parquet", "c,p,t\n", r"can't read 'p\.parquet'"),
        ("p.xlsx", b"PK\x03\x04" + b"\0" * 50, r"can't read 'p\.xlsx': it is no Excel file"),
        ("p.xls", "no table\n", r"can't read 'p\.xls': it is no Excel file"),
        ("p.xls", "<table><tr><td>c</td></tr></table>", "it is a page of the web or XML"),
        ("p.duckdb", "no database", r"can't read 'p\.duckdb': it can't be opened"),
        ("p.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0", r"can't read 'p\.csv\.gz': it can't be opened"),
        ("p.csv.zst", b"\x28\xb5\x2f\xfd\0", r"can't read 'p\.csv\.zst': it is cut off or dam"),
        ("p.csv.bz2", "BZh", r"'p\.csv\.bz2' has no known file type"),
        ("p.parquet.gz", "x", r"'p\.parquet\.gz' has no known file type"),
        ("p", CSV, r"'p' has no known file type \(legal: "),
        ("p.exe", "MZ", r"'p\.exe' has no known file type"),
    ],
)
def test_files_that_aren_t_what_they_are_called(open_shop, name, content, says):
    with pytest.raises(ShopFileError, match=says):
        open_shop({name: content}, path=name)


def test_a_glob_of_several_kinds(open_shop):
    with pytest.raises(ShopFileError, match=r"files of several kinds \(csv, json\)"):
        open_shop({"d/p.csv": CSV, "d/p.json": "[]"}, path="d/*")


HOSTILE = 'x"; drop table y; --'


def test_sql_in_names_of_columns(open_shop):
    files = {"p.csv": "'; select 1; --,\"" + HOSTILE.replace('"', '""') + '",{{ t }}\na,x,1\n'}
    shop = f"""
name: x
purchases:
  path: p.csv
  columns: {{customer_id: "'; select 1; --", product_id: '{HOSTILE}', purchased_at: '{{{{ t }}}}'}}
customers:
  path: p.csv
  columns: {{customer_id: "'; select 1; --", "a'b": '{HOSTILE}', 'c"d': "upper('{{{{')"}}
"""
    assert open_shop(files, shop=shop).values == [("a", "x", "1")]


def test_names_of_ours_as_columns_of_theirs(open_shop):
    content = "c,p,t,recsys,file,row_number,filename,select,column0\na,x,1,b,c,d,e,f,g\n"
    opened = open_shop(
        {"p.csv": content}, customer="'file || row_number || filename || \"select\"'"
    )
    assert opened.rows == [("p.csv", 1, "cdef", "x", "1")]


def test_a_thousand_columns(open_shop):
    names = ",".join(f"n{number}" for number in range(1000))
    content = f"c,p,t,{names}\na,x,1{',' * 1000}\n"
    assert open_shop({"p.csv": content}).values == [("a", "x", "1")]


def test_two_tables_of_one_file(open_shop):
    more = "ratings: {path: p.csv, columns: {customer_id: c, product_id: p, rating: '5'}}\n"
    assert open_shop({"p.csv": CSV}, more=more).values == READ


def test_what_is_unreadable_is_told_apart_by_input_and_file(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "1.csv").write_text(CSV + "a\nb,x,1\nc,x,1\n")
    (tmp_path / "d" / "2.csv").write_text("c,p,t\na,x,1\nb,x,1\na,x,1,1\n")
    (tmp_path / "g.csv").write_text("p,n\nx,Tea\ny\nz,Jam\n")
    (tmp_path / "shop.yml").write_text("""
name: x
purchases: {path: d/*.csv, columns: {customer_id: c, product_id: p, purchased_at: t}}
products: {path: g.csv, columns: {product_id: p, title: n}}
""")
    with duckdb.connect() as connection:
        attach_shop(connection, load_shop(tmp_path / "shop.yml"), {})
        rows = connection.execute("""
            select source, file, row_number, reason, row_json->>'$.text'
            from recsys_inputs.main.unreadable_lines order by all
        """).fetchall()
    assert rows == [
        ("products", "g.csv", 2, "too_few_fields", "y"),
        ("purchases", "d/1.csv", 2, "too_few_fields", "a"),
        ("purchases", "d/2.csv", 3, "too_many_fields", "a,x,1,1"),
    ]


def test_no_room_for_a_copy(open_shop, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("recsys.shop.delimited.write_copy", full)
    with pytest.raises(ShopFileError, match=r"can't read 'p\.csv': No space left on device"):
        open_shop({"p.csv": CSV.encode("utf-16")})
