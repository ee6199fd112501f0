"""A view of the shop's DuckDB file computes over its own tables; it reaches nothing else."""

from pathlib import Path

import duckdb
import pytest

from recsys.draft.assemble import draft_shop
from recsys.draft.files import look_at
from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop
from recsys.storage.connections import connect

SHOP = """
name: x
purchases:
  path: {path}
  table: {table}
  columns: {{customer_id: c, product_id: p, purchased_at: t}}
"""
HIDDEN = "what the machine keeps"


@pytest.fixture
def erp(tmp_path):
    """Return a function that makes views and macros in a shop's file."""
    (tmp_path / "secret.txt").write_text(HIDDEN)
    (tmp_path / "secret.csv").write_text(f"c,p,t\n{HIDDEN},x,2024-01-01\n")
    duckdb.sql(f"select '{HIDDEN}' as c, 'x' as p, 't' as t").write_parquet(
        str(tmp_path / "secret.parquet")
    )
    with duckdb.connect(tmp_path / "other.duckdb") as connection:
        connection.execute(f"create table t as select '{HIDDEN}' as c")

    def made(*statements: str) -> Path:
        with duckdb.connect(tmp_path / "erp.duckdb") as connection:
            connection.execute("""
                create table lines as
                select 'a' || n as c, 'p' as p, timestamp '2024-01-01' as t, n::hugeint as n
                from range(3) as numbers (n)
            """)
            for statement in statements:
                connection.execute(statement.replace("{here}", str(tmp_path)))
        return tmp_path / "erp.duckdb"

    return made


def read(path: Path, table: str, columns: str = "customer_id") -> list[tuple]:
    (path.parent / "shop.yml").write_text(SHOP.format(path=path.name, table=table))
    with connect() as connection:
        attach_shop(connection, load_shop(path.parent / "shop.yml"), {})
        return connection.execute(
            f"select {columns} from recsys_inputs.main.purchases order by row_number"  # noqa: S608
        ).fetchall()


@pytest.mark.parametrize(
    "statements",
    [
        ["create view v as select * from lines"],
        ["create view v as select * from main.lines"],
        ["create view v as select * from erp.main.lines"],
        ["create view u as select c, p, t from lines", "create view v as from u"],
        ["create macro plus(x) as x || ''", "create view v as select plus(c) c, p, t from lines"],
        ["create macro every() as table from lines", "create view v as from every()"],
        ["create view v as select c, p, t, sum(n) over () as total from lines"],
        ["create view v as from query('from lines')"],
        [
            "create table v (c varchar, p varchar, t timestamp, u varchar as (upper(c)))",
            "insert into v (c, p, t) select c, p, t from lines",
        ],
    ],
)
def test_what_computes_is_read(erp, statements):
    path = erp(*statements)
    assert read(path, "v") == [("a0",), ("a1",), ("a2",)]
    assert read(path, "v", "row_number") == [(1,), (2,), (3,)]


REACHING = {
    "read_text": "select content as c, 'x' as p, 't' as t from read_text('{here}/secret.txt')",
    "read_blob": "select content as c, 'x' as p, 't' as t from read_blob('{here}/secret.txt')",
    "read_csv": "from read_csv('{here}/secret.csv')",
    "a file's name": "from '{here}/secret.csv'",
    "read_parquet": "from read_parquet('{here}/secret.parquet')",
    "parquet_metadata": (
        "select stats_max as c, 'x' as p, 't' as t from parquet_metadata('{here}/secret.parquet')"
    ),
    "read_json": (
        "select json as c, 'x' as p, 't' as t from read_json_objects('{here}/secret.txt')"
    ),
    "sniff_csv": "select Prompt as c, 'x' as p, 't' as t from sniff_csv('{here}/secret.csv')",
    "glob": "select file as c, 'x' as p, 't' as t from glob('{here}/*')",
    "another database": (
        "select c, 'x' as p, 't' as t from read_duckdb('{here}/other.duckdb', table_name='t')"
    ),
    "a query in text": (
        "select content as c, 'x' as p, 't' as t "
        "from query('from read_text(''{here}/secret.txt'')')"
    ),
    "a query as JSON": (
        "select content as c, 'x' as p, 't' as t from json_execute_serialized_sql("
        "json_serialize_sql('from read_text(''{here}/secret.txt'')'))"
    ),
    "the installed extensions": (
        "select install_path as c, 'x' as p, 't' as t from duckdb_extensions()"
    ),
    "a macro": "select content as c, 'x' as p, 't' as t from told()",
    "a subquery of a macro": "select whole() as c, 'x' as p, 't' as t",
    "a view that reaches": "from reaching",
}


@pytest.mark.parametrize("case", REACHING)
def test_what_reaches_further_is_refused(erp, case):
    path = erp(
        "create macro told() as table from read_text('{here}/secret.txt')",
        "create macro whole() as (select max(content) from read_text('{here}/secret.txt'))",
        "create view reaching as select content as c, 'x' as p, 't' as t from told()",
        f"create view v as {REACHING[case]}",
    )
    with pytest.raises(ShopFileError) as refused:
        read(path, "v")
    assert HIDDEN not in str(refused.value)
    assert "can't read 'erp.duckdb': its 'v' can't be computed: Permission Error" in str(
        refused.value
    )
    assert "A view may compute with the tables of its own file and nothing else" in str(
        refused.value
    )


def test_a_variable_of_python_is_no_table(erp):
    lines = duckdb.sql("select 'z' as c, 'x' as p, 't' as t")  # noqa: F841 - what DuckDB would find
    path = erp("create table found as select 1", "create view v as select * from main.found")
    with duckdb.connect(path) as connection:
        connection.execute("create or replace view v as from lines")
        connection.execute("drop table lines cascade")
    with pytest.raises(ShopFileError, match=r"its 'v' can't be computed: Catalog Error"):
        read(path, "v")


def test_numbers_keep_their_type(erp):
    big = 2**100
    path = erp(f"create view v as select '{big}'::hugeint as c, p, t from lines limit 1")  # noqa: S608
    assert read(path, "v", "customer_id::varchar") == [(str(big),)]


def test_looking_at_a_file_computes_no_view(erp):
    path = erp("create view v as from read_csv('{here}/secret.csv')", "create schema s")
    assert [file.table for file in look_at(path)] == ["lines", "v"]


def test_a_view_that_can_t_be_computed_keeps_no_draft_from_the_others(erp, tmp_path):
    path = erp(
        "create table orders as select 'c' || n % 7 as customer_id, 'p' || n % 5 as product_id, "
        "date '2024-01-01' + (n % 28)::int as purchased_at from range(99) as numbers (n)",
        "create view v as select content from read_text('{here}/secret.txt')",
        "drop table lines",
    )
    draft = draft_shop([path], tmp_path / "shop.yml")
    assert [table.file.table for table in draft.tables] == ["orders"]
    [left] = draft.unused
    assert left.label == "erp.duckdb (v)"
    assert "can't be computed: Permission Error" in left.why


def test_the_shop_s_file_is_left_alone(erp):
    path = erp("create view v as from lines")
    before = path.read_bytes()
    read(path, "v")
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir() if "erp" in file.name) == [path.name]


@pytest.mark.parametrize("name", ["system", "temp", "memory", "recsys_inputs", "q\"uo'te"])
def test_a_shop_s_file_may_be_called_anything(erp, name):
    path = erp("create view v as from lines")
    moved = path.rename(path.with_name(f"{name}.duckdb"))
    (moved.parent / "shop.yml").write_text(
        SHOP.format(path="'" + moved.name.replace("'", "''") + "'", table="v")
    )
    with connect() as connection:
        attach_shop(connection, load_shop(moved.parent / "shop.yml"), {})
        found = connection.execute("select count(*) from recsys_inputs.main.purchases").fetchall()
    assert found == [(3,)]
