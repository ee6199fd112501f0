"""Which tables and views of a build are published: those for readers, not the working tables."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from recsys.pipeline.fresh_file import Choice
from recsys.settings.project import MARKS
from recsys.storage.connections import connect

TAG = "published"
"""What `dbt_project.yml` tags the models with that are for readers; others make working tables."""
KEEP_ALL = "keep_working_tables"
KEEP_BUILDS = "keep_builds"
SETTINGS = "staging.stg_settings"

DAY_OF_UNDATED = """
select cast(folds.cutoff_at - interval 1 day as date)
from intermediate.int_folds as folds
cross join staging.stg_settings as settings
where folds.fold = 'serving' and settings.as_of is null and not exists (
    select 1 from intermediate.int_events as events
    where coalesce(events.occurred_at, events.returned_at) is not null
)
"""

Name = tuple[str, str]
"""Schema and name of a table or view."""


def published_choice(
    copy: Path, target: Path, variables: Mapping[str, object], models: Collection[str] | None = None
) -> Choice | None:
    """Return the choice of what a build publishes; None is everything.

    Of the schemas that hold working tables, only what a model tagged `published` made is chosen:
    what a model of before left there isn't. Of all other schemas everything is chosen, as tables of
    a user's own. What a chosen view reads is chosen, too.

    Parameters
    ----------
    copy
        What was built.
    target
        dbt's target folder, with the manifest of that build.
    variables
        Settings that were given; they win over those that the build wrote down.
    models
        Names of the models that are published instead, and nothing else.

    Raises
    ------
    duckdb.Error, OSError
        One of these can't be read.

    """
    with connect(copy, read_only=True) as connection:
        if models is None and _keeps_all(connection, variables):
            return None if not _has_marks(connection) else lambda *name: name != MARKS
        made = _models(target)
        if models is None:
            chosen = {name for name, tags in made.items() if TAG in tags}
            own = {schema for schema, _ in set(made) - chosen}
            chosen |= {name for name in _tables_and_views(connection) if name[0] not in own}
            chosen.discard(MARKS)
        else:
            chosen = {name for name in made if name[1] in models}
        chosen |= _read_by_views(connection, chosen)
    return lambda schema, name: (schema, name) in chosen


def kept_builds(copy: Path, variables: Mapping[str, object]) -> int:
    """Return how many earlier builds are to be kept: the setting keep_builds.

    Parameters
    ----------
    copy
        What was built.
    variables
        Settings that were given; they win over those that the build wrote down.

    """
    with connect(copy, read_only=True) as connection:
        return int(_setting(connection, KEEP_BUILDS, "integer", variables) or 0)


def day_of_undated_lines(copy: Path) -> date | None:
    """Return the day of a build if no line says when anything happened, else None.

    Such a shop is looked at on the day of the build, unless the setting as_of names one.
    """
    with connect(copy, read_only=True) as connection:
        try:
            found = connection.execute(DAY_OF_UNDATED).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):  # some models of a project ran
            return None
    return found[0][0] if found else None


def _has_marks(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether there is a table of the models that are finished: it is the build's own."""
    return MARKS in _tables_and_views(connection)


def _keeps_all(connection: duckdb.DuckDBPyConnection, variables: Mapping[str, object]) -> bool:
    return bool(_setting(connection, KEEP_ALL, "boolean", variables))


def _setting(
    connection: duckdb.DuckDBPyConnection, name: str, kind: str, variables: Mapping[str, object]
) -> Any:
    given = variables.get(name)
    if given is None:
        try:
            [(given,)] = connection.table(SETTINGS).project(name).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):  # some models of a project ran
            return None
    [(value,)] = connection.execute(f"select try_cast(? as {kind})", [str(given)]).fetchall()
    return value


def _models(target: Path) -> dict[Name, list[str]]:
    """Return the tags of the project's models."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return {
        (node["schema"], node["alias"]): node["config"]["tags"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }


def _tables_and_views(connection: duckdb.DuckDBPyConnection) -> list[Name]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where not internal "
        "union all select schema_name, view_name from duckdb_views() where not internal"
    ).fetchall()


def _read_by_views(connection: duckdb.DuckDBPyConnection, chosen: Collection[Name]) -> set[Name]:
    """Return the tables that the chosen views read, and the views that they read them through."""
    views = connection.execute(
        "select schema_name, view_name, sql from duckdb_views() where not internal"
    ).fetchall()
    texts = {(schema, name): sql for schema, name, sql in views}
    named = {_written(*name): name for name in _tables_and_views(connection)}
    read: set[Name] = set()
    waiting = [name for name in texts if name in chosen]
    while waiting:
        view = waiting.pop()
        try:
            tables = connection.get_table_names(f"from {_quoted(*view)}", qualified=True)
        except duckdb.Error:  # one that could not be read before either
            continue
        read |= {named[table] for table in map(_unquoted, tables) if table in named}
        through = {
            other for other in texts if other not in read | {view} and _names(texts[view], other)
        }
        read |= through
        waiting += through
    return read


def _names(sql: str, view: Name) -> bool:
    return bool(re.search(rf"(?<![\w.]){re.escape(_written(*view))}(?!\w)", _unquoted(sql)))


def _written(schema: str, name: str) -> str:
    return _unquoted(f"{schema}.{name}")


def _unquoted(text: str) -> str:
    return text.replace('"', "")


def _quoted(*parts: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
