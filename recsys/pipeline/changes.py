"""What differs between two fingerprints, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recsys.pipeline.fingerprint import Fingerprint
from recsys.storage.file_marks import FileMark

SHOWN = 3
"""So many files or keys are named; the others are counted."""
DEFAULT = "its default"


@dataclass(frozen=True)
class Change:
    """What has changed of one kind of thing that a build is made of."""

    kind: str
    """inputs, shop file, settings, version, forgotten, day or database."""
    text: str
    """What has changed, such as `purchases: day_2.csv is new`."""


def changes(before: Fingerprint, now: Fingerprint) -> list[Change]:
    """Return what has changed from one fingerprint to the other; nothing if they are the same."""
    found = [
        Change("inputs", f"{name}: {text}")
        for name in dict.fromkeys([*before.inputs, *now.inputs])
        for text in _of_files(before.inputs.get(name, {}), now.inputs.get(name, {}))
    ]
    if before.shop != now.shop:
        told, tells = _flat(before.shop), _flat(now.shop)
        keys = [key for key in dict.fromkeys([*told, *tells]) if told.get(key) != tells.get(key)]
        found.append(Change("shop file", _listed(keys)))
    found += [Change("settings", text) for text in _of_values(before.settings, now.settings)]
    found += [Change("version", text) for text in _of_values(before.version, now.version, "none")]
    if before.forgotten != now.forgotten:
        found.append(Change("forgotten", "others are to be kept out than then"))
    if before.day != now.day:
        found.append(Change("day", f"{before.day or 'none'} → {now.day or 'none'}"))
    return found


def _of_files(before: Mapping[str, FileMark], now: Mapping[str, FileMark]) -> list[str]:
    differing = {
        "new": [name for name in now if name not in before],
        "changed": [
            name for name in now if name in before and now[name].digest != before[name].digest
        ],
        "gone": [name for name in before if name not in now],
    }
    return [
        f"{_listed(names)} {'is' if len(names) == 1 else 'are'} {what}"
        for what, names in differing.items()
        if names
    ]


def _of_values(
    before: Mapping[str, str], now: Mapping[str, str], missing: str = DEFAULT
) -> list[str]:
    return [
        f"{name}: {before.get(name, missing)} → {now.get(name, missing)}"
        for name in dict.fromkeys([*before, *now])
        if before.get(name) != now.get(name)
    ]


def _flat(tree: Mapping[str, Any], place: str = "") -> dict[str, Any]:
    """Return the leaves of nested mappings by their keys with dots between.

    >>> _flat({"name": "a", "products": {"path": "p.csv"}})
    {'name': 'a', 'products.path': 'p.csv'}
    """
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            leaves |= _flat(value, f"{place}{key}.")
        else:
            leaves[f"{place}{key}"] = value
    return leaves


def _listed(names: list[str]) -> str:
    """Return the first names, and how many others there are.

    >>> _listed(["a", "b", "c", "d", "e"])
    'a, b, c and 2 others'
    """
    others = len(names) - SHOWN
    shown = ", ".join(names[:SHOWN])
    return shown if others < 1 else f"{shown} and {others} other{'s' if others > 1 else ''}"
