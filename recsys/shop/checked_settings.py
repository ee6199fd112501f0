"""Settings are checked before anything is read, by the SQL that checks them in a build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from recsys.errors import InvalidParameterError, ShopFileError
from recsys.settings.macros import environment, read_macros, return_
from recsys.settings.model import Settings
from recsys.settings.project import dbt_project_folder, setting_names
from recsys.shop.file import Shop
from recsys.shop.sources import CATALOG, attach_facts
from recsys.storage.connections import connect
from recsys.storage.names import nearest

MODEL = "stg_settings"
"""The model that reads the settings, and refuses those that aren't legal."""


def effective(shop: Shop, variables: Mapping[str, object]) -> tuple[Shop, dict[str, object]]:
    """Return a shop and the settings of its file as they count beside variables, which win.

    Raises
    ------
    ShopFileError
        The shop file names a setting that there isn't.

    """
    legal = setting_names()
    for name in shop.settings:
        if name not in legal:
            raise ShopFileError(f"settings: unknown setting '{name}'{nearest(name, legal)}")
    settings: dict[str, object] = {
        name: value for name, value in shop.settings.items() if name not in variables
    }
    overridden = {name: None for name in ("as_of", "timezone") if name in variables}
    return shop.model_copy(update=overridden), settings


def check_settings(shop: Shop, variables: Mapping[str, object]) -> None:
    """Refuse what a build of a shop would refuse of its settings.

    Parameters
    ----------
    shop
        The shop file.
    variables
        Settings by name; they win over the shop file's.

    Raises
    ------
    ShopFileError
        The shop file names a setting that there isn't.
    InvalidParameterError
        A variable isn't a setting, or a value isn't legal: by itself, or beside others.

    """
    legal = setting_names()
    for name in variables:
        if name not in legal:
            raise InvalidParameterError(f"unknown setting '{name}'{nearest(name, legal)}")
    counted, settings = effective(shop, variables)
    with connect() as connection:
        connection.execute(f"attach ':memory:' as {CATALOG}")
        attach_facts(connection, counted, settings)
        try:
            connection.execute(_query(variables)).fetchall()
        except duckdb.InvalidInputException as error:
            raise InvalidParameterError(str(error).partition(": ")[2]) from None


def _query(variables: Mapping[str, object]) -> str:
    """Return the model's SQL as dbt renders it where these variables are given."""
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    values = {**defaults, **variables}

    def variable(name: str) -> object:
        value = values[name]
        return "" if value is None else value

    known: dict[str, Any] = {
        "source": lambda _, table: f"{CATALOG}.main.{table}",
        "config": lambda **_: "",
        "var": variable,
        "return": return_,
    }
    known.update(read_macros(known))
    file = dbt_project_folder() / "models" / "staging" / f"{MODEL}.sql"
    return environment.from_string(file.read_text(encoding="utf-8"), globals=known).render()
