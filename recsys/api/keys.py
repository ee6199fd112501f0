"""The keys that open the API, from a file or the environment."""

from __future__ import annotations

import os
from pathlib import Path

from recsys.errors import RecsysError

VARIABLE = "RECSYS_API_KEY"
SHORTEST = 16
"""Characters of a key: a shorter one could be guessed."""
MAKE_ONE = "make one with: openssl rand -hex 32"


def read_keys(file: Path | None) -> tuple[str, ...]:
    """Return the keys of a file, one a line, or the one of RECSYS_API_KEY; none without both.

    Several keys in a file let one take the place of another while both open the server. Empty
    lines and lines that begin with # are left out.

    Raises
    ------
    RecsysError
        Both are given, the file can't be read or holds no key, or a key is too short or holds
        what a header can't.

    """
    told = os.environ.get(VARIABLE)
    if file is None:
        return () if told is None else (_checked(told.strip(), VARIABLE),)
    if told is not None:
        raise RecsysError(f"both --api-key-file and {VARIABLE} are given: leave one of them out")
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        said = (error.strerror if isinstance(error, OSError) else None) or "it is no text"
        raise RecsysError(f"can't read --api-key-file {file}: {said}") from None
    keys = tuple(
        _checked(line.strip(), f"line {number} of {file}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    )
    if not keys:
        raise RecsysError(f"--api-key-file {file} holds no key: write one a line; {MAKE_ONE}")
    return keys


def _checked(key: str, where: str) -> str:
    """Return the key; errors name where it stands, never the key."""
    if len(key) < SHORTEST:
        raise RecsysError(
            f"the key of {where} has {len(key)} characters, at least {SHORTEST} are needed: "
            f"{MAKE_ONE}"
        )
    if not all("!" <= letter <= "~" for letter in key):
        raise RecsysError(
            f"the key of {where} holds a blank or a letter that a header can't: use letters, "
            f"digits and punctuation of ASCII; {MAKE_ONE}"
        )
    return key
