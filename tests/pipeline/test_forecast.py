"""A forecast of a build, against arithmetic by hand, and what a build remembers for the next."""

import pytest

from recsys.pipeline.forecast import (
    FILE,
    PHASES,
    TYPICAL,
    Forecast,
    remember_seconds,
    remembered_seconds,
)
from recsys.settings.project import dbt_project_folder

BEFORE = {
    "stg_purchases": 10.0,
    "int_interactions": 20.0,
    "rec_ease": 30.0,
    "rec_svd": 10.0,
    "int_metric_intervals": 8.0,
    "assert_lists_are_full": 4.0,
}


def test_it_goes_by_the_pace_of_this_build():
    forecast = Forecast(BEFORE)
    forecast.finished("stg_purchases", 12)
    forecast.finished("int_interactions", 24)
    # 30 of the last build's seconds took 45 by the clock: the others take half as long again
    assert forecast.to_come(elapsed=45) == {
        "recommenders": 60,
        "metrics with intervals": 12,
        "public tables": 6,
    }


def test_what_is_new_to_this_build_tells_nothing():
    forecast = Forecast(BEFORE)
    forecast.finished("int_new_model", 100)
    assert forecast.to_come(elapsed=45) == {}
    forecast.finished("stg_purchases", 10)
    assert forecast.to_come(elapsed=10)["recommenders"] == 40


def test_nothing_is_left():
    forecast = Forecast(BEFORE)
    for name in BEFORE:
        forecast.finished(name, 1)
    assert forecast.to_come(elapsed=6) == {}


def test_a_first_build_goes_by_the_default_shop():
    forecast = Forecast({})
    forecast.finished("stg_purchases", 1)
    to_come = forecast.to_come(elapsed=1)
    assert forecast.is_first
    assert sum(to_come.values()) == pytest.approx(
        (sum(TYPICAL.values()) - TYPICAL["stg_purchases"]) / TYPICAL["stg_purchases"], rel=0.01
    )
    assert list(to_come) == [phase for phase in PHASES if phase in to_come]


def test_every_stage_is_in_one_phase_and_every_typical_model_exists():
    models = dbt_project_folder() / "models"
    stages = {path.name for path in models.iterdir() if path.is_dir()}
    named = [stage for phase in PHASES.values() for stage in phase]
    assert sorted(named) == sorted(stages)
    assert set(TYPICAL) <= {file.stem for file in models.rglob("*.*")}


def test_seconds_are_remembered(tmp_path):
    assert remembered_seconds(tmp_path) == {}
    remember_seconds(tmp_path, BEFORE)
    assert remembered_seconds(tmp_path) == BEFORE


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"a": null}', '{"a": "x"}', "\x00"])
def test_a_file_that_was_cut_short_tells_nothing(tmp_path, content):
    (tmp_path / FILE).write_text(content)
    assert remembered_seconds(tmp_path) == {}
