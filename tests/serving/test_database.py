"""A block runs SQL and Python models over its rows, one block after another."""

from concurrent.futures import Future

import duckdb
import pyarrow.parquet as pq
import pytest

from recsys.compute import workers
from recsys.errors import InvalidParameterError, RecsysError
from recsys.recommenders.fitted_models import FittedModels
from recsys.serving.block_files import BlockFiles
from recsys.serving.database import BlockDatabase
from recsys.serving.engines import run_blocks
from recsys.serving.plan import BlockModel, BlockPlan
from recsys.serving.work import BlockTables, BlockWork

DOUBLED = """
def model(dbt, session):
    assert dbt.config.get("parameters") is None
    return dbt.ref("spend").project("customer, 2 * total as doubled").to_arrow_table()
"""
PLAN = BlockPlan(
    catalog="my shop",
    models=(
        BlockModel(
            "mid",
            "spend",
            "sql",
            'select customer, sum(price * quantity) as total from "my shop"."raw"."lines" '
            'inner join "my shop"."raw"."prices" using (product) group by customer',
            is_view=True,
        ),
        BlockModel("mid", "doubled", "python", DOUBLED, is_view=False),
    ),
    inputs=(("raw", "lines"), ("raw", "prices")),
    filled=(),
)
LINES = {
    0: "(values ('ann', 'tea', 2), ('ann', 'jam', 1), ('bob', 'tea', 1))",
    1: "(values ('cat', 'jam', 3))",
    2: "(select 'x', 'y', 1 where false)",
}


@pytest.fixture
def files(tmp_path):
    found = BlockFiles(tmp_path / "it's [here]")
    found.shared("prices").parent.mkdir(parents=True)
    write("(values ('tea', 5), ('jam', 2)) as t (product, price)", found.shared("prices"))
    return found


def write(query, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"from {query}").write_parquet(str(path))


def write_rows(files):
    return lambda block: write(
        f"{LINES[block]} as t (customer, product, quantity)", files.rows(block, "lines")
    )


def test_every_block_has_rows_of_its_own(files, tmp_path):
    database = BlockDatabase(
        PLAN, {"prices": files.shared("prices")}, FittedModels(files.fitted), files.spill
    )
    served = {}
    for block in LINES:
        write_rows(files)(block)
        file = tmp_path / f"{block}.parquet"
        result = database.run({"lines": files.rows(block, "lines")}, {file: "doubled"})
        served[block] = sorted(duckdb.read_parquet(str(file)).fetchall())
        assert result.rows == {"doubled": len(served[block])}
        assert set(result.seconds) == {"spend", "doubled"}
    database.close()
    assert served == {0: [("ann", 24), ("bob", 10)], 1: [("cat", 12)], 2: []}


COUNT_TABLES = """
def model(dbt, session):
    names = "string_agg(table_name, ',' order by table_name) as names"
    return session.sql(f"select {names} from duckdb_tables()").to_arrow_table()
"""


def test_what_nothing_reads_any_more_makes_room_and_what_is_wanted_stays(files, tmp_path):
    def table(name, *reads):
        return BlockModel(
            "mid", name, "sql", "select 1 as one", is_view=False, reads=frozenset(reads)
        )

    plan = BlockPlan(
        catalog="my shop",
        models=(
            table("first", "lines", "prices"),
            BlockModel(
                "mid",
                "seen",
                "sql",
                'from "my shop"."mid"."first"',
                is_view=True,
                reads=frozenset({"first"}),
            ),
            table("second", "first", "seen"),
            table("third", "second"),
            BlockModel("mid", "left", "python", COUNT_TABLES, False, frozenset({"third"})),
        ),
        inputs=(("raw", "lines"), ("raw", "prices")),
        filled=(),
    )
    write_rows(files)(0)
    rows = {"lines": files.rows(0, "lines")}
    left = tmp_path / "left.parquet"
    database = BlockDatabase(
        plan, {"prices": files.shared("prices")}, FittedModels(files.fitted), files.spill
    )
    database.run(rows, {left: "left"})
    assert duckdb.read_parquet(str(left)).fetchall() == [("prices,third",)]
    database.run(rows, {left: "left", tmp_path / "seen.parquet": "seen"})
    assert duckdb.read_parquet(str(left)).fetchall() == [("first,prices,third",)]
    assert duckdb.read_parquet(str(tmp_path / "seen.parquet")).fetchall() == [(1,)]
    database.close()


def test_blocks_run_in_their_order_and_leave_what_they_serve(files, monkeypatch):
    monkeypatch.setenv("RECSYS_JOBS", "1")
    work = BlockWork(PLAN, files, BlockTables(("prices",), ("lines",), ("doubled",)))
    results = list(run_blocks("local", work, list(LINES), write_rows(files)))
    assert [(block, result.rows["doubled"]) for block, result in results] == [
        (0, 2),
        (1, 1),
        (2, 0),
    ]
    assert duckdb.read_parquet(str(files.served("doubled", 1))).fetchall() == [("cat", 12)]
    assert [file for file in (files.folder / "rows").rglob("*") if file.is_file()] == []
    assert list((files.folder / "served").rglob("*.parquet.*")) == []


def test_a_block_reads_no_folder_that_its_own_is_a_pattern_of(files, tmp_path, monkeypatch):
    """DuckDB reads `[here]` as one of these letters: the customers there are another shop's."""
    monkeypatch.setenv("RECSYS_JOBS", "1")
    others = BlockFiles(tmp_path / "it's h")
    write("(values ('tea', 1000)) as t (product, price)", others.shared("prices"))
    write("(values ('eve', 'tea', 1)) as t (customer, product, quantity)", others.rows(1, "lines"))
    work = BlockWork(PLAN, files, BlockTables(("prices",), ("lines",), ("doubled",)))
    list(run_blocks("local", work, [1], write_rows(files)))
    with pq.ParquetFile(files.served("doubled", 1)) as served:
        assert served.read().to_pylist() == [{"customer": "cat", "doubled": 12}]


def test_a_second_serving_reads_the_tables_of_its_own(files, monkeypatch):
    """As when a process builds twice: workers, and this process, live on."""
    monkeypatch.setenv("RECSYS_JOBS", "1")
    for price, doubled in ((5, 24), (6, 28)):
        write(
            f"(values ('tea', {price}), ('jam', 2)) as t (product, price)", files.shared("prices")
        )
        work = BlockWork(PLAN, files, BlockTables(("prices",), ("lines",), ("doubled",)))
        list(run_blocks("local", work, [0], write_rows(files)))
        served = duckdb.read_parquet(str(files.served("doubled", 0))).fetchall()
        assert ("ann", doubled) in served


def test_after_a_block_that_fails_no_other_begins(files, monkeypatch):
    """It would write among the files of the build after it."""
    started: list[Future] = []

    def submit(function, work, block):
        started.append(Future())
        if block == 0:
            started[0].set_exception(RecsysError("the disk is full"))
        return started[-1]

    monkeypatch.setattr(workers, "submit", submit)
    work = BlockWork(PLAN, files, BlockTables(("prices",), ("lines",), ("doubled",)))
    with pytest.raises(RecsysError, match="the disk is full"):
        list(run_blocks("local", work, [0, 1, 2], lambda block: None))
    assert len(started) > 1
    assert all(future.cancelled() for future in started[1:])


def test_a_table_that_is_served_can_be_kept_for_a_look_as_well(files, monkeypatch):
    monkeypatch.setenv("RECSYS_JOBS", "1")
    work = BlockWork(PLAN, files, BlockTables(("prices",), ("lines",), ("doubled",), ("doubled",)))
    [(_, result)] = run_blocks("local", work, [1], write_rows(files))
    assert result.rows == {"doubled": 1}
    for file in (files.served("doubled", 1), files.kept("doubled", 1)):
        assert duckdb.read_parquet(str(file)).fetchall() == [("cat", 12)]


def test_an_engine_that_is_none_is_refused(files):
    work = BlockWork(PLAN, files, BlockTables((), (), ()))
    with pytest.raises(InvalidParameterError, match="engine is 'ray'; use one of local, spark"):
        run_blocks("ray", work, [0], lambda block: None)
