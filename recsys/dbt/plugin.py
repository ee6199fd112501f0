"""dbt-duckdb plugin: opens the shop file when dbt connects, so that plain `dbt build` reads it."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from dbt_common.exceptions import DbtRuntimeError

from recsys import __version__
from recsys.errors import DatabaseError, ShopFileError
from recsys.recommenders.fitted_models import FOLDER_VARIABLE
from recsys.settings.project import MARKS, RUN_VARIABLE, dbt_project_folder, setting_names
from recsys.shop import DEFAULT_SHOP, attach_shop, load_shop
from recsys.shop.checked_settings import effective
from recsys.storage.connections import NO_LOADING, connect, forbid_extensions
from recsys.storage.database_name import refuse_name, refuse_special_file
from recsys.storage.file_state import is_same_file, state_of
from recsys.storage.forgotten import Forgotten, list_of, write_table
from recsys.storage.names import nearest, text
from recsys.storage.opening import explain_open_failure
from recsys.storage.ownership import keep_out
from recsys.storage.scratch import Scratch, scratch_of
from recsys.storage.work_folder import past_folder, serving_folder, work_folder_of
from recsys.terminal import printable


class ShopError(DbtRuntimeError, ShopFileError):
    """A shop file's error as one of dbt's own: it prints any other with a traceback."""

    def __str__(self, prefix: str = "") -> str:
        """Return the message alone."""
        return str(self.msg)


class FileError(DbtRuntimeError, DatabaseError):
    """A database's error as one of dbt's own."""

    __str__ = ShopError.__str__


class Plugin(BasePlugin):
    """Makes the shop's inputs available as the dbt source `shop`."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keep the shop's name or path; it's read when dbt first connects."""
        self._shop = plugin_config.get("shop") or DEFAULT_SHOP

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Note which file connecting is about to open or make; refuse what can't be one."""
        config.update(NO_LOADING)
        self._path = Path(creds.path)
        try:
            refuse_special_file(self._path)
            refuse_name(self._path)
            self._before = state_of(self._path)
            if self._before is not None:
                _try_to_open(self._path)
        except DatabaseError as error:
            raise FileError(printable(str(error))) from error
        self._database = creds.database
        self._is_file = not creds.path.startswith(":memory:")

        self._fitted = serving_folder(Path(creds.path)) / "fitted"

    def configure_cursor(self, cursor: Any) -> None:
        """Tell Python models where what is fitted for today is kept."""
        cursor.execute(f"set variable {FOLDER_VARIABLE} = {text(str(self._fitted))}")

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Attach the shop's views; a variable given on the command line wins over its settings."""
        forbid_extensions(conn)
        scratch = scratch_of(self._path) if self._is_file else Scratch()
        if self._is_file:
            keep_out(work_folder_of(self._path), self._path)
            # of the build before: what a search reads is in this file now
            shutil.rmtree(past_folder(self._path), ignore_errors=True)
        # dbt writes its Python models there; the system's folder keeps what a kill leaves
        before, tempfile.tempdir = tempfile.tempdir, str(scratch.path)
        give_back = weakref.finalize(conn, _give_back, scratch, before)
        conn.execute("set global temp_directory = ?", [str(scratch.spill)])
        try:
            self._check_file(conn)
            forgotten = self._forgotten(conn)
            self._attach(conn, scratch, forgotten)
            write_table(conn, forgotten)
            if os.environ.get(RUN_VARIABLE):
                conn.execute(f"create table if not exists {'.'.join(MARKS)} (node varchar)")
        except (ShopFileError, FileError) as error:
            is_new = self._before is None and not conn.execute("from duckdb_tables()").fetchall()
            conn.close()
            give_back()
            if is_new:  # nothing was built: nothing is left behind
                self._path.unlink(missing_ok=True)
            if isinstance(error, FileError):
                raise
            raise ShopError(printable(str(error))) from error

    def _check_file(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Refuse a file that a build has just replaced: what is written to it would be lost."""
        if self._before is not None and not is_same_file(self._before, state_of(self._path)):
            raise FileError(f"{self._path} was replaced by a build just now: run dbt again")
        [(called,)] = conn.execute("select current_database()").fetchall()
        if called != self._database or set(called) & set("\"'"):
            raise FileError(
                f"{self._path}: DuckDB calls this database {called!r}, a name that dbt can't use: "
                "choose another name for the file, or use `recsys build`"
            )

    def _forgotten(self, conn: duckdb.DuckDBPyConnection) -> Forgotten | None:
        """Return who is kept out of the build."""
        if not self._is_file:
            return None
        try:
            return list_of(conn, work_folder_of(self._path))
        except DatabaseError as error:
            raise FileError(printable(str(error))) from error

    def _attach(
        self, conn: duckdb.DuckDBPyConnection, scratch: Scratch, forgotten: Forgotten | None
    ) -> None:
        flags = get_flags()  # type: ignore[no-untyped-call]
        given = flags.VARS or {}
        shop, settings = effective(load_shop(self._shop), given)
        legal = setting_names()
        if Path(flags.PROJECT_DIR).resolve() == dbt_project_folder().resolve():
            # a project that uses this one as a package has variables of its own
            for name in given:
                if name not in [*legal, "shop"]:
                    raise ShopFileError(f"--vars: unknown setting '{name}'{nearest(name, legal)}")
        attach_shop(conn, shop, {"package_version": __version__, **settings}, scratch, forgotten)


def _give_back(scratch: Scratch, before: str | None) -> None:
    tempfile.tempdir = before
    scratch.close()


def _try_to_open(path: Path) -> None:
    """Say in a sentence why a file can't be opened; dbt would print a traceback."""
    try:
        connect(path).close()
    except duckdb.Error as error:
        raise explain_open_failure(path, error) from error
