"""Customers whom a setting names: builds write settings down, and these are taken out there."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from recsys.pipeline.customer_columns import NAMING_SETTING, Column
from recsys.storage.disk import write_failure
from recsys.storage.last_build import FILE as LAST_BUILD
from recsys.storage.names import quoted


def take_out_of_settings(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], ids: Collection[str]
) -> dict[str, int]:
    """Take customers out of the setting `audit_customer_ids`, wherever tables have it.

    It stands in a column of its name, and in JSON objects of all settings, such as `parameters`
    of `marts.run_history`.

    Returns
    -------
    dict
        How many rows of which table were changed.

    """
    changed: dict[str, int] = {}
    for column in columns:
        if str(column.kind) not in {"VARCHAR", "JSON"}:
            continue
        name = quoted(column.name)
        holds = f"{name} is not null"
        if column.name != NAMING_SETTING:
            holds = f"contains({name}, '\"{NAMING_SETTING}\"')"
        values = connection.execute(
            f"select distinct cast({name} as varchar) from {column.place} where {holds}"  # noqa: S608 - quoted
        ).fetchall()
        for (value,) in values:
            left = _left(value, ids, is_json=column.name != NAMING_SETTING)
            if left != value:
                [(rows,)] = connection.execute(
                    f"update {column.place} set {name} = $left where {name} = $value",  # noqa: S608 - quoted
                    {"left": left, "value": value},
                ).fetchall()
                changed[column.called] = changed.get(column.called, 0) + rows
    return changed


def take_out_of_last_build(work: Path, ids: Collection[str]) -> bool:
    """Take customers out of what the last build was told; return whether they were there.

    Raises
    ------
    RecsysError
        It can't be written.

    """
    file = work / LAST_BUILD
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        named = told["variables"][NAMING_SETTING]
    except (OSError, ValueError, KeyError, TypeError):  # there is none, or it names nobody
        return False
    left = _without(str(named), ids)
    if left == str(named):
        return False
    told["variables"][NAMING_SETTING] = left
    unfinished = file.with_suffix(".unfinished")
    try:
        unfinished.write_text(json.dumps(told), encoding="utf-8")
        unfinished.replace(file)
    except OSError as error:
        raise write_failure(f"can't write {file}, which names a customer", work, error) from error
    return True


def _left(value: str, ids: Collection[str], *, is_json: bool) -> str | None:
    if not is_json:
        return _without(value, ids)
    try:
        settings = json.loads(value)
        named = settings[NAMING_SETTING]
    except (ValueError, KeyError, TypeError):  # a text that only mentions it
        return value
    left = _without(named, ids) if isinstance(named, str) else named
    if left == named:
        return value
    settings[NAMING_SETTING] = left
    return json.dumps(settings, ensure_ascii=False, separators=(",", ":"))


def _without(listed: str, ids: Collection[str]) -> str | None:
    """Return a list of ids in one text without some of them; None where none is left."""
    given = [one.strip() for one in listed.split(",")]
    kept = [one for one in given if one not in ids]
    if len(kept) == len(given):
        return listed
    return ", ".join(kept) or None
