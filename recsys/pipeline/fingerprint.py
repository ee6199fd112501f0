"""What a build is made of: inputs, shop file, settings and version."""

from __future__ import annotations

import hashlib
import platform
import re
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from recsys import __version__
from recsys.settings.model import Settings
from recsys.settings.project import PACKAGE
from recsys.shop import DEFAULT_SHOP, Shop, load_shop
from recsys.shop.input_files import KnownMarks, marks_below, marks_of_inputs, reads_the_clock
from recsys.storage.file_marks import FileMark, digest_of_folder
from recsys.storage.forgotten import read_list

MODEL_FOLDER = "content_embedding_model"
"""The setting that names a folder whose files a build reads."""
NOT_CODE = frozenset({"__pycache__", "target", "logs", ".mypy_cache", ".ruff_cache"})
DISTRIBUTION = "recsys"


class Fingerprint(BaseModel):
    """Of two builds that have the same, the second would make the tables of the first again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    taken_at: int
    """Nanoseconds since 1970."""
    inputs: dict[str, dict[str, FileMark]]
    """The files of each input."""
    shop: dict[str, Any]
    """What the shop file says, but for its settings and whom it notifies, and no comments."""
    settings: dict[str, str]
    """Those that were given, by the shop file or to the build, and aren't the default."""
    version: dict[str, str]
    """Versions of this package, of its code and of what it computes with."""
    forgotten: str = ""
    """What tells who is kept out of builds; empty: nobody."""
    day: date | None = None
    """The day of the build (UTC) where its tables depend on that, else None."""

    def is_same(self, other: Fingerprint) -> bool:
        """Tell whether nothing differs that a build's tables depend on."""
        return self.contents() == other.contents()

    def on_day(self, day: date | None) -> Fingerprint:
        """Return it as that of a build whose tables depend on a day; None: they don't."""
        return self if day is None else self.model_copy(update={"day": day})

    def keeping_out(self, forgotten: str) -> Fingerprint:
        """Return it as that of a build that kept these customers out."""
        return self.model_copy(update={"forgotten": forgotten})

    def contents(self) -> dict[str, Any]:
        """Return what its tables depend on: no times and no inodes of files."""
        return {
            "inputs": {
                name: {file: mark.digest for file, mark in marks.items()}
                for name, marks in self.inputs.items()
            },
            "shop": self.shop,
            "settings": self.settings,
            "version": self.version,
            "forgotten": self.forgotten,
            "day": self.day,
        }


def fingerprint(
    shop: Path | str | None,
    variables: Mapping[str, object],
    project: Path,
    work: Path,
    before: Fingerprint | None = None,
) -> Fingerprint:
    """Look at everything that a build of this shop would be made of.

    What doesn't change a build's tables isn't looked at, such as RECSYS_MEMORY_LIMIT.

    Parameters
    ----------
    shop
        A shop file, or the name of a shop that comes with the package; None: the default shop.
    variables
        Settings by name; they win over the shop file's.
    project
        The folder of the dbt project.
    work
        The database's work folder, which says who is to stay forgotten.
    before
        An earlier fingerprint: files that are as they were then aren't read again.

    Raises
    ------
    ShopFileError
        The shop file is missing or says something that isn't legal, or an input can't be read.
    DatabaseError
        The list of who is forgotten can't be read.
    OSError
        A file can't be read.

    """
    taken_at = time.time_ns()
    found = load_shop(shop or DEFAULT_SHOP)
    given = {**found.settings, **variables}
    settings = {name: str(value) for name, value in given.items() if not _is_default(name, value)}
    known = KnownMarks(before.inputs, before.taken_at) if before else KnownMarks()
    inputs = marks_of_inputs(found, known)
    if folder := settings.get(MODEL_FOLDER):
        inputs[MODEL_FOLDER] = marks_below(MODEL_FOLDER, Path(folder), known)
    return Fingerprint(
        taken_at=taken_at,
        inputs=inputs,
        shop=_said_by(found),
        settings=settings,
        version=versions(project),
        forgotten=who_is_forgotten(work),
        day=today() if reads_the_clock(found) else None,
    )


def today() -> date:
    """Return the day it is, in UTC: DuckDB's current_date in a build."""
    return datetime.now(UTC).date()


def versions(project: Path) -> dict[str, str]:
    """Return the versions of this package, of its code and of all that it requires.

    The version of a checkout stays while its code changes: the code has a digest of its own.

    Parameters
    ----------
    project
        The folder of the dbt project.

    """
    code = digest_of_folder(PACKAGE, NOT_CODE) + digest_of_folder(project, NOT_CODE)
    found = {
        "recsys": __version__,
        "code": hashlib.sha256(code.encode()).hexdigest()[:12],
        "python": platform.python_version(),
    }
    for name in _required():
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # of another platform
            continue
    return found


def _is_default(setting: str, value: object) -> bool:
    """Tell whether a setting would be the same if it weren't given."""
    field = Settings.model_fields.get(setting)
    return field is not None and str(value) == str(field.default)


def _required() -> list[str]:
    try:
        lines = requires(DISTRIBUTION) or []
    except PackageNotFoundError:  # it isn't installed, its folder is on the path
        return []
    found = [re.match(r"[\w.-]+", line) for line in lines if "extra ==" not in line]
    return sorted(name[0] for name in found if name)


def who_is_forgotten(work: Path) -> str:
    """Return what tells who a work folder's list keeps out; empty: nobody.

    Raises
    ------
    DatabaseError
        The list can't be read.

    """
    found = read_list(work)
    if found is None or not found.customers:
        return ""
    return hashlib.sha256("\n".join(sorted(found.customers)).encode()).hexdigest()[:12]


def _said_by(shop: Shop) -> dict[str, Any]:
    """Return what the shop file says that tables depend on; addresses of notices may be secret."""
    left_out = {"settings", "notify"}
    said: dict[str, Any] = shop.model_dump(mode="json", exclude=left_out, exclude_defaults=True)
    return said
