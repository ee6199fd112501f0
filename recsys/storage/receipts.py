"""Receipts of `recsys forget`: what was done, without an id, and whose hashes it was done with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from recsys.storage.disk import write_failure

FOLDER = "receipts"


def write_receipt(file: Path, told: dict[str, Any]) -> None:
    """Write a receipt, whole or not at all.

    Raises
    ------
    RecsysError
        The disk is full.

    """
    unfinished = file.with_suffix(".unfinished")
    try:
        file.parent.mkdir(exist_ok=True)
        unfinished.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        unfinished.replace(file)
    except OSError as error:
        raise write_failure(
            f"it is done, but the receipt {file} can't be written", file, error
        ) from error


def forgotten_by_receipts(work: Path, key_id: str) -> dict[str, str]:
    """Return who is forgotten by the receipts of a work folder: the day, by the hash.

    Who was let in again later isn't; neither is anybody of another key.

    Parameters
    ----------
    work
        The work folder.
    key_id
        Of which key the hashes have to be.

    """
    found: dict[str, str] = {}
    receipts = (work / FOLDER).glob("*.json")
    for file in sorted(receipts, key=lambda one: one.stem.split("-", 1)[1:]):  # by their time
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            if told["key_id"] != key_id:
                continue
            for one in told.get("let_in_hashes", ()):
                found.pop(one, None)
            for one in told.get("customer_hashes", ()):
                found[str(one)] = str(told["forgotten_at"])[:10]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # of an earlier version, or not whole
    return found
