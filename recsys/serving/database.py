"""The in-memory database of a block: shared tables once, rows of customers per block."""

# ruff: noqa: S608, S102 - what runs are the project's own models
from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pyarrow as pa

from recsys.recommenders.fitted_models import (
    BLOCK_VARIABLE,
    FOLDER_VARIABLE,
    HISTORIES_VARIABLE,
    FittedModels,
)
from recsys.serving.plan import BlockModel, BlockPlan
from recsys.storage.connections import connect, limit_memory
from recsys.storage.names import file_text, quoted, text
from recsys.storage.relations import Relation


class BlockResult(NamedTuple):
    """Rows written and seconds taken by a block."""

    rows: dict[str, int]
    """Rows of each table served."""
    seconds: dict[str, float]
    """CPU seconds of each model."""


class BlockDatabase:
    """An in-memory database that runs a plan for one block of customers after another."""

    def __init__(
        self, plan: BlockPlan, shared: Mapping[str, Path], fitted: FittedModels, spill: Path
    ) -> None:
        """Open it and read the tables that all blocks share.

        Parameters
        ----------
        plan
            What is run for each block.
        shared
            Parquet files by the name of the table.
        fitted
            The recommenders fitted for today.
        spill
            Folder for what doesn't fit into memory.

        """
        self._plan = plan
        self._schemas = {name: schema for schema, name in (*plan.inputs, *plan.filled)}
        self._schemas |= {model.name: model.schema for model in plan.models}
        self._shared = frozenset(shared)
        self._views = frozenset(model.name for model in plan.models if model.is_view)
        self._reads, self._read_last_by = plan.reads_of(), plan.read_last_by()
        self._connection = connect(spill=spill)
        execute = self._connection.execute
        limit_memory(self._connection)
        execute("set threads = 1")  # as many blocks as there are processes run at once
        execute("set timezone = 'UTC'")
        execute(f"attach ':memory:' as {quoted(plan.catalog)}")
        execute(f"use {quoted(plan.catalog)}")
        execute(f"set variable {FOLDER_VARIABLE} = {text(str(fitted.folder))}")
        execute(f"set variable {BLOCK_VARIABLE} = true")
        execute(f"set variable {HISTORIES_VARIABLE} = {str(fitted.other_histories).lower()}")
        for schema in sorted(set(self._schemas.values())):
            execute(f"create schema if not exists {quoted(schema)}")
        for name, file in shared.items():
            self._read(name, file)

    def run(self, rows: Mapping[str, Path], wanted: Mapping[Path, str]) -> BlockResult:
        """Run the plan for a block and write tables of it.

        Parameters
        ----------
        rows
            Parquet files of the block's rows by the name of the table.
        wanted
            Names of the tables to write by the Parquet file.

        """
        seconds = {}
        for name, file in rows.items():
            self._read(name, file)
        needed = self._shared.union(wanted.values(), *(self._reads[n] for n in wanted.values()))
        for model in self._plan.models:
            started = time.process_time()
            self._run_model(model)
            for name in self._read_last_by.get(model.name, frozenset()) - needed:
                self._drop(name)  # what comes next needs its room
            seconds[model.name] = time.process_time() - started
        counts = {}
        for file, name in wanted.items():
            unfinished = file.with_name(f"{file.name}.{uuid4().hex}")
            [(counts[name],)] = self._connection.execute(
                f"copy {self._place(name)} to {text(str(unfinished))} (format parquet)"
            ).fetchall()
            unfinished.replace(file)
        for name in [*rows, *(model.name for model in self._plan.models)]:
            self._drop(name)
        return BlockResult(counts, seconds)

    def close(self) -> None:
        """Close it; its tables are gone."""
        self._connection.close()

    def _place(self, name: str) -> str:
        return f"{quoted(self._schemas[name])}.{quoted(name)}"

    def _drop(self, name: str) -> None:
        if name not in self._views:
            self._connection.execute(f"drop table if exists {self._place(name)}")

    def _read(self, name: str, file: Path) -> None:
        self._connection.execute(
            f"create or replace table {self._place(name)} as from read_parquet({file_text(file)})"
        )

    def _run_model(self, model: BlockModel) -> None:
        if model.language == "sql":
            kind = "view" if model.is_view else "table"
            self._connection.execute(
                f"create or replace {kind} {self._place(model.name)} as {model.code}"
            )
        else:
            self._run_python(model)

    def _run_python(self, model: BlockModel) -> None:
        defined: dict[str, Any] = {}
        exec(compile(model.code, f"{model.name}.py", "exec"), defined)
        made = defined["model"](_Dbt(self), self._connection)
        table = made.read_all() if isinstance(made, pa.RecordBatchReader) else made
        self._connection.register("made", table)
        self._connection.execute(
            f"create or replace table {self._place(model.name)} as select * from made"
        )
        self._connection.unregister("made")

    def relation(self, name: str) -> Relation:
        """Return a table of the block."""
        return self._connection.sql(f"select * from {self._place(name)}")


class _Dbt:
    """What a dbt Python model asks of dbt: relations and configuration."""

    def __init__(self, database: BlockDatabase) -> None:
        self._database = database
        self.config = self

    def ref(self, name: str) -> Relation:
        return self._database.relation(name)

    def get(self, key: str, default: Any = None) -> Any:
        """Parameters count when a recommender is fitted, which it was before."""
        del key
        return default
