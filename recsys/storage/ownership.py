"""A file that replaces another stays with the other's owner, group and readers."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
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


def keep_out(folder: Path, file: Path) -> None:
    """Take from a folder the rights of those who may not read a file: copies of it lie there."""
    with contextlib.suppress(OSError):  # none is there, or the folder is another user's
        may_read = stat.S_IMODE(file.stat().st_mode)
        mode = stat.S_IMODE(folder.stat().st_mode)
        for reads, all_rights in ((stat.S_IRGRP, stat.S_IRWXG), (stat.S_IROTH, stat.S_IRWXO)):
            if not may_read & reads:
                mode &= ~all_rights
        if mode != stat.S_IMODE(folder.stat().st_mode):
            folder.chmod(mode)


def _changed(path: Path, owner: int, group: int) -> bool:
    try:
        os.chown(path, owner, group)
    except OSError:
        return False
    return True
