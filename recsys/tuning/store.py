"""Trials in the database: rows of `tuning.trials`, written one by one and never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import fields
from typing import Any, TypeVar

import duckdb

from recsys import __version__
from recsys.errors import DatabaseError
from recsys.tuning.trials import Metric, Outcome, State, Study, Trial

Made = TypeVar("Made", Study, Outcome, Trial)


class DatabaseTrials:
    """Keeps trials in `tuning.trials`, which a build makes.

    Parameters
    ----------
    connect
        Opens the database for as long as a block lasts; called anew for every question, so that
        others may use the file between trials.

    """

    def __init__(
        self, connect: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]
    ) -> None:
        self._connect = connect

    def of_study(self, study_id: str) -> list[Trial]:
        """Return a study's trials by number."""
        with self._connect() as connection:
            found = connection.execute(
                "from tuning.trials where study_id = ? order by trial_number", [study_id]
            )
            names = [name for name, *_ in found.description or ()]
            return [_trial(dict(zip(names, row, strict=True))) for row in found.fetchall()]

    def best_before(self, study: Study) -> Mapping[str, Any] | None:
        """Return the best parameters of the latest other study of the same kind, if any.

        One that knew more of the time than this one may know doesn't count. The latest is the one
        that the last row was added to: clocks are set back.
        """
        best_first = "desc" if study.metric.is_higher_better else "asc"
        wanted = ("recommender", "metric", "list_type", "study_id", "known_until")
        with self._connect() as connection:
            rows = connection.execute(
                f"""
                select parameters
                from tuning.trials
                where
                    recommender = $recommender and metric = $metric and state = 'complete'
                    and list_type is not distinct from $list_type and study_id <> $study_id
                    and known_until <= $known_until
                order by
                    max(rowid) over (partition by study_id) desc,
                    value {best_first}, trial_number
                limit 1
                """,  # noqa: S608 - one of two words
                {name: getattr(study, name) for name in wanted},
            ).fetchall()
        return json.loads(rows[0][0]) if rows else None

    def append(self, trial: Trial) -> None:
        """Keep a trial for good; DatabaseError if another process kept one of this number."""
        row = row_of(trial)
        values = ", ".join(f"${name} as {name}" for name in row)
        try:
            with self._connect() as connection:
                connection.execute(f"insert into tuning.trials by name select {values}", row)
        except duckdb.ConstraintException as error:
            raise DatabaseError(
                f"another process is tuning {trial.study.recommender} too: wait until it ends"
            ) from error


def row_of(trial: Trial) -> dict[str, Any]:
    """Return a trial by the names of the table's columns."""
    row = {**vars(trial.study), **vars(trial.outcome), **vars(trial)}
    for name in ("study", "outcome", "number"):
        del row[name]
    return {
        **row,
        "trial_number": trial.number,
        "is_default": trial.is_default,
        "folds": list(trial.study.folds),
        "parameters": json.dumps(dict(trial.outcome.parameters), sort_keys=True),
        "steps": list(trial.outcome.steps),
        "package_version": __version__,
    }


def _trial(row: dict[str, Any]) -> Trial:
    row |= {
        "number": row["trial_number"],
        "metric": Metric(row["metric"]),
        "state": State(row["state"]),
        "folds": tuple(row["folds"]),
        "steps": tuple(row["steps"]),
        "parameters": json.loads(row["parameters"]),
    }
    row["study"], row["outcome"] = _made(Study, row), _made(Outcome, row)
    return _made(Trial, row)


def _made(kind: type[Made], row: Mapping[str, Any]) -> Made:
    return kind(**{field.name: row[field.name] for field in fields(kind)})
