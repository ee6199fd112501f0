"""The file that a path names is read, whatever signs stand in it, and none beside it."""

import gzip
from pathlib import Path

import duckdb
import pytest

from recsys.draft.assemble import draft_shop
from recsys.shop import attach_shop, load_shop
from recsys.storage.connections import connect

HEAD = "c,p,t\n"
NAMES = [
    *("a[1]", "a[!1]", "a[[]1]", "a[", "a]", "a[]", "a*", "a**", "a?", "*", "?"),
    *("a{b,1}", "{}", "it's", 'a "b"', "new\nline", "a#b", "a%41", "50%", "-a", "--help", "~a"),
    *("é[1]", "ключ", "a b ", "s3:a", "file:a", "a;b", "$HOME", "a=b", "a\\b", "a\\*"),
]
SOME = ["a[1]", "a*", "a?", "it's", "new\nline", "é[1]", "a\\*"]
"""For the other kinds of files, which share the way to write a name."""
BESIDE = ["a1", "ab", "aA", "b", "1", "x", "é1", "aXb", "a[1", "abc"]
"""What the names above would be, were they patterns."""


def line(name: str) -> str:
    return f"{name.encode().hex()},x,2024-01-01\n"


def write_csv(path: Path, name: str) -> None:
    path.write_text(HEAD + line(name))


def write_ragged_csv(path: Path, name: str) -> None:
    path.write_text(HEAD + line(name) + "ragged\n" + line(name))


def write_utf16(path: Path, name: str) -> None:
    path.write_bytes((HEAD + line(name)).encode("utf-16"))


def write_packed(path: Path, name: str) -> None:
    path.write_bytes(gzip.compress((HEAD + line(name)).encode()))


def write_json(path: Path, name: str) -> None:
    path.write_text(f'{{"c": "{name.encode().hex()}", "p": "x", "t": "2024-01-01"}}\n')


def write_bad_json(path: Path, name: str) -> None:
    write_json(path, name)
    path.write_text(path.read_text() * 2 + "bad\n")


def write_parquet(path: Path, name: str) -> None:
    written = path.parent / "written.tmp"
    duckdb.sql(f"select '{name.encode().hex()}' as c, 'x' as p, '2024-01-01' as t").write_parquet(
        str(written)
    )
    written.rename(path)


def write_duckdb(path: Path, name: str) -> None:
    written = path.parent / "written.tmp"
    with duckdb.connect(written) as connection:
        connection.execute(
            f"create table t as select '{name.encode().hex()}' as c, 'x' as p, '2024-01-01' as t"
        )
    written.rename(path)


WRITERS = {
    ".csv": write_csv,
    ".tsv": write_ragged_csv,
    ".txt": write_utf16,
    ".csv.gz": write_packed,
    ".json": write_json,
    ".jsonl": write_bad_json,
    ".parquet": write_parquet,
    ".duckdb": write_duckdb,
}


def customers(folder: Path, path: str, more: str = "") -> set[str]:
    quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    (folder / "shop.yml").write_text(f"""
name: x
purchases:
  path: {quoted}
  columns: {{customer_id: c, product_id: p, purchased_at: t}}
{more}
""")
    with connect() as connection:
        attach_shop(connection, load_shop(folder / "shop.yml"), {})
        rows = connection.execute(
            "select customer_id, file from recsys_inputs.main.purchases"
        ).fetchall()
    for _, file in rows:
        assert (folder / file).is_file()  # the name that is written down is the file's own
    return {bytes.fromhex(customer).decode() for customer, _ in rows}


@pytest.fixture(scope="module", params=WRITERS)
def files(request, tmp_path_factory) -> tuple[Path, str, list[str]]:
    folder = tmp_path_factory.mktemp("names")
    names = NAMES if request.param == ".csv" else SOME
    for name in [*names, *BESIDE[:4], *BESIDE[6:7]]:
        WRITERS[request.param](folder / f"{name}{request.param}", name)
    return folder, request.param, names


def test_a_file_is_read_that_a_pattern_would_not_find(files):
    folder, ending, names = files
    more = "  table: t" if ending == ".duckdb" else ""
    for name in names:
        assert customers(folder, f"{name}{ending}", more) == {name}


@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet"])
@pytest.mark.parametrize(
    ("folder", "sibling"), [("f[1]", "f1"), ("f*", "fa"), ("f?", "fb"), ("\\[1]", "1")]
)
def test_a_folder_is_its_own_and_not_its_sibling(tmp_path, ending, folder, sibling):
    for name in (folder, sibling):
        (tmp_path / name).mkdir()
        WRITERS[ending](tmp_path / name / f"p{ending}", name)
    assert customers(tmp_path, f"{folder}/p{ending}") == {folder}
    assert customers(tmp_path, f"{folder}/*{ending}") == {folder}
    assert customers(tmp_path, str(tmp_path / folder / f"p{ending}")) == {folder}


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("orders/*.csv", {"orders/1.csv", "orders/2.csv", "orders/[3].csv"}),
        ("orders/[12].csv", {"orders/1.csv", "orders/2.csv"}),
        ("orders/?.csv", {"orders/1.csv", "orders/2.csv"}),
        ("orders/[3].csv", {"orders/[3].csv"}),
        ("*/2.csv", {"orders/2.csv", "other/2.csv"}),
        ("**/2.csv", {"orders/2.csv", "other/2.csv", "other/deep/2.csv"}),
        ("other/d[a-f]ep/*.csv", {"other/deep/2.csv"}),
        ("month[12]/*.csv", {"month1/p.csv", "month2/p.csv"}),
    ],
)
def test_patterns_of_a_shop_file_are_patterns(tmp_path, path, read):
    every = [
        *("orders/1.csv", "orders/2.csv", "orders/[3].csv", "other/2.csv", "other/deep/2.csv"),
        *("month1/p.csv", "month2/p.csv"),
    ]
    for name in every:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write_csv(tmp_path / name, name)
    (tmp_path / "month[12]").mkdir()  # has no such file: the pattern is meant
    assert customers(tmp_path, path) == read


def test_a_file_s_name_stays_whole_where_its_folder_s_path_comes_again(tmp_path):
    """The part before the shop's folder is cut once."""
    inner = tmp_path / "in" / str(tmp_path).lstrip("/")
    inner.mkdir(parents=True)
    write_parquet(inner / "p.parquet", "a")
    assert customers(tmp_path, str((inner / "p.parquet").relative_to(tmp_path))) == {"a"}


def test_a_copy_below_a_folder_like_a_partition_has_no_column_of_it(tmp_path, monkeypatch):
    temporary = tmp_path / "region=north" / "[1]"
    temporary.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    write_ragged_csv(tmp_path / "p.csv", "a")
    where = "  where: region = 'north'"
    with pytest.raises(ValueError, match="no column 'region'"):
        customers(tmp_path, "p.csv", where)


def test_init_looks_at_the_file_that_is_named(tmp_path):
    rows = "".join(f"u{n % 7},p{n % 5},2024-01-{n % 27 + 1:02}\n" for n in range(60))
    (tmp_path / "a[1].csv").write_text("customer_id,product_id,purchased_at\n" + rows)
    (tmp_path / "a1.csv").write_text("no,shop\n1,2\n")
    draft = draft_shop([tmp_path / "a[1].csv"], tmp_path / "shop.yml")
    assert [(table.name, table.path) for table in draft.tables] == [("purchases", "a[1].csv")]
    assert {column.source for column in draft.tables[0].columns} == {
        *("customer_id", "product_id", "purchased_at"),
    }
