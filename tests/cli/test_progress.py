"""What a build shows while it runs: lines in a file, a live line and the leaders on a terminal."""

import io
from datetime import date, datetime

import pytest
from rich.console import Console

from recsys.cli import progress
from recsys.cli.progress import BuildDisplay
from recsys.pipeline.build_events import (
    FirstJudged,
    FitsAnew,
    NodeFinished,
    NodeStarted,
    Refreshes,
    Said,
)


def finished(name: str, seconds: float, index: int = 1) -> NodeFinished:
    return NodeFinished(name, "model", "success", seconds, "OK", index, 9)


@pytest.fixture
def shown(monkeypatch):
    """Return a display before 13:00, and a function that gives the lines it has printed."""
    file = io.StringIO()
    monkeypatch.setattr(progress, "console", lambda: Console(file=file, width=200))
    before = {"stg_purchases": 10.0, "int_interactions": 20.0, "rec_ease": 60.0, "customers": 30.0}
    display = BuildDisplay(before, clock=lambda: datetime(2026, 11, 30, 12, 58))
    return display, lambda: file.getvalue().splitlines()


def test_what_is_to_come_and_when(shown):
    display, lines = shown
    display(finished("stg_purchases", 10))
    display(finished("int_interactions", 20))
    display.foresee(elapsed=30)
    assert lines()[-1] == (
        "Still to come, judged by the last build: recommenders 60 s, public tables 30 s. Done at "
        "about 12:59, in 2 min"
    )


def test_whether_a_fit_serves_on_and_is_pinned(shown):
    display, lines = shown
    for is_pinned in (False, True):
        display(Refreshes("5de8d3ce-f407", date(2024, 6, 1), frozenset({"a"}), is_pinned=is_pinned))
        display(FitsAnew("settings: list_length: 5 → 6", is_pinned=is_pinned))
    assert lines() == [
        "Serving on with what run 5de8d3ce fitted, which knew all until 2024-06-01: 1 step stays "
        "as it is",
        "Fitting anew: settings: list_length: 5 → 6",
        "Serving on with what run 5de8d3ce fitted and pinned_fit pins, which knew all until "
        "2024-06-01: 1 step stays as it is",
        "Fitting anew though pinned_fit is last: settings: list_length: 5 → 6",
    ]


def test_before_anything_finished_nothing_is_foreseen(shown):
    display, lines = shown
    display.foresee(elapsed=30)
    assert lines() == []


def test_a_first_build_says_what_it_goes_by(monkeypatch):
    file = io.StringIO()
    monkeypatch.setattr(progress, "console", lambda: Console(file=file, width=200))
    display = BuildDisplay()
    display(finished("stg_purchases", 10))
    display.foresee(elapsed=30)
    assert "Still to come, judged by the default shop: " in file.getvalue()


def test_the_leaderboard_grows(shown):
    display, lines = shown
    for name, ndcg in (("popularity", 0.0467), ("ease", 0.0545), ("svd", 0.0205)):
        display(FirstJudged(name, ndcg))
    assert lines() == [
        "    popularity: NDCG@10 0.0467 for new products",
        "    ease: NDCG@10 0.0545 for new products, number 1 of 2 so far",
        "    svd: NDCG@10 0.0205 for new products, number 3 of 3 so far",
    ]


def test_on_a_terminal_the_leaders_stand_under_the_live_line(monkeypatch):
    file = io.StringIO()
    terminal = Console(file=file, width=120, force_terminal=True, color_system=None)
    monkeypatch.setattr(progress, "console", lambda: terminal)
    with BuildDisplay() as display:
        display(NodeStarted("rec_ease", "model"))
        display(FirstJudged("popularity", 0.0467))
        display(FirstJudged("ease", 0.0545))
        display._live.refresh()
    assert "NDCG@10 of new products so far: ease 0.0545, popularity 0.0467" in file.getvalue()


def test_the_forecast_comes_by_itself(monkeypatch):
    told = []
    monkeypatch.setattr(progress, "FORECAST_AFTER_SECONDS", 0)
    monkeypatch.setattr(BuildDisplay, "foresee", lambda self: told.append(True))
    with BuildDisplay() as display:
        display._timer.join()
    assert told == [True]


def test_a_build_that_is_over_foresees_nothing(shown):
    display, lines = shown
    with display:
        display(Said("a model's line"))
    assert display._timer.finished.is_set()
    assert lines() == ["    a model's line"]
