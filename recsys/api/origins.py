"""Sites whose pages may ask the API from a browser."""

from __future__ import annotations

import re
from collections.abc import Iterable

from recsys.errors import RecsysError

ALL = "*"
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?")


def checked_origins(origins: Iterable[str]) -> tuple[str, ...]:
    """Return the origins as browsers send them: in small letters, without a slash at the end.

    Raises
    ------
    RecsysError
        One isn't a scheme and a host, with a port where it isn't the usual one.

    """
    checked = []
    for origin in origins:
        written = origin.strip().lower().removesuffix("/")
        if written != ALL and not _ORIGIN.fullmatch(written):
            raise RecsysError(
                f"--cors-origin {origin!r} is no origin: write a scheme and a host without a path, "
                "such as https://shop.example or http://localhost:3000, or * for every site"
            )
        checked.append(written)
    return tuple(checked)
