"""What is written down of a build while it runs, so that the next can go on from it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from recsys.pipeline.fingerprint import Fingerprint
from recsys.pipeline.fit import Fit
from recsys.storage.file_state import FileState

BEGUN, STEPS = "begun.json", "steps.jsonl"
PASSED = "pass"
"""dbt's status of a test that found nothing."""


class Begun(BaseModel):
    """A whole build that began, and what its copy was made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: str
    started_at: datetime
    """UTC."""
    made_of: Fingerprint
    database: tuple[int, int] | None
    """Size of the published file and when it was written; None: there was none."""
    fit: Fit | None = None
    """The earlier build whose fit it serves on with; None: it fits by itself."""

    def is_on(self, state: FileState | None) -> bool:
        """Tell whether what is published is what the copy was made from."""
        return self.database == size_and_time(state)


@dataclass(frozen=True)
class Step:
    """A model or test that ended well."""

    node: str
    """dbt's id of it, with the kind and the project."""
    name: str
    status: str
    """dbt's: success, pass or warn."""
    seconds: float


class Journal:
    """The files beside a build's copy that say how far it has come.

    That a model is finished stands in the copy itself, in one transaction with its rows
    (`mark_finished` of the dbt project): what is here is of tests, and for forecasts.
    """

    def __init__(self, copy: Path) -> None:
        self._begun = copy.with_name(BEGUN)
        self._steps = copy.with_name(STEPS)

    def begin(self, begun: Begun) -> None:
        """Write down that a build began, unless the disk is full."""
        with contextlib.suppress(OSError):
            unfinished = self._begun.with_suffix(".unfinished")
            unfinished.write_text(begun.model_dump_json(), encoding="utf-8")
            unfinished.replace(self._begun)

    def add(self, step: Step) -> None:
        """Write down that a model or test ended well, unless the disk is full."""
        line = json.dumps([step.node, step.name, step.status, step.seconds])
        with contextlib.suppress(OSError), self._steps.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def begin_with(self, steps: Iterable[Step]) -> None:
        """Forget all steps but these, which a build that begins needn't do."""
        self._steps.unlink(missing_ok=True)
        for step in steps:
            self.add(step)

    def forget(self) -> None:
        """Let no build go on from this one."""
        with contextlib.suppress(OSError):
            self._begun.unlink(missing_ok=True)

    def begun(self) -> Begun | None:
        """Read which build began; None where none did, or another version's."""
        try:
            return Begun.model_validate_json(self._begun.read_text(encoding="utf-8"))
        except (OSError, ValidationError, ValueError):
            return None

    def steps(self) -> list[Step]:
        """Read what ended well, as far as it was written whole."""
        return list(self._read())

    def last_written_at(self) -> float | None:
        """Return when the last step was written down, in seconds since 1970."""
        try:
            return self._steps.stat().st_mtime
        except OSError:
            return None

    def _read(self) -> Iterator[Step]:
        try:
            lines = self._steps.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return
        for line in lines:
            with contextlib.suppress(ValueError, TypeError):  # cut short by a kill
                node, name, status, seconds = json.loads(line)
                yield Step(str(node), str(name), str(status), float(seconds))


def size_and_time(state: FileState | None) -> tuple[int, int] | None:
    """Return what a file keeps when it is moved, and loses when it is written to."""
    return None if state is None else (state.size, state.changed_at)
