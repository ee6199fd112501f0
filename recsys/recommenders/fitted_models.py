"""Recommenders fitted for today, as files that the workers of all blocks read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import numpy as np
import pyarrow as pa

from recsys.errors import RecsysError
from recsys.storage.file_state import FileState, state_of
from recsys.storage.plain_objects import read_objects, write_objects

if TYPE_CHECKING:
    from recsys.data.interactions import Interactions
    from recsys.recommenders.base import Recommender

FOLDER_VARIABLE = "recsys_fitted_models"
"""DuckDB variable of a connection: the folder of the models fitted for today."""
BLOCK_VARIABLE = "recsys_in_block"
"""DuckDB variable of a connection: whether it is that of a block."""
PACKAGES = (
    "recsys.data",
    "recsys.recommenders",
    "recsys.text",
    "recsys.trees",
    "recsys.preferences",
)
"""Whose classes what is fitted is made of."""
HISTORIES_VARIABLE = "recsys_other_histories"
"""DuckDB variable of a connection: whether a block's customers have other histories than those that
recommenders were fitted on."""


_read_before: dict[Path, tuple[FileState | None, Any]] = {}
"""What this process has read for blocks, with the state of the file that it was read from."""


def forget_read() -> None:
    """Let go of what this process has read for blocks."""
    _read_before.clear()


class Fitted(NamedTuple):
    """A recommender and what it may list."""

    recommender: Recommender
    """Without its interactions."""
    interactions: str
    """Name of the file of its interactions."""
    among: pa.Array | None
    """Ids of the only products that may be listed; None allows all."""


class Refreshed(NamedTuple):
    """What is others than when recommenders were fitted."""

    changed: pa.Array
    """Keys of customers whose lines are others, int32: they are scored by their own of today."""
    listable: pa.Array
    """Keys of the products that may be listed today, int32."""


REFRESHED = "refreshed"
"""The file of it; there is none where recommenders are fitted on what is served."""


class FittedModels:
    """A folder of fitted models; each has a name.

    Recommenders that were fitted on the same interactions share a file of them. Arrays are mapped
    into memory, so that several processes share them, too.
    """

    def __init__(
        self, folder: Path, *, in_block: bool = False, other_histories: bool = False
    ) -> None:
        self.folder = folder
        self.in_block = in_block
        """Whether this process serves a block; else it fits."""
        self.other_histories = other_histories
        """Whether the block's customers have other histories than those fitted on."""

    @classmethod
    def of(cls, session: Any) -> FittedModels | None:
        """Return the folder that a connection knows of; None where it knows of none."""
        names = (FOLDER_VARIABLE, BLOCK_VARIABLE, HISTORIES_VARIABLE)
        [(folder, in_block, other_histories)] = session.execute(
            "select " + ", ".join(f"getvariable('{name}')" for name in names)
        ).fetchall()
        if folder is None:
            return None
        return cls(Path(folder), in_block=bool(in_block), other_histories=bool(other_histories))

    def forget(self, name: str) -> None:
        """Save None by this name: what isn't fitted this time serves nobody."""
        self.save(name, None)

    def save(self, name: str, value: Any) -> None:
        """Write what `recsys.storage.plain_objects` can; a file of this name is replaced."""
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f"{name}-{uuid4().hex}.unfinished"
        with unfinished.open("wb") as file:
            write_objects(value, file)
        unfinished.replace(self._path(name))

    def load(self, name: str) -> Any:
        """Return what was saved by this name, None where it was forgotten.

        Raises:
            InvalidTableError: the file is none of ours, or damaged.
            RecsysError: the model by this name wasn't run since customers were served last.

        """
        try:
            return self._kept(name) if self.in_block else self._read(name)
        except FileNotFoundError as error:
            raise RecsysError(
                f"{name} wasn't fitted for today: what is fitted is kept until customers are "
                "served. Run the whole build, or select int_served_blocks with all that it reads: "
                "dbt build --select +int_served_blocks+"
            ) from error

    def _kept(self, name: str) -> Any:
        """Return what a process that serves blocks has read before, unless its file is another."""
        path = self._path(name)
        state = state_of(path)
        if (found := _read_before.get(path)) is None or found[0] != state:
            found = _read_before[path] = (state, self._read(name))
        return found[1]

    def _read(self, name: str) -> Any:
        return read_objects(np.memmap(self._path(name), mode="r"), PACKAGES)

    def has(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        return self._path(name).exists()

    def save_interactions(self, interactions: Interactions) -> str:
        """Write interactions, for recommenders that are fitted on them; return the file's name."""
        name = f"interactions-{_fingerprint(interactions)}"
        if not self.has(name):
            self.save(name, interactions)
        return name

    def forget_interactions(self) -> None:
        """Remove the files of interactions: what was fitted on them is fitted anew."""
        for file in self.folder.glob("interactions-*"):
            file.unlink()
        for file in self.folder.glob("*.joblib"):  # of earlier versions, which wrote pickles
            file.unlink()

    def save_recommender(
        self, fitted: Recommender, among: pa.Array | None, file: str | None = None
    ) -> None:
        """Write a fitted recommender, with all that its scores need: blocks compute it no more.

        Parameters
        ----------
        fitted
            The recommender.
        among
            Ids of the only products that may be listed; None allows all.
        file
            Name of the file of its interactions; None: they are written.

        """
        fitted.prepare_scores()
        interactions = fitted.interactions_
        if file is None:
            file = self.save_interactions(interactions)
        del fitted.interactions_
        self.save(fitted.name, Fitted(fitted, file, among))
        fitted.interactions_ = interactions

    def refreshed(self) -> Refreshed | None:
        """Return what is others since recommenders were fitted; None: they were fitted just now."""
        found: Refreshed | None = self.load(REFRESHED) if self.has(REFRESHED) else None
        return found

    def forget_refreshed(self) -> None:
        """Remove what `refreshed` returns."""
        self._path(REFRESHED).unlink(missing_ok=True)

    def load_recommender(self, name: str) -> Fitted | None:
        """Return a recommender, ready to score; None where it was forgotten or refused the data.

        Raises:
            RecsysError: its model wasn't run since customers were served last.

        """
        found: Fitted | None = self.load(name)
        if found is not None:
            found.recommender.interactions_ = self.load(found.interactions)
        return found

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.fitted"


def _fingerprint(interactions: Interactions) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    for matrix in (interactions.seen, interactions.weights, interactions.ratings):
        for part in (matrix.indptr, matrix.indices, matrix.data):
            digest.update(np.ascontiguousarray(part).tobytes())
    for ids in (interactions.customer_ids, interactions.product_ids):
        for buffer in ids.buffers():
            if buffer is not None:
                digest.update(buffer)
    return digest.hexdigest()
