"""Trials in the database: rows of `tuning.trials`, written one by one and never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import duckdb

from recsys import __version__
from recsys.errors import DatabaseError
from recsys.tuning.trials import Metric, Outcome, State, Study, Trial

COLUMNS = (
    "study_id",
    "trial_number",
    "run_id",
    "recommender",
    "metric",
    "k",
    "list_type",
    "folds",
    "known_until",
    "sampler",
    "seed",
    "is_default",
    "parameters",
    "state",
    "value",
    "steps",
    "message",
    "seconds",
    "finished_at",
    "package_version",
)


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
            rows = connection.execute(
                f"select {', '.join(COLUMNS)} from tuning.trials where study_id = ? "  # noqa: S608
                "order by trial_number",
                [study_id],
            ).fetchall()
        return [_trial(dict(zip(COLUMNS, row, strict=True))) for row in rows]

    def best_before(self, study: Study) -> Mapping[str, Any] | None:
        """Return the best parameters of the latest other study of the same kind, if any.

        One that knew more of the time than this one may know doesn't count. The latest is the one
        that the last row was added to: clocks are set back.
        """
        best_first = "desc" if study.metric.is_higher_better else "asc"
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
                {
                    "recommender": study.recommender,
                    "metric": str(study.metric),
                    "list_type": study.list_type,
                    "study_id": study.study_id,
                    "known_until": study.known_until,
                },
            ).fetchall()
        return json.loads(rows[0][0]) if rows else None

    def append(self, trial: Trial) -> None:
        """Keep a trial for good; DatabaseError if another process kept one of this number."""
        outcome, study = trial.outcome, trial.study
        values = {
            "study_id": study.study_id,
            "trial_number": trial.number,
            "run_id": trial.run_id,
            "recommender": study.recommender,
            "metric": str(study.metric),
            "k": study.k,
            "list_type": study.list_type,
            "folds": list(study.folds),
            "known_until": study.known_until,
            "sampler": trial.sampler,
            "seed": trial.seed,
            "is_default": trial.is_default,
            "parameters": json.dumps(dict(outcome.parameters), sort_keys=True),
            "state": str(outcome.state),
            "value": outcome.value,
            "steps": list(outcome.steps),
            "message": outcome.message,
            "seconds": trial.seconds,
            "finished_at": trial.finished_at,
            "package_version": __version__,
        }
        named = ", ".join(f"${name}" for name in COLUMNS)
        try:
            with self._connect() as connection:
                connection.execute(
                    f"insert into tuning.trials ({', '.join(COLUMNS)}) values ({named})",  # noqa: S608
                    values,
                )
        except duckdb.ConstraintException as error:
            raise DatabaseError(
                f"another process is tuning {study.recommender} too: wait until it ends"
            ) from error


def _trial(row: Mapping[str, Any]) -> Trial:
    return Trial(
        study=Study(
            study_id=row["study_id"],
            recommender=row["recommender"],
            metric=Metric(row["metric"]),
            list_type=row["list_type"],
            k=row["k"],
            folds=tuple(row["folds"]),
            known_until=row["known_until"],
        ),
        number=row["trial_number"],
        outcome=Outcome(
            parameters=json.loads(row["parameters"]),
            state=State(row["state"]),
            value=row["value"],
            steps=tuple(row["steps"]),
            message=row["message"],
        ),
        run_id=row["run_id"],
        sampler=row["sampler"],
        seed=row["seed"],
        seconds=row["seconds"],
        finished_at=row["finished_at"],
    )
