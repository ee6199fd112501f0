"""What dbt's tuning model calls, and how its choice reaches the recommenders."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import pyarrow as pa

from recsys.compute import dbt_log
from recsys.errors import DatabaseError, InvalidParameterError
from recsys.recommenders.content import Content
from recsys.settings.content import content_parameters
from recsys.storage.relations import Relation
from recsys.tuning.hybrid_search import HYBRID, HybridSearch, read_past_examples
from recsys.tuning.past_folds import PastRelations, TuningSettings, read_past_folds, tuning_settings
from recsys.tuning.search import Search
from recsys.tuning.store import DatabaseTrials
from recsys.tuning.trials import Metric, Sampler
from recsys.tuning.tune import BASES, Budget, StudyEnded, searches, tune
from recsys.tuning.words import words_of

RUN_SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("recommender", pa.string()),
        ("study_id", pa.string()),
        ("trials", pa.int64()),
        ("trials_of_run", pa.int64()),
    ]
)


def tuning_run(
    *,
    folds: Relation,
    targets: Relation,
    list_types: Relation,
    training_rows: Relation,
    texts: Relation,
    settings: Relation,
    session: Any,
) -> pa.Table:
    """Search as the settings ask, write the trials down one by one, and return a row per search.

    With neither `tuning_trials` nor `tuning_minutes` above 0 nothing is searched.

    Raises
    ------
    RecsysError
        There is no past fold, or a name isn't that of a recommender that can be tuned.

    """
    asked = tuning_settings(settings)
    others = [name for name in asked.tuning_recommenders if name != HYBRID]
    if not _is_wanted(asked) or not others:
        return RUN_SCHEMA.empty_table()
    relations = PastRelations(
        folds=folds,
        targets=targets,
        list_types=list_types,
        training_rows=training_rows,
        texts=texts,
    )
    wanted = searches(
        others,
        read_past_folds(relations, asked.tuning_list_type),
        metric=Metric(asked.tuning_metric),
        list_type=asked.tuning_list_type,
        candidates_per_customer=asked.candidates_per_customer,
        sampler=Sampler(asked.tuning_sampler),
        seed=asked.tuning_seed,
        given={Content.name: content_parameters(settings)},
    )
    return _run(wanted, asked, session)


def hybrid_tuning_run(
    *, folds: Relation, features: Relation, settings: Relation, session: Any
) -> pa.Table:
    """Search the hybrid's parameters as `tuning_run` does those of others, if it is named.

    It comes after them: what the hybrid learns from are their candidates. Where there is too little
    to learn from, nothing is searched, and the log says so.
    """
    asked = tuning_settings(settings)
    if not _is_wanted(asked) or HYBRID not in asked.tuning_recommenders:
        return RUN_SCHEMA.empty_table()
    try:
        examples = read_past_examples(folds, features)
    except DatabaseError as error:  # the build falls back to rank fusion, too
        dbt_log.log(f"{HYBRID}: not tuned: {error}")
        return RUN_SCHEMA.empty_table()
    sampler = Sampler(asked.tuning_sampler)
    search = HybridSearch(examples, sampler=sampler, seed=asked.tuning_seed)
    return _run([search], asked, session)


def _is_wanted(asked: TuningSettings) -> bool:
    return bool(asked.tuning_trials or asked.tuning_minutes)


def _run(wanted: Sequence[Search], asked: TuningSettings, session: Any) -> pa.Table:
    """Search within the settings' budget; return a row per search."""
    from dbt_common.invocation import get_invocation_id  # noqa: PLC0415

    budget = Budget(trials=asked.tuning_trials or None, minutes=asked.tuning_minutes or None)

    run_id, ended = get_invocation_id(), []
    # a cursor of its own: what it writes is kept though the build may fail
    trials = DatabaseTrials(lambda: closing(session.cursor()))
    for event in tune(wanted, trials, budget, run_id=run_id):
        for line in words_of(event):
            dbt_log.log(line)
        if isinstance(event, StudyEnded):
            ended.append(event)
    rows = [
        {
            "run_id": run_id,
            "recommender": event.study.recommender,
            "study_id": event.study.study_id,
            "trials": len(event.trials),
            "trials_of_run": event.ran,
        }
        for event in ended
    ]
    return pa.Table.from_pylist(rows, schema=RUN_SCHEMA)


def parameters_for(
    recommender: str, tuned: Relation | None, given: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return what a build fits a recommender with.

    The project's configuration wins over what was tuned, that over what builds give by default,
    that over the class's defaults. InvalidParameterError if it is no mapping.
    """
    if given is not None and not isinstance(given, Mapping):
        raise InvalidParameterError(
            f"the parameters of {recommender} are {given!r}; use names and values, such as "
            "parameters: {random_state: 1}"
        )
    rows = [] if tuned is None else tuned.project("recommender, parameters").fetchall()
    chosen = {name: json.loads(parameters) for name, parameters in rows}
    return {**BASES.get(recommender, {}), **chosen.get(recommender, {}), **(given or {})}
