"""What `recsys tune` shows when it ends, also of recommenders that can't be fitted."""

from datetime import datetime

import pytest

from recsys.cli.tuning_progress import TuningDisplay, print_summary
from recsys.tuning.database import Tuning
from recsys.tuning.trials import Metric, Outcome, State, Study, Trial
from recsys.tuning.tune import Budget, StudyEnded, StudySkipped, StudyStarted, TrialKept

NOT_TUNED = "ridge: not tuned, as it fails with its defaults: none of 3 customers came back"


def study(recommender: str) -> Study:
    return Study(
        study_id=recommender,
        recommender=recommender,
        metric=Metric.ndcg,
        list_type="discover",
        k=10,
        folds=("2017-10-09", "2017-11-06"),
        known_until=datetime(2017, 12, 4),
    )


def skipped() -> list:
    ridge = study("ridge")
    return [
        StudyStarted(study=ridge, kept=0),
        StudySkipped(study=ridge, why="none of 3 customers came back"),
    ]


def searched() -> list:
    ease = study("ease")
    outcome = Outcome(parameters={"regularization": 300.0}, state=State.complete, value=0.25)
    trial = Trial(study=ease, number=0, outcome=outcome)
    return [
        StudyStarted(study=ease, kept=0),
        TrialKept(trial=trial, best=trial),
        StudyEnded(study=ease, trials=(trial,), ran=1),
    ]


@pytest.fixture
def shown(monkeypatch, capsys):
    """Return a function that shows events to the end and gives the lines of the summary."""
    monkeypatch.setenv("COLUMNS", "120")

    def show(events: list) -> tuple[list[str], list[str]]:
        tuning = Tuning(["ridge", "ease"], Budget(trials=1), iter(events))
        with TuningDisplay(tuning) as display:
            for event in tuning.events:
                display(event)
        before = capsys.readouterr().out.splitlines()
        print_summary(display.ended, display.skipped)
        return before, capsys.readouterr().out.splitlines()

    return show


def test_who_can_t_be_fitted_is_said_and_nothing_else_is_shown(shown):
    before, summary = shown(skipped())
    assert before[-1] == NOT_TUNED
    assert summary == ["Nothing was tuned."]


def test_who_can_t_be_fitted_stands_below_what_the_others_came_to(shown):
    before, summary = shown([*skipped(), *searched()])
    assert NOT_TUNED in before
    assert "ndcg on 2017-10-09, 2017-11-06" in summary
    rows = [line.split() for line in summary]
    assert ["ease", "1", "0.2500", "the", "defaults", "stay"] in rows
    assert summary[-2] == NOT_TUNED
    assert summary[-1].startswith("Nothing beat the defaults")


def test_where_all_were_searched_nobody_is_left_out(shown):
    _, summary = shown(searched())
    assert not any("not tuned" in line for line in summary)
