"""Single models run on tables made by hand: rendered from their source, without dbt."""

from collections.abc import Callable
from functools import partial
from typing import Any

import duckdb

from recsys.settings.project import dbt_project_folder
from scripts.sql_style.macros import environment, read_macros, return_


class Models:
    """Renders models whose references are tables of one connection, called like the models."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, **macros: str) -> None:
        """Take the connection, and what macros that need a database shall render."""
        self._connection = connection
        self._known: dict[str, Any] = {
            "ref": lambda name: name,
            "config": lambda **given: "",
            "return": return_,
        }
        self._known.update(read_macros(self._known))
        self._known.update({name: partial(str, text) for name, text in macros.items()})

    def define(self, name: str, macro: Callable[..., str]) -> None:
        """Let a macro that has arguments render something else."""
        self._known[name] = macro

    def make(self, name: str) -> None:
        """Make the table of a model."""
        [file] = (dbt_project_folder() / "models").rglob(f"{name}.sql")
        source = file.read_text(encoding="utf-8")
        sql = environment.from_string(source, globals=self._known).render()
        self._connection.execute(f"create or replace table {name} as {sql}")

    def fill(self, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
        """Make a table of rows; columns are declared as in `create table`."""
        self._connection.execute(f"create or replace table {name} ({columns})")
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            self._connection.executemany(f"insert into {name} values ({marks})", rows)  # noqa: S608
