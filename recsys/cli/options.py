"""Options that several commands share, stated once."""

import json
from pathlib import Path
from typing import Annotated

import typer
from annotated_types import Le

from recsys.cli.output import print_note
from recsys.reading.warehouse import Warehouse
from recsys.settings.model import Settings
from recsys.settings.project import database_path

DatabaseOption = Annotated[
    Path | None,
    typer.Option(
        "--database",
        help="The DuckDB file; wins over RECSYS_DATABASE. Default: recsys.duckdb in the checkout.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
LengthOption = Annotated[
    int | None,
    typer.Option(
        "--k",
        min=1,
        help="At most so many products per list; no more than are stored.",
        show_default=False,
    ),
]


def open_warehouse(database: Path | None) -> Warehouse:
    """Open the database that the option, the variable or the default names."""
    return Warehouse(database_path(database))


def note_length(warehouse: Warehouse, setting: str, what: str, k: int | None) -> None:
    """Say on stderr that the build stores fewer than `k`, and how it stores more.

    A database of an older version, which doesn't say what was set, is shown without a note.
    """
    run = warehouse.last_run()
    stored = json.loads(run.parameters or "{}").get(setting) if run else None
    if k is None or stored is None or k <= stored:
        return
    said = f"note: the build stores {stored} {what}, not {k}"
    most = _most(setting)
    if stored >= most:
        print_note(f"{said}: {setting} can't be more than {most}")
    else:
        wanted = min(k, most)
        limit = f" ({most} at most)" if k > most else ""
        print_note(
            f"{said}. Build with {setting}: {wanted}{limit}, set in the shop file or by --set"
        )


def _most(setting: str) -> int:
    """Return the largest value that is legal for a setting."""
    [most] = [
        limit.le for limit in Settings.model_fields[setting].metadata if isinstance(limit, Le)
    ]
    return int(most)  # type: ignore[call-overload, no-any-return]
