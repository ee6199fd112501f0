"""The dbt project as dbt compiled it, run without dbt: a small shop is built in seconds.

Of a small shop's build dbt takes most of the time: for each of 300 nodes it compiles templates,
logs events and looks at the database. Here the same compiled SQL and the same Python models run one
after the other, and after them the same tests of the tables. What dbt itself does, such as
publishing, failing with a message and building anew, is tested with whole builds.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pyarrow as pa
import pytest

from recsys import __version__
from recsys.dbt import serving
from recsys.errors import RecsysError
from recsys.pipeline.build_failure import core_message
from recsys.recommenders.fitted_models import FOLDER_VARIABLE
from recsys.shop import attach_shop, load_shop
from recsys.storage.names import quoted, text
from recsys.storage.work_folder import serving_folder

Node = dict[str, Any]


class CompiledProject:
    """Models and tests of the project, in the order in which they can be run."""

    def __init__(self, target: Path) -> None:
        """Read what `dbt compile` wrote to its target folder."""
        self.manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        nodes: dict[str, Node] = self.manifest["nodes"]
        parents = {
            key: [parent for parent in node["depends_on"]["nodes"] if parent in nodes]
            for key, node in nodes.items()
        }
        ordered = [nodes[key] for key in TopologicalSorter(parents).static_order()]
        self.target = target
        self.nodes = nodes
        self._macros = {key: macro["macro_sql"] for key, macro in self.manifest["macros"].items()}
        self.models = [node for node in ordered if node["resource_type"] == "model"]
        self.tests = [node for node in ordered if node["resource_type"] == "test"]

    def build(
        self, shop: Path, database: Path, variables: Mapping[str, object] | None = None
    ) -> list[str]:
        """Build every table of a shop in a file called recsys.duckdb; return which tests warn.

        Raises:
            RecsysError: a model fails.
            AssertionError: a test of the tables fails.

        """
        with self.opened(shop, database, variables) as connection:
            for node in self.models:
                self.make(connection, node)
            found = {node["name"] for node in self.tests if rows_found(connection, node)}
        warns = {
            node["name"] for node in self.tests if node["config"]["severity"].lower() == "warn"
        }
        assert found - warns == set()
        return sorted(found)

    @contextmanager
    def opened(
        self, shop: Path, database: Path, variables: Mapping[str, object] | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a database as dbt's profile and our plugin do, with the shop's files attached."""
        loaded = load_shop(shop)
        settings = loaded.settings | dict(variables or {})
        fitted = serving_folder(database) / "fitted"
        fitted.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(database) as connection, pytest.MonkeyPatch.context() as patch:
            patch.setattr(serving, "compiled_models", lambda: self.target)
            connection.execute("set timezone = 'UTC'")
            connection.execute("set threads = 2")
            connection.execute(f"set variable {FOLDER_VARIABLE} = {text(str(fitted))}")
            for schema in sorted({node["schema"] for node in self.models}):
                connection.execute(f"create schema if not exists {quoted(schema)}")
            attach_shop(connection, loaded, {"package_version": __version__, **settings})
            connection.execute("use recsys")
            yield connection

    def make(
        self, connection: duckdb.DuckDBPyConnection, node: Node, code: str | None = None
    ) -> None:
        """Make a model's table or view, of other code than its own where that is given."""
        try:
            for hook in self._hooks(node):
                connection.execute(hook)
            _make(connection, node, code or node["compiled_code"])
        except duckdb.Error as error:
            raise RecsysError(f"{node['name']}: {core_message(str(error))}") from error

    def upstream(self, names: Iterable[str]) -> list[Node]:
        """Return the models that nodes need, each after those that it needs itself."""
        wanted = {key for key, node in self.nodes.items() if node["name"] in set(names)}
        waiting = set(wanted)
        while waiting:
            waiting = {
                parent for key in waiting for parent in self.nodes[key]["depends_on"]["nodes"]
            } & (self.nodes.keys() - wanted)
            wanted |= waiting
        return [node for node in self.models if node["unique_id"] in wanted]

    def _hooks(self, node: Node) -> list[str]:
        """Return what runs before a model: macros that need nothing of dbt."""
        macros = [self._macros[key] for key in node["depends_on"]["macros"] if ".recsys." in key]
        environment = jinja2.Environment(autoescape=False)  # noqa: S701 - SQL
        return [
            environment.from_string("\n".join([*macros, hook["sql"]])).render()
            for hook in node["config"]["pre-hook"]
        ]


def rows_found(connection: duckdb.DuckDBPyConnection, node: Node) -> int:
    """Return how many rows a test of the tables finds; none is right."""
    [(rows,)] = connection.execute(f"select count(*) from ({node['compiled_code']})").fetchall()  # noqa: S608
    return int(rows)


def _make(connection: duckdb.DuckDBPyConnection, node: Node, code: str) -> None:
    place = node["relation_name"]
    if node["language"] == "python":
        _make_in_python(connection, place, code)
    elif node["config"]["materialized"] == "view":
        connection.execute(f"create or replace view {place} as {code}")
    elif not node["contract"]["enforced"]:
        connection.execute(f"create or replace table {place} as {code}")
    else:
        is_kept = node["config"]["materialized"] == "incremental"
        create = "create table if not exists" if is_kept else "create or replace table"
        _make_as_agreed(connection, f"{create} {place}", place, code, node["columns"].values())


def _make_in_python(connection: duckdb.DuckDBPyConnection, place: str, code: str) -> None:
    defined: dict[str, Any] = {}
    exec(compile(code, place, "exec"), defined)  # noqa: S102 - the project's own model
    load: Callable[[str], Any] = lambda name: connection.query(f"select * from {name}")  # noqa: E731, S608
    made = defined["model"](defined["dbtObj"](load), connection)
    rows = _read(made) if isinstance(made, pa.RecordBatchReader) else made
    connection.register("made", rows)
    connection.execute(f"create or replace table {place} as select * from made")  # noqa: S608
    connection.unregister("made")


def _read(reader: pa.RecordBatchReader) -> pa.Table:
    """Return all rows; batches may differ in which columns may be null, as DuckDB allows."""
    batches = [pa.record_batch(batch.columns, batch.schema.names) for batch in reader]
    return pa.Table.from_batches(batches) if batches else reader.schema.empty_table()


def _make_as_agreed(
    connection: duckdb.DuckDBPyConnection, create: str, place: str, code: str, columns: Any
) -> None:
    """Make a table with a contract, which a query of other columns or types breaks."""
    declared = ", ".join(
        f"{quoted(column['name'])} {column['data_type']}"
        + (" not null" if {"not_null"} & {one["type"] for one in column["constraints"]} else "")
        for column in columns
    )
    names = ", ".join(quoted(column["name"]) for column in columns)
    connection.execute(f"{create} ({declared})")
    query = f"select {names} from ({code}) as made"  # noqa: S608
    agreed = _types(connection, f"select * from {place}")  # noqa: S608
    assert _types(connection, query) == agreed, place
    connection.execute(f"insert into {place} {query}")


def _types(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[str, str]]:
    rows = connection.execute(f"describe {query}").fetchall()
    return [(name, kind) for name, kind, *_ in rows]
