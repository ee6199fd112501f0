"""A file that replaces another stays with the other's owner, group and readers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def keep_owner(old: Path, new: Path) -> list[str]:
    """Give `new` the mode, owner, group and access lists of `old`; return what couldn't be kept.

    Only a privileged user may give a file away, and others only to groups they are in.
    """
    if not hasattr(os, "chown"):
        shutil.copymode(old, new)
        return []
    was, now = old.stat(), new.stat()
    warnings = []
    if was.st_gid != now.st_gid and not _changed(new, -1, was.st_gid):
        warnings.append(f"the group of {old} was {was.st_gid} and is {now.st_gid} now")
    if was.st_uid != now.st_uid and not _changed(new, was.st_uid, -1):
        warnings.append(f"the owner of {old} was {was.st_uid} and is {now.st_uid} now")
    shutil.copystat(old, new)  # after the owner: a change of it may take rights away
    os.utime(new)
    return [f"{said}: this user may not give files to them" for said in warnings]


def _changed(path: Path, owner: int, group: int) -> bool:
    try:
        os.chown(path, owner, group)
    except OSError:
        return False
    return True
