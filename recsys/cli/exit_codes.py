"""What the command's exit code says, for programs that start it: docs/schedules.md lists them."""

from __future__ import annotations

from recsys.errors import DatabaseInUseError, DriftError, InvalidParameterError, ShopFileError
from recsys.storage.disk import is_full

FAILED = 1
"""Anything that has no code of its own, such as a test of the tables that failed."""
WRONG_CALL = 2
"""An option or argument that there isn't; Click's own."""
WRONG_INPUT = 3
IN_USE = 4
DISK_FULL = 5
DRIFT = 6


def exit_code(error: BaseException) -> int:
    """Return what the command exits with after an error.

    >>> exit_code(ShopFileError("no shop file at shop.yml"))
    3
    >>> exit_code(OSError(28, "No space left on device"))
    5
    """
    if is_full(error):
        return DISK_FULL
    match error:
        case ShopFileError() | InvalidParameterError():
            return WRONG_INPUT
        case DatabaseInUseError():
            return IN_USE
        case DriftError():
            return DRIFT
    return FAILED
