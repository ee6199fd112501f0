"""Where things are: the dbt project that comes with the package, and the default database."""

import os
from pathlib import Path

from recsys.errors import RecsysError
from recsys.settings.model import Settings

PACKAGE = Path(__file__).resolve().parents[1]
DATABASE_VARIABLE = "RECSYS_DATABASE"
SHOP_VARIABLE = "RECSYS_SHOP"
RUN_VARIABLE = "RECSYS_RUN"
"""What a whole build tells the dbt project: JSON, empty braces unless it goes on from another."""
MARKS = ("main", "recsys_finished_models")
"""Schema and name of the table in a build's copy that says which models are finished."""


def repository_root() -> Path | None:
    """Return the checkout this package runs from, or None when it runs from an installed wheel."""
    root = PACKAGE.parent
    return root if (root / "dbt_project" / "dbt_project.yml").is_file() else None


def dbt_project_folder() -> Path:
    """Return the folder that holds `dbt_project.yml`: the checkout's, else the wheel's copy."""
    root = repository_root()
    folder = root / "dbt_project" if root else PACKAGE / "dbt_project"
    if not (folder / "dbt_project.yml").is_file():
        raise RecsysError(
            f"no dbt project at {folder}: the installation is incomplete; install recsys again"
        )
    return folder


def setting_names() -> list[str]:
    """Return the names of the settings, which are the variables of the dbt project."""
    return sorted(Settings.model_fields)


def database_path(chosen: Path | None = None) -> Path:
    """Return the database file's absolute path: `chosen`, else RECSYS_DATABASE, else the default.

    The default is `recsys.duckdb` at the checkout's root; in an installed wheel, which has no
    checkout, in the current folder.
    """
    if chosen is None:
        named = os.environ.get(DATABASE_VARIABLE)
        chosen = Path(named) if named else (repository_root() or Path.cwd()) / "recsys.duckdb"
    return chosen.expanduser().absolute()
