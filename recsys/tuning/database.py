"""Tuning of a built database from outside a build: the file is open only to read and to write."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from recsys.errors import DatabaseError, InvalidParameterError
from recsys.recommenders.content import Content
from recsys.settings.content import content_parameters
from recsys.storage.database_name import refuse_special_file
from recsys.storage.disk import reason, room
from recsys.storage.opening import connect_when_free, explain_open_failure
from recsys.storage.scratch import scratch_of
from recsys.tuning.hybrid_search import HYBRID, PastExamples, read_past_examples
from recsys.tuning.past_folds import (
    HAND_OVER,
    PastRelations,
    TuningSettings,
    read_past_folds,
    tuning_settings,
)
from recsys.tuning.store import DatabaseTrials
from recsys.tuning.trials import Metric, Sampler
from recsys.tuning.tune import Budget, TuningEvent, searches, tune

PATIENCE_SECONDS = 600.0
"""How long a trial waits to be kept while others, such as a build, use the file."""

USUAL_TRIALS = 20

SETTINGS = "staging.stg_settings"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What to tune and how; None is what the settings of the last build say."""

    recommenders: Sequence[str] = ()
    trials: int | None = None
    minutes: float | None = None
    metric: str | None = None
    list_type: str | None = None
    sampler: str | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Tuning:
    """A run that is ready to start: iterate over `events` to do it."""

    recommenders: Sequence[str]
    budget: Budget
    events: Iterator[TuningEvent]


def prepare(
    database: Path, wishes: Wishes, past_file: Callable[[bool], Path] | None = None
) -> Tuning:
    """Read what a search needs and return the run; nothing is tried before its events are read.

    Parameters
    ----------
    database
        A built database.
    wishes
        What to tune.
    past_file
        Returns the file that has the tables of past folds, given whether the hybrid is tuned, too;
        None: the database has them.

    Raises
    ------
    DatabaseError
        The file isn't a built database, is being built, or has no fold before the judged ones.
    InvalidParameterError
        A wish can't be met; the message says what is legal.

    """
    refuse_special_file(database)
    if not database.is_file():
        raise DatabaseError(f"no database at {database}: {HAND_OVER}")
    past_file = past_file or (lambda of_hybrid: database)
    names = list(dict.fromkeys(wishes.recommenders))
    with _opened(database, read_only=True, patience=0) as connection:
        _require_trials(connection)
    with _opened(past_file(HYBRID in names), read_only=True, patience=0) as connection:
        settings = _settings(connection)
    recommenders = names or settings.tuning_recommenders
    if not recommenders:
        raise InvalidParameterError(
            "no recommender is named: name some, or set tuning_recommenders and build"
        )
    with _opened(past_file(HYBRID in recommenders), read_only=True, patience=0) as connection:
        content = content_parameters(connection.table(SETTINGS))
        metric = _metric(wishes.metric or settings.tuning_metric)
        list_type = wishes.list_type or settings.tuning_list_type
        examples = folds = None
        if HYBRID in recommenders:
            examples = _past_examples(connection)
        if set(recommenders) != {HYBRID}:
            folds = read_past_folds(PastRelations.of(connection), list_type)
    budget = _budget(wishes, settings)
    wanted = searches(
        recommenders,
        folds or [],
        metric=metric,
        list_type=list_type,
        candidates_per_customer=settings.candidates_per_customer,
        sampler=Sampler(wishes.sampler or settings.tuning_sampler),
        seed=settings.tuning_seed if wishes.seed is None else wishes.seed,
        examples=examples,
        given={Content.name: content},
    )

    events = tune(wanted, trials_in(database), budget, run_id=str(uuid.uuid4()))
    return Tuning([search.recommender for search in wanted], budget, events)


def trials_in(database: Path) -> DatabaseTrials:
    """Return the trials of a built database; the file is open only while they are read or kept."""

    def connect() -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return _opened(database, read_only=False, patience=PATIENCE_SECONDS)

    return DatabaseTrials(connect)


def _metric(wanted: str) -> Metric:
    if wanted == Metric.log_loss:
        raise InvalidParameterError(
            "log_loss is the hybrid's own metric: name the hybrid, and ndcg or rmse for others"
        )
    return Metric(wanted)


def _past_examples(connection: duckdb.DuckDBPyConnection) -> PastExamples:
    try:
        return read_past_examples(
            connection.table("intermediate.int_tuning_folds"),
            connection.table("intermediate.int_hybrid_features"),
        )
    except duckdb.CatalogException as error:
        raise DatabaseError(f"the database can't be tuned on yet: {HAND_OVER}") from error


def _budget(wishes: Wishes, settings: TuningSettings) -> Budget:
    if wishes.trials is not None or wishes.minutes is not None:
        return Budget(trials=wishes.trials, minutes=wishes.minutes)
    trials = settings.tuning_trials or None
    minutes = settings.tuning_minutes or None
    if trials is None and minutes is None:
        trials = USUAL_TRIALS
    return Budget(trials=trials, minutes=minutes)


def _require_trials(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.table("tuning.trials")
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise DatabaseError(f"the database can't be tuned on yet: {HAND_OVER}") from error


def _settings(connection: duckdb.DuckDBPyConnection) -> TuningSettings:
    try:
        return tuning_settings(connection.table(SETTINGS))
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise DatabaseError(f"the database can't be tuned on yet: {HAND_OVER}") from error


@contextmanager
def _opened(
    database: Path, *, read_only: bool, patience: float
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the file for a block, in UTC; wait so many seconds for whoever uses it.

    What the block has written is in the file itself when this ends, or an error is raised.
    """
    scratch = scratch_of(database)
    try:
        connection = connect_when_free(database, read_only=read_only, patience=patience)
    except duckdb.Error as error:
        scratch.close()
        raise explain_open_failure(database, error) from error
    try:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set global temp_directory = ?", [str(scratch.spill)])
        yield connection
        if not read_only:
            connection.execute("checkpoint")  # closing would do it, and say nothing if it failed
    except (duckdb.IOException, duckdb.TransactionException) as error:
        if read_only:
            raise
        raise DatabaseError(
            f"trials can't be written to {database} ({reason(error)}): {room(database.parent)}; "
            "make room, and the same command goes on"
        ) from error
    finally:
        connection.close()
        scratch.close()
