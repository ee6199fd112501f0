"""Log lines of a search, one or more per event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recsys.tuning.trials import State
from recsys.tuning.tune import StudyEnded, StudySkipped, StudyStarted, TrialKept, TuningEvent


def shown_parameters(parameters: Mapping[str, Any]) -> str:
    """Return the parameters on one line.

    >>> shown_parameters({"k": 42, "transform": "sqrt"})
    'k=42, transform=sqrt'
    """
    return ", ".join(f"{name}={value}" for name, value in parameters.items())


def words_of(event: TuningEvent) -> list[str]:
    """Return the lines that tell of an event."""
    study = event.trial.study if isinstance(event, TrialKept) else event.study
    name, metric = study.recommender, study.metric
    match event:
        case StudyStarted(kept=kept):
            of = f" of {study.list_type}" if study.list_type else ""
            again = f", going on after {kept} trials" if kept else ""
            return [f"{name}: tuning {metric}{of} on {', '.join(study.folds)}{again}"]
        case TrialKept(trial=trial, best=best):
            outcome = trial.outcome
            said = "the defaults" if trial.is_default else shown_parameters(outcome.parameters)
            match outcome.state:
                case State.complete:
                    came = f"{metric} {outcome.value:.4f}"
                case State.pruned:
                    came = f"given up at {metric} {outcome.steps[-1]:.4f}"
                case State.failed:
                    came = f"failed: {outcome.message}"
            is_best = best is not None and best.number == trial.number and not trial.is_default
            mark = ", the best so far" if is_best else ""
            return [f"{name}: trial {trial.number}: {came}{mark}: {said} ({trial.seconds:.1f} s)"]
        case StudySkipped(why=why):
            return [f"{name}: not tuned, as it fails with its defaults: {why}"]
        case StudyEnded():
            best, default = event.best, event.default.outcome.value
            if best is None or best.is_default:
                return [f"{name}: the defaults stay, at {metric} {default:.4f}"]
            return [
                f"{name}: {metric} {default:.4f} by default, {best.outcome.value:.4f} by trial "
                f"{best.number}: {shown_parameters(best.outcome.parameters)}"
            ]
