"""Quoting for SQL, and what a misspelt name may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def quoted(identifier: str) -> str:
    """Return an identifier as SQL writes it."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def nearest(name: str, legal: Iterable[str]) -> str:
    """Say what `name` may have meant, and what is legal: the end of an error message."""
    names = list(legal)
    folded = {known.casefold(): known for known in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    hint = f"; did you mean '{folded[close[0]]}'?" if close else ""
    return f"{hint} (legal: {', '.join(sorted(names))})"
