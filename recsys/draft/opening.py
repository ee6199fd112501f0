"""Whether a drafted shop file opens: by the readers of a build, before anything is built."""

from __future__ import annotations

from pathlib import Path

from recsys.errors import ShopFileError
from recsys.shop import attach_shop, load_shop
from recsys.storage.connections import connect
from recsys.storage.scratch import Scratch


def failure_to_open(path: Path) -> str | None:
    """Return why a shop file can't be read, or None if it can."""
    try:
        with Scratch() as scratch, connect(spill=scratch.spill) as connection:
            connection.execute("set enable_progress_bar = false")
            attach_shop(connection, load_shop(path), {}, scratch)
    except ShopFileError as error:
        return str(error)
    return None
