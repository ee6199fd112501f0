"""A database is a file, by a name under which its tables can be asked for."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from recsys.dbt.plugin import FileError, Plugin
from recsys.errors import DatabaseError
from recsys.pipeline.build import build
from recsys.storage.database_name import SCHEMAS
from recsys.storage.opening import open_read_only
from recsys.tuning.database import Wishes, prepare

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@pytest.fixture
def special(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    return {
        tmp_path / "pipe": "is a pipe",
        tmp_path / "folder": "is a folder",
        Path("/dev/null"): "is a device",
    }


def plugin_for(path: Path, called: str | None = None) -> tuple[Plugin, SimpleNamespace]:
    credentials = SimpleNamespace(path=str(path), database=called or path.name.partition(".")[0])
    plugin = Plugin("recsys", {"shop": "complete_journey"})
    plugin.initialize({})
    return plugin, credentials


def test_what_is_no_file_is_refused_and_stays(special):
    for path, what in special.items():
        before = path.stat().st_mode
        with pytest.raises(DatabaseError, match=f"{path} {what}, and a database is a file"):
            build(None, path)
        with pytest.raises(DatabaseError, match=what):
            open_read_only(path)
        with pytest.raises(DatabaseError, match=what):
            prepare(path, Wishes())
        plugin, credentials = plugin_for(path)
        with pytest.raises(FileError, match=what):
            plugin.update_connection_config(credentials, {})
        assert path.stat().st_mode == before
        assert not (path.parent / ".recsys").exists()


def test_a_link_to_what_is_no_file_is_refused_and_stays(special, tmp_path):
    link = tmp_path / "link.duckdb"
    link.symlink_to("/dev/null")
    with pytest.raises(DatabaseError, match="is a device"):
        build(None, link)
    circle = tmp_path / "circle.duckdb"
    circle.symlink_to(circle)
    with pytest.raises(DatabaseError, match=r"circle\.duckdb can't be a database"):
        build(None, circle)


@pytest.mark.parametrize(
    "name", ["marts.duckdb", "Staging.2024.db", ".tuning", "a?b.db", "a#b/c.db"]
)
def test_a_name_under_which_no_table_could_be_asked_for_is_refused(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    with pytest.raises(DatabaseError, match="choose another name for the file"):
        build(None, path)
    assert not (path.parent / ".recsys").exists()
    duckdb.connect(tmp_path / "good.duckdb").close()
    (tmp_path / "good.duckdb").rename(path)
    with pytest.raises(DatabaseError, match="choose another name for the file"):
        open_read_only(path)


def test_duckdb_can_t_ask_such_a_file(tmp_path):
    """The reason for refusing the names of schemas: should it be gone, so can the rule."""
    with duckdb.connect(tmp_path / "marts.duckdb") as connection:
        connection.execute("create schema marts; create table marts.marts.one as select 1 as one")
        with pytest.raises(duckdb.BinderException, match="Ambiguous"):
            connection.execute("from marts.one")


@pytest.mark.parametrize("name", ["it's.duckdb", 'a"b.duckdb', "system.duckdb", "temp.duckdb"])
def test_plain_dbt_refuses_names_that_it_can_t_quote(tmp_path, name):
    path = tmp_path / name
    plugin, credentials = plugin_for(path)
    plugin.update_connection_config(credentials, {})
    with pytest.raises(FileError, match=r"a name that dbt can't use: .*recsys build"):
        plugin.configure_connection(duckdb.connect(path))
    assert not path.exists(), "nothing was built: nothing is left"


def test_plain_dbt_doesn_t_write_to_a_file_that_was_replaced_while_it_was_opened(tmp_path):
    path = tmp_path / "shop.duckdb"
    for name in ("shop", "next"):
        duckdb.connect(tmp_path / f"{name}.duckdb").close()
    plugin, credentials = plugin_for(path)
    plugin.update_connection_config(credentials, {})
    opened = duckdb.connect(path)
    (tmp_path / "next.duckdb").replace(path)
    with pytest.raises(FileError, match="was replaced by a build just now: run dbt again"):
        plugin.configure_connection(opened)
    assert path.exists()


def test_plain_dbt_says_who_uses_the_file(built, held):
    plugin, credentials = plugin_for(built)
    with pytest.raises(FileError, match=f"in use by process {held}"):
        plugin.update_connection_config(credentials, {})


def test_the_schemas_are_those_of_the_project():
    project = Path(__file__).parents[2] / "dbt_project" / "dbt_project.yml"
    written = {
        line.partition("+schema:")[2].strip()
        for line in project.read_text("utf-8").splitlines()
        if "+schema:" in line
    }
    assert written <= SCHEMAS
