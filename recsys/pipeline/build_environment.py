"""What a build needs around it: a folder to work in, and variables that dbt's project reads."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from recsys.errors import RecsysError, ShopFileError
from recsys.settings.project import DATABASE_VARIABLE, RUN_VARIABLE, SHOP_VARIABLE
from recsys.storage.disk import is_full, write_failure
from recsys.storage.ownership import keep_out
from recsys.storage.work_folder import work_folder


def made_work_folder(database: Path) -> Path:
    """Return the folder for a database's copy, logs and parse cache, made if it isn't there.

    Raises
    ------
    RecsysError
        This user can't write to it, or the disk is full.

    """
    work = work_folder(database)
    for folder in (work.parent, work):
        if folder.is_dir() and not os.access(folder, os.W_OK):
            raise RecsysError(
                f"can't write to {folder}, where another user's build works: let its group write "
                "to it, or remove it while nobody builds"
            )
    ignored = work.parent / ".gitignore"
    try:
        work.mkdir(parents=True, exist_ok=True)
        if not ignored.exists():
            ignored.write_text("*\n", encoding="utf-8")
    except OSError as error:
        if is_full(error):
            raise write_failure(f"can't write beside {database}", database.parent, error) from error
        raise RecsysError(
            f"can't write beside {database} ({error.strerror}): name a file in a folder you may "
            "write to with --database"
        ) from error
    keep_out(work, database)
    return work


@contextlib.contextmanager
def environment(
    database: Path, shop: Path | str | None, run: Mapping[str, object] | None = None
) -> Iterator[None]:
    """Tell the dbt project where to read and write, then put things back as they were.

    Parameters
    ----------
    database
        Where dbt writes.
    shop
        A shop file, or the name of one of the package's.
    run
        What a whole build tells the project's macros of itself; None: some tables are built.

    Raises
    ------
    ShopFileError
        There is no shop file at that path.

    """
    told = {DATABASE_VARIABLE: str(database), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    if run is not None:
        told[RUN_VARIABLE] = json.dumps(run)
    named = named_shop(shop)
    if named:
        told[SHOP_VARIABLE] = named
    if not _has_temporary_folder():
        told["TMPDIR"] = str(database.parent)
    before = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        with contextlib.chdir(Path.cwd()):  # dbt moves into the project's folder
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _has_temporary_folder() -> bool:
    try:
        tempfile.gettempdir()
    except FileNotFoundError:  # this user can write nowhere but beside the database
        return False
    return True


def named_shop(shop: Path | str | None) -> str | None:
    """Return the shop that a build reads: the path of a file, or the name of one of the package's.

    Parameters
    ----------
    shop
        What the build was given; None: what RECSYS_SHOP says, and without that None.

    Raises
    ------
    ShopFileError
        There is no shop file at that path.

    """
    shop = shop or os.environ.get(SHOP_VARIABLE)
    if not shop:
        return None
    path = Path(shop).expanduser()
    if path.is_file():
        return str(path.absolute())
    if path.suffix or len(path.parts) > 1:
        raise ShopFileError(f"no shop file at {path.absolute()}: check --shop or RECSYS_SHOP")
    return str(shop)  # a shop that comes with the package; its loader knows the legal names
