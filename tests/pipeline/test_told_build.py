"""What became of a build is told to whom the shop file names, and told again in its log."""

import json
import sys
from pathlib import Path

import duckdb
import pytest

from recsys.errors import DriftError, RecsysError
from recsys.pipeline.build import BuildResult
from recsys.pipeline.build_events import FirstJudged, NodeFinished, NodeStarted, Said
from recsys.pipeline.drift_found import drift_of, in_words
from recsys.pipeline.json_log import JsonLog
from recsys.pipeline.told_build import drift_line, told_build
from recsys.storage.work_folder import unpublished

APPENDS = "import sys; open('told.jsonl', 'a').write(sys.stdin.read() + chr(10))"
DRIFTS = """
create schema if not exists marts;
create or replace table marts.run_history as
select * from (values ('run-1', timestamp '2024-05-30'), ('run-2', timestamp '2024-05-31'))
    as rows (run_id, started_at);
create or replace table marts.drift as
select * from (values
    ('run-2', 'quality', 'champion_metric', 'discover', .01, .06, -9.5, 'alarm', 30::bigint),
    ('run-2', 'volume', 'lines', 'purchases', 158., 472., -8.5, 'alarm', 30),
    ('run-2', 'volume', 'customers', 'all', 14., 14., 0., 'ok', 30),
    ('run-2', 'lists', 'coverage', 'discover', .31, .44, -4.1, 'watch', 29),
    ('run-2', 'lists', 'list_overlap', 'discover', .31, null, null, 'too few runs', 0),
    ('run-1', 'volume', 'lines', 'purchases', 1., 472., -99., 'alarm', 29)
) as rows (run_id, measure_group, measure, part, value, expected, deviation, verdict, earlier_runs);
"""
SAID = (
    "2 alarms, 1 watched of 4 measures: lines of purchases 158 (expected 472); champion metric of "
    "discover 0.01 (expected 0.06); coverage of discover 0.31 (expected 0.44)"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    events = "[build_failed, build_succeeded, drift, champion_changed, quality_fell]"
    command = json.dumps([sys.executable, "-c", APPENDS])
    file = tmp_path / "shop.yml"
    file.write_text(f"notify: [{{events: {events}, command: {command}}}]\n", encoding="utf-8")
    return file


def told(shop: Path) -> list[dict]:
    lines = (shop.parent / "told.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def result_of(database: Path) -> BuildResult:
    return BuildResult(database, "run-2", 12.0, 433, (), database.parent / "dbt.log")


def test_a_build_that_succeeds_tells_what_is_new(shop, built):
    """Popularity serves discover in place of the hybrid, and next_basket's metric fell."""

    def build() -> BuildResult:
        with duckdb.connect(built) as connection:
            connection.execute(DRIFTS)
            connection.execute("""
                update marts.champions set recommender = 'popularity' where list_type = 'discover';
                update marts.champions set value = .3 where list_type = 'next_basket';
                update marts.model_metrics
                set ci_high = case list_type when 'next_basket' then .31 else .06 end;
            """)
        return result_of(built)

    done = told_build(shop, built, build, pytest.fail)
    assert (done.failures, drift_line(done.drift)) == ((), f"Drift: {SAID}")
    notices = {notice["event"]: notice for notice in told(shop)}
    assert list(notices) == ["build_succeeded", "drift", "champion_changed", "quality_fell"]
    assert {notice["run_id"] for notice in notices.values()} == {"run-2"}
    assert notices["build_succeeded"]["text"] == "Built in 12 s"
    assert notices["drift"]["text"] == f"Drift: {SAID}"
    changed = notices["champion_changed"]
    assert changed["text"] == "discover: popularity in place of hybrid"
    assert notices["quality_fell"]["text"] == "ndcg@10 of next_basket fell from 0.4200 to 0.3000"


def test_a_build_that_fails_tells_why_and_fails_all_the_same(shop, tmp_path):
    def build() -> BuildResult:
        raise RecsysError("the build failed\n  model rec_svd: out of memory")

    with pytest.raises(RecsysError, match="out of memory"):
        told_build(shop, tmp_path / "shop.duckdb", build, pytest.fail)
    [notice] = told(shop)
    assert (notice["event"], notice["run_id"]) == ("build_failed", None)
    assert notice["message"] == "the build failed\n  model rec_svd: out of memory"
    assert notice["log"].endswith("build.jsonl")


def test_where_nothing_has_changed_only_that_is_told(shop, built):
    """A watchdog that waits for a build every night learns that none was needed."""
    text = shop.read_text("utf-8").replace("build_succeeded", "build_succeeded, build_skipped")
    shop.write_text(text, "utf-8")
    assert told_build(shop, built, lambda: None, pytest.fail) is None
    [notice] = told(shop)
    assert notice["event"] == "build_skipped"
    assert notice["text"] == "Nothing has changed since the last build"


def test_drift_that_fails_a_build_is_told_as_both(shop, tmp_path):
    database = tmp_path / "shop.duckdb"
    copy = unpublished(database)
    copy.parent.mkdir(parents=True)
    with duckdb.connect(copy) as connection:
        connection.execute(DRIFTS)

    def build() -> BuildResult:
        raise DriftError("the build isn't published")

    with pytest.raises(DriftError):
        told_build(shop, database, build, pytest.fail)
    assert [notice["event"] for notice in told(shop)] == ["build_failed", "drift"]


def test_whom_it_cannot_tell_is_a_warning(built):
    file = built.parent / "other.yml"
    file.write_text("notify: [{events: build_failed, webhook: '${NO_SUCH_HOOK}'}]\n", "utf-8")
    warnings: list[str] = []

    def build() -> BuildResult:
        raise RecsysError("no such shop")

    with pytest.raises(RecsysError, match="no such shop"):
        told_build(file, built, build, warnings.append)
    assert warnings == [
        "the webhook ${NO_SUCH_HOOK} can't be told of build_failed: NO_SUCH_HOOK isn't set in the "
        "environment",
        "the webhook ${NO_SUCH_HOOK} wasn't told of build_failed: NO_SUCH_HOOK isn't set in the "
        "environment",
    ]


def test_a_database_of_before_has_no_drift(built):
    assert in_words(drift_of(built)) == "there is no earlier build to compare with"


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_log_has_a_line_per_event(tmp_path):
    path = tmp_path / "logs" / "build.jsonl"
    runs = iter(["", "run-7"])
    run = {"id": next(runs)}
    with JsonLog(path, lambda: run["id"]) as log:
        log.write("before the build may begin")
        log.begin(database="a.duckdb")
        run["id"] = next(runs)
        log.progress(NodeStarted("rec_svd", "model"))
        log.progress(NodeFinished("rec_svd", "model", "success", 1.23456, "OK", 1, 2))
        log.progress(NodeFinished("assert_x", "test", "warn", 0.1, "Got 1 result", 2, 2))
        log.progress(NodeFinished("assert_y", "test", "fail", 0.1, "línea\nof two", 2, 2))
        log.progress(Said("fold 2017-12-04 fitted"))
        log.progress(FirstJudged("svd", 0.05))
    lines = read(path)
    assert [(line["event"], line["level"], line["run_id"]) for line in lines] == [
        ("build_started", "info", None),
        ("node_started", "debug", "run-7"),
        ("node_finished", "info", "run-7"),
        ("node_finished", "warning", "run-7"),
        ("node_finished", "error", "run-7"),
        ("said", "info", "run-7"),
        ("first_judged", "info", "run-7"),
        ("build_finished", "info", "run-7"),
    ]
    assert lines[2].items() >= {"node": "rec_svd", "seconds": 1.235, "message": None}.items()
    assert lines[4]["message"] == "línea\nof two"
    assert all(line["time"].endswith("+00:00") for line in lines)


def test_the_log_says_why_a_build_failed_and_the_next_replaces_it(tmp_path):
    path = tmp_path / "build.jsonl"

    def fail() -> None:
        with JsonLog(path, lambda: "run-7") as log:
            log.begin()
            raise RecsysError("no purchase can be used")

    for _ in range(2):
        with pytest.raises(RecsysError):
            fail()
        started, failed = read(path)
        assert started["event"] == "build_started"
        assert failed["level"] == "error"
        assert (failed["error"], failed["message"]) == ("RecsysError", "no purchase can be used")


def test_a_build_that_never_began_leaves_the_log_of_another_alone(tmp_path):
    path = tmp_path / "build.jsonl"
    path.write_text("of the build that runs\n", encoding="utf-8")
    with pytest.raises(RecsysError), JsonLog(path, lambda: ""):
        raise RecsysError("in use")
    assert path.read_text(encoding="utf-8") == "of the build that runs\n"


def test_a_log_that_cannot_be_written_keeps_no_build(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with JsonLog(tmp_path / "file" / "build.jsonl", lambda: "") as log:
        log.begin()
        log.progress(Said("all the same"))
