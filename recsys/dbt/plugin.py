"""dbt-duckdb plugin: opens the shop file when dbt connects, so that plain `dbt build` reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from dbt_common.exceptions import DbtRuntimeError

from recsys import __version__
from recsys.blocks.fitted import FOLDER_VARIABLE
from recsys.errors import ShopFileError
from recsys.project import dbt_project_folder, setting_names
from recsys.publishing import serving_folder
from recsys.shop import DEFAULT_SHOP, attach_shop, load_shop
from recsys.shop.names import nearest, text


class ShopError(DbtRuntimeError, ShopFileError):
    """A shop file's error as one of dbt's own: it prints any other with a traceback."""

    def __str__(self, prefix: str = "") -> str:
        """Return the message alone."""
        return str(self.msg)


class Plugin(BasePlugin):
    """Makes the shop's inputs available as the dbt source `shop`."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keep the shop's name or path; it's read when dbt first connects."""
        self._shop = plugin_config.get("shop") or DEFAULT_SHOP

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Note which file connecting is about to make."""
        self._made = None if Path(creds.path).exists() else Path(creds.path)

        self._fitted = serving_folder(Path(creds.path)) / "fitted"

    def configure_cursor(self, cursor: Any) -> None:
        """Tell Python models where what is fitted for today is kept."""
        cursor.execute(f"set variable {FOLDER_VARIABLE} = {text(str(self._fitted))}")

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Attach the shop's views; a variable given on the command line wins over its settings."""
        try:
            self._attach(conn)
        except ShopFileError as error:
            conn.close()
            if self._made is not None:  # nothing was built: nothing is left behind
                self._made.unlink(missing_ok=True)
            raise ShopError(str(error)) from error

    def _attach(self, conn: duckdb.DuckDBPyConnection) -> None:
        flags = get_flags()  # type: ignore[no-untyped-call]
        shop = load_shop(self._shop)
        legal = setting_names()
        for name in shop.settings:
            if name not in legal:
                raise ShopFileError(f"settings: unknown setting '{name}'{nearest(name, legal)}")
        given = flags.VARS or {}
        if Path(flags.PROJECT_DIR).resolve() == dbt_project_folder().resolve():
            # a project that uses this one as a package has variables of its own
            for name in given:
                if name not in [*legal, "shop"]:
                    raise ShopFileError(f"--vars: unknown setting '{name}'{nearest(name, legal)}")
        settings = {name: value for name, value in shop.settings.items() if name not in given}
        overridden = {name: None for name in ("as_of", "timezone") if name in given}
        shop = shop.model_copy(update=overridden)
        attach_shop(conn, shop, {"package_version": __version__, **settings})
