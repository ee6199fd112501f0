"""The file that a build leaves: others can open it, now and after an accident."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

READ = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print(connection.execute("select count(*) from marts.recommendations").fetchall()[0][0])
"""

KILLED = """
import os, signal, subprocess, sys
from pathlib import Path
from recsys.pipeline.build import build
from recsys.pipeline.build_events import NodeStarted

def watch(event):
    if isinstance(event, NodeStarted) and event.name == "rec_hybrid":
        command = [sys.executable, "-c", "from recsys.cli import main; main()", "status"]
        command += ["--database", database]
        ran = subprocess.run(command, capture_output=True, text=True)
        print(ran.returncode, ran.stdout + ran.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

shop, database = sys.argv[1:]
build(shop, Path(database), progress=watch)
"""


def python(code: str, *arguments: object, **options) -> subprocess.CompletedProcess:
    return subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def test_another_process_reads_it_right_after_the_build(builder, tiny_database, query):
    ran = python(READ, tiny_database)
    [(rows,)] = query("select count(*) from marts.recommendations")
    assert ran.stdout == f"{rows}\n", ran.stderr


def test_the_format_is_one_that_duckdb_1_reads(tiny_database):
    """Bytes 12 to 20 of the file are its storage version; DuckDB 1.4 and 1.5 read 64 to 68."""
    assert 64 <= int.from_bytes(tiny_database.read_bytes()[12:20], "little") <= 68


def test_every_public_column_is_described_in_the_database(query):
    rows = query("""
        select table_name, column_name from duckdb_columns()
        where schema_name = 'marts' and coalesce(comment, '') = ''
    """)
    assert rows == []
    rows = query("""
        select table_name, comment from duckdb_tables() where schema_name = 'marts'
        union all select view_name, comment from duckdb_views() where schema_name = 'marts'
    """)
    assert len(rows) >= 17
    assert [table for table, comment in rows if "Grain:" not in (comment or "")] == []


def test_nothing_of_the_inputs_is_left_behind(tiny_database, tiny_shop):
    told = json.loads(tiny_database.with_name("told.json").read_text(encoding="utf-8"))
    assert told["left_behind"] == []
    content = tiny_database.read_bytes()
    for folder in (told["shop"], str(tiny_shop)):
        assert folder.encode() not in content


@pytest.mark.slow
def test_a_killed_build_leaves_a_file_that_opens_and_builds_again(
    builder, tiny_database, tiny_shop, tmp_path
):
    database = tmp_path / "killed.duckdb"
    shutil.copy(tiny_database, database)
    [(before,)] = builder.ask(tiny_database)("select count(*) from marts.recommendations")

    (tmp_path / "temporary").mkdir()
    environment = os.environ | {"RECSYS_JOBS": "1", "TMPDIR": str(tmp_path / "temporary")}
    ran = python(KILLED, tiny_shop / "shop.yml", database, env=environment)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    assert ran.stdout.startswith("0 "), ran.stdout  # whoever read it meanwhile could
    assert database.read_bytes() == tiny_database.read_bytes()
    assert list((tmp_path / "temporary").iterdir()) == []

    ran = python(READ, database)
    assert ran.stdout == f"{before}\n", ran.stderr
    again = builder.build(tiny_shop, onto=database)
    assert builder.ask(again)("select count(*) from marts.run_history") == [(2,)]


@pytest.mark.slow
def test_duckdb_1_opens_it(tiny_database, tmp_path):
    """As the drivers inside BI tools do; needs the package index."""
    place = tmp_path / "packages"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(place), "duckdb==1.5.5"]
    subprocess.run(pip, check=True, capture_output=True)  # noqa: S603
    code = "import duckdb; assert duckdb.__version__ == '1.5.5'" + READ
    ran = python(code, tiny_database, env=os.environ | {"PYTHONPATH": str(place)})
    assert ran.returncode == 0, ran.stderr
    with duckdb.connect(tiny_database, read_only=True) as connection:
        rows = connection.execute("select count(*) from marts.recommendations").fetchall()
    assert ran.stdout == f"{rows[0][0]}\n"


def test_the_committed_files_are_those_of_the_generator(tiny_shop, tmp_path):
    shutil.copy(tiny_shop / "generate.py", tmp_path)
    subprocess.run([sys.executable, tmp_path / "generate.py"], check=True)  # noqa: S603
    for name in ("purchases.csv", "products.csv", "customers.csv"):
        assert (tmp_path / name).read_bytes() == Path(tiny_shop / name).read_bytes(), name
