"""Why a build failed, in the words of a user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from recsys.errors import WORKER_DIED, DriftError, InvalidParameterError, RecsysError
from recsys.pipeline.build_events import NodeFinished
from recsys.pipeline.drift_found import DRIFT_TEST, drift_of, in_words
from recsys.storage.disk import advice, is_full
from recsys.storage.work_folder import unpublished

RAISED_BY_SQL = "Invalid Input Error: "
"""What DuckDB writes before the message of its function `error`."""
SAID_OF_LITTLE_MEMORY = (
    "Out of Memory Error",
    "MemoryError",
    "Cannot allocate memory",
    WORKER_DIED,
)
"""What DuckDB, Python, the system, and workers that the system ended say of it."""
SETTINGS = "stg_settings"
"""The model that checks every setting, before anything else is built."""


def failure(
    error: BaseException | None,
    finished: Sequence[NodeFinished],
    database: Path,
    log: Path,
    *,
    goes_on: bool = False,
) -> BaseException:
    """Return what is to be raised of a build that failed.

    Parameters
    ----------
    error
        What ended dbt; None: it ended by itself.
    finished
        All models and tests that ended, well or not.
    database
        What was to be built.
    log
        dbt's log.
    goes_on
        Whether the next build goes on from what is made.

    """
    cause = _cause(error)
    if cause is not None:
        return cause
    if error is not None:
        what = "ended early" if finished else "could not start"
        text = f"the build {what}: {core_message(str(error))}\nlog: {log}"
        return RecsysError(f"{text}\n{advice(database.parent)}" if is_full(text) else text)
    failed = [node for node in finished if node.status in ("error", "fail")]
    if [node.name for node in failed] == [SETTINGS]:
        return InvalidParameterError(core_message(failed[0].message))
    if [node.name for node in failed] == [DRIFT_TEST]:
        return _drift_error(database, log)
    skipped = sum(node.status == "skipped" for node in finished)
    lines = [f"{node.kind} {node.name}: {core_message(node.message)}" for node in failed]
    if not failed:
        lines.append("dbt names no failing node")
    if skipped:
        lines.append(f"{skipped} that depend on it were not built")
    text = "the build failed\n  " + "\n  ".join(lines) + f"\nlog: {log}"
    if any(node.status == "success" for node in finished):
        text += f"\nwhat it made until then: {unpublished(database)}"
    if is_full(text):
        text += f"\n{advice(database.parent)}"
    state = "is as it was" if database.exists() else "was not made"
    text += f"\n{database} {state}"
    if goes_on:
        text += (
            "\nIf inputs and settings stay as they are, the next build goes on from there; "
            "recsys build --full starts anew"
        )
    return RecsysError(text)


def lacks_room(message: str) -> bool:
    """Tell whether a step failed for want of disk or memory.

    >>> lacks_room("Out of Memory Error: could not allocate block of size 256.0 KiB")
    True
    """
    return is_full(message) or any(said in message for said in SAID_OF_LITTLE_MEMORY)


def has_ended_early(error: BaseException | None, finished: Sequence[NodeFinished] = ()) -> bool:
    """Tell whether a build was stopped, or lacked room: nothing is wrong with what it has made."""
    said = [str(error or ""), *(node.message for node in finished if node.status == "error")]
    return isinstance(_cause(error), KeyboardInterrupt) or any(map(lacks_room, said))


def _drift_error(database: Path, log: Path) -> DriftError:
    copy = unpublished(database)
    found = drift_of(copy)
    return DriftError(
        f"the build isn't published: drift_fails_build is set, and {in_words(found)}\n"
        f"what was built: {copy}\nlog: {log}\nWhere the change is meant: "
        "recsys build --set drift_fails_build=false"
    )


def _cause(error: BaseException | None) -> BaseException | None:
    """Return what dbt wraps: an error of ours, or that the user stops the build."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt | RecsysError):
            return error
        error = error.__cause__ or error.__context__
    return None


def core_message(message: str) -> str:
    r"""Return what a failure says, without dbt's frame and without a traceback.

    >>> core_message("Runtime Error in model a (a.sql)\n  Binder Error: no column b\n  Line 1")
    'Binder Error: no column b Line 1'
    >>> core_message("Python model failed:\n  Traceback (most ...\n  recsys.errors.XError: no b")
    'no b'
    """
    raised = re.findall(r"^\s*recsys\.errors\.\w+: (.*(?:\n(?!\s*\n).*)*)", message, re.MULTILINE)
    if raised:
        return " ".join(raised[-1].split())
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if any(line.startswith("Traceback") for line in lines):
        return lines[-1]
    if len(lines) > 1 and re.match(r"\w+ Error( in |$)", lines[0]):
        lines = lines[1:]
    return " ".join(lines).removeprefix(RAISED_BY_SQL)
