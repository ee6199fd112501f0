"""What the last build of a database was told: which shop to read, and with which settings."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = "last_build.json"


@dataclass(frozen=True)
class LastBuild:
    """A shop file's path, or the name of a shop, and settings by name."""

    shop: str | None = None
    """None: the default shop."""
    variables: dict[str, Any] = field(default_factory=dict)


def remember(work: Path, shop: str | None, variables: Mapping[str, object]) -> None:
    """Write it into a database's work folder, unless the disk is full: it can be told again."""
    told = asdict(LastBuild(shop, dict(variables)))
    with contextlib.suppress(OSError):
        (work / FILE).write_text(json.dumps(told, default=str), encoding="utf-8")  # dates


def last_build(work: Path) -> LastBuild | None:
    """Read it from a database's work folder; None where it isn't there."""
    try:
        return LastBuild(**json.loads((work / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # none, or cut short by a full disk
        return None
