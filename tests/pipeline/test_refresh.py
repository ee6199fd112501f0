"""A build serves on with what an earlier one fitted, as long as that may serve."""

import gc
import json
import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from recsys.errors import RecsysError
from recsys.pipeline import build as build_module
from recsys.pipeline.build_events import FitsAnew, NodeStarted, Refreshes
from recsys.pipeline.drift_found import Deviation, Drift
from recsys.pipeline.fingerprint import Fingerprint
from recsys.pipeline.fit import Fit
from recsys.pipeline.journal import size_and_time
from recsys.pipeline.kept_fit import KeptFit, ended_by, kept_fit, why_fit_anew
from recsys.pipeline.refresh import READ_BEFORE
from recsys.storage.file_marks import FileMark
from recsys.storage.file_state import state_of
from recsys.storage.work_folder import fit_folder, unpublished

from .test_going_on import Small

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TABLES = {
    "int_line_digests": "select 'ann' as customer_id, 7 as line_digest, null::date as happened_at",
    "int_rating_scale": "select null::boolean as is_unary, true as has_purchases",
    "int_counting_unit": "select false as counts_orders",
    "int_customers": "select 1 as customer_key, 'ann' as customer_id",
    "int_fold_products": "select 1 as product_key",
    "int_products": (
        "select 1 as product_key, 'tea' as product_id, "
        + ", ".join(f"'x' as {one}, 1 as {one}_code" for one in ("department", "category"))
        + ", "
        + ", ".join(f"'x' as {one}, 1 as {one}_code" for one in ("subcategory", "brand"))
    ),
}
FILES = {
    "dbt_project.yml": """
name: small
version: "1.0.0"
profile: small
vars:
  refit_after_days: 7
  pinned_fit: ""
  keep_builds: 0
  keep_days: ""
  as_of: "2024-06-01"
  drift_ignored: ""
models:
  small:
    +materialized: table
    +post-hook: "{{ mark_finished() }}"
    +schema: intermediate
    staging: {+schema: staging}
    marts: {+schema: marts, +tags: [published]}
    learned: {+tags: [fitted]}
""",
    **{f"models/cleaning/{name}.sql": query for name, query in TABLES.items()},
    "models/staging/stg_settings.sql": """
select
    {{ var('refit_after_days') }} as refit_after_days,
    nullif('{{ var("pinned_fit") }}', '') as pinned_fit,
    {{ var('keep_builds') }} as keep_builds
""",
    "models/folds/int_folds.sql": """
select 'serving' as fold, date '{{ var("as_of") }}' + interval 1 day as cutoff_at
""",
    "models/folds/int_fit.sql": """
select case
    when {{ 'true' if refreshes() else 'false' }} and '{{ var("drift_ignored") }}' <> ''
        then error('{{ refit_mark() }}{{ var("drift_ignored") }}')
end as fault from {{ ref('int_folds') }}
""",
    "models/learned/int_learned.sql": """
-- depends_on: {{ ref('int_fit') }}
select uuid()::varchar as drawn
""",
    "models/marts/run_history.sql": """
-- depends_on: {{ ref('int_fit') }}
select fold as run_id from {{ ref('int_folds') }}
""",
    "models/marts/lists.sql": """
-- depends_on: {{ ref('run_history') }}
select
    drawn,
    uuid()::varchar as own,
    case when '{{ var("keep_days") }}' <> '' then error('{{ var("keep_days") }}') end as fault
from {{ ref('int_learned') }}
""",
    "models/models.yml": """
models:
  - name: int_learned
    columns: [{name: drawn, data_tests: [unique]}]
  - name: lists
    columns: [{name: own, data_tests: [not_null]}]
""",
}
KEPT = {"int_learned", "unique_int_learned_drawn"}
"""What a refresh doesn't run."""


@pytest.fixture
def small(tmp_path, monkeypatch):
    made = Small(tmp_path)
    shutil.rmtree(made.project / "models")
    macros = build_module.dbt_project_folder() / "macros"
    made.write("macros/refreshes.sql", (macros / "refreshes.sql").read_text())
    for name, text in FILES.items():
        made.write(name, text)
    monkeypatch.setattr(build_module, "dbt_project_folder", lambda: made.project)
    monkeypatch.setattr(build_module, "refuse_settings", lambda *_: None)
    # in a real build the recommenders' files are there
    monkeypatch.setattr("recsys.pipeline.whole_build.unpublished", with_fitted_folder)
    yield made
    gc.collect()


def with_fitted_folder(database: Path) -> Path:
    copy = unpublished(database)
    if copy.parent.is_dir():
        (copy.parent / "serving" / "fitted").mkdir(parents=True, exist_ok=True)
    return copy


class Built:
    """A build of the small project: what it ran, what it said and what it published."""

    def __init__(self, small: Small, *, full: bool = False, **variables: object) -> None:
        events: list[object] = []
        self.result = build_module.build(
            small.shop, small.database, variables=variables, full=full, progress=events.append
        )
        self.run = {event.name for event in events if isinstance(event, NodeStarted)}
        fits = [event for event in events if isinstance(event, FitsAnew)]
        self.why = [event.why for event in fits]
        self.is_pinned = [event.is_pinned for event in fits]
        self.refreshes = [event for event in events if isinstance(event, Refreshes)]
        [(self.drawn, self.own)] = small.ask("select drawn, own from marts.lists")


def test_what_was_fitted_stays_and_the_rest_is_made_anew(small):
    """The drawn ids tell rows that were made once from rows that were made again."""
    first = Built(small, refit_after_days=7)
    assert (first.why, first.refreshes) == ([], [])
    copy = fit_folder(small.database) / unpublished(small.database).name
    run = "select run_id, fitted_until::varchar, lines from intermediate.fitted_run"
    assert small.ask(run, copy) == [(first.result.run_id, "2024-06-02 00:00:00", 1)]
    assert small.ask("from intermediate.fitted_lines", copy) == [("ann", 7)]
    assert small.ask("from intermediate.fitted_customers", copy) == [("ann", 1)]
    assert small.ask("from intermediate.fitted_products", copy) == [("tea", 1, True)]
    assert small.ask("from intermediate.fitted_brands", copy) == [("x", 1)]
    next_day = Built(small, refit_after_days=7, as_of="2024-06-02")
    assert next_day.run == first.run - KEPT
    assert next_day.drawn == first.drawn
    assert next_day.own != first.own
    [said] = next_day.refreshes
    assert (said.run_id, said.as_of) == (first.result.run_id, date(2024, 6, 1))
    assert said.steps == KEPT
    assert next_day.result.finished == first.result.finished
    kept = kept_fit(small.database)
    assert kept is not None
    assert kept.fit.run_id == first.result.run_id  # also after a second build that it served
    assert kept.database == size_and_time(state_of(small.database))

    # found out midway: nothing was published until then, and all is made anew
    late = Built(
        small, refit_after_days=7, as_of="2024-06-03", drift_ignored="9 of 10 lines came late"
    )
    assert late.why == ["9 of 10 lines came late"]
    assert late.drawn not in (first.drawn, next_day.drawn)
    kept = kept_fit(small.database)
    assert kept is not None
    assert (kept.fit.run_id, kept.fit.as_of) == (late.result.run_id, date(2024, 6, 3))


def test_tables_that_models_read_as_they_were_are_known():
    macros = (build_module.dbt_project_folder() / "macros").glob("*.sql")
    calls = re.findall(
        r"as_built_before\('marts', '(\w+)'", "".join(macro.read_text() for macro in macros)
    )
    assert set(calls) == READ_BEFORE


@pytest.mark.slow
def test_an_input_that_cannot_be_read_ends_no_fit(small):
    """What fails while files are read and cleaned is forgotten; what fails later isn't."""
    first = Built(small, refit_after_days=7)
    with pytest.raises(RecsysError, match="no such day"):
        Built(small, refit_after_days=7, as_of="no such day")
    after = Built(small, refit_after_days=7, as_of="2024-06-02")
    assert after.drawn == first.drawn
    with pytest.raises(RecsysError, match="no list can be made"):
        Built(small, refit_after_days=7, as_of="2024-06-03", keep_days="no list can be made")
    assert Built(small, refit_after_days=7, as_of="2024-06-03").drawn != first.drawn


@pytest.mark.slow
def test_another_setting_or_version_or_file_fits_anew(small):
    first = Built(small, refit_after_days=7)
    other = Built(small, refit_after_days=7, label="other")
    assert other.why == ["settings: label: its default → other"]
    assert other.drawn != first.drawn
    with duckdb.connect(small.database) as connection:
        connection.execute("create table main.mine (a integer)")
    written = Built(small, refit_after_days=7, label="other", as_of="2024-06-02")
    assert written.why == ["the database was rolled back, replaced or written to"]
    (fit_folder(small.database) / unpublished(small.database).name).unlink()
    gone = Built(small, refit_after_days=7, label="other", as_of="2024-06-03")
    assert gone.why == ["what was kept of the fit isn't there whole"]


@pytest.mark.slow
def test_nothing_is_kept_unless_asked_for(small):
    first = Built(small, refit_after_days=0)
    assert not fit_folder(small.database).exists()
    asked = Built(small, refit_after_days=7)
    assert asked.drawn != first.drawn
    assert fit_folder(small.database).is_dir()
    assert Built(small, full=True, refit_after_days=7).refreshes == []
    assert Built(small, refit_after_days=0).why == []  # it was taken back, not ended
    assert not fit_folder(small.database).exists()


def test_the_last_fit_is_pinned(small):
    """It is kept though each build is to fit, and what ends it all the same is said as such."""
    first = Built(small, refit_after_days=0, pinned_fit="last")
    assert (first.why, first.refreshes) == ([], [])
    later = Built(small, refit_after_days=0, pinned_fit="last", as_of="2024-07-01")
    assert later.drawn == first.drawn
    assert [one.is_pinned for one in later.refreshes] == [True]
    kept = kept_fit(small.database)
    assert kept is not None
    assert (kept.fit.run_id, kept.days, kept.is_pinned) == (first.result.run_id, 0, True)
    other = Built(small, refit_after_days=0, pinned_fit="last", label="other")
    assert (other.why, other.is_pinned) == (["settings: label: its default → other"], [True])
    assert other.drawn != first.drawn
    unpinned = Built(small, refit_after_days=0, label="other", as_of="2024-06-02")
    assert unpinned.drawn != other.drawn
    assert not fit_folder(small.database).exists()


@pytest.mark.slow
def test_a_pinned_run_is_served_on_with_or_nothing_is_published(small):
    with pytest.raises(RecsysError, match=r"pinned_fit is 12345678, .* no fit is kept\. Nothing"):
        Built(small, pinned_fit="12345678")
    assert not small.database.exists()
    first = Built(small, refit_after_days=1)
    pin = first.result.run_id[:8]
    with pytest.raises(RecsysError, match=f"the fit that is kept is that of run {pin}"):
        Built(small, pinned_fit="12345678")
    pinned = Built(small, pinned_fit=pin, as_of="2024-07-01")
    assert (pinned.drawn, pinned.why) == (first.drawn, [])

    # what is found out before the build, and midway: the fit stays, and serves once that is undone
    before = small.database.read_bytes()
    for wrong, why in (
        ({"label": "other"}, "settings: label: its default → other"),
        ({"drift_ignored": "1 of its customers left"}, "1 of its customers left"),
    ):
        with pytest.raises(RecsysError, match=f"its fit can't serve on: {why}. Nothing was"):
            Built(small, pinned_fit=pin, as_of="2024-07-02", **wrong)
        assert small.database.read_bytes() == before
    again = Built(small, pinned_fit=pin, as_of="2024-07-02")
    assert (again.drawn, again.result.notes) == (first.drawn, ())

    full = Built(small, full=True, pinned_fit=pin, as_of="2024-07-02")
    assert full.drawn != first.drawn
    [said] = full.result.notes
    assert f"until pinned_fit is {full.result.run_id[:8]}, last or nothing" in said
    with pytest.raises(RecsysError, match=f"that of run {full.result.run_id[:8]}"):
        Built(small, pinned_fit=pin, as_of="2024-07-03")


def test_a_pinned_fit_outlives_drift():
    kept = kept_of(fingerprint(), ended="drift: 1 alarm")
    assert why_fit_anew(kept, fingerprint(settings={"pinned_fit": "last"}), None) is None
    assert why_fit_anew(kept, fingerprint(settings={"pinned_fit": ""}), None) == kept.ended


def fingerprint(**said):
    return Fingerprint(
        **{"taken_at": 1, "inputs": {}, "shop": {}, "settings": {}, "version": {}} | said
    )


def kept_of(made_of, *, ended=None):
    fit = Fit(run_id="r1", fitted_at="2024-06-02T00:00Z", as_of="2024-06-01", made_of=made_of)
    return KeptFit(fit=fit, days=7, database=None, ended=ended)


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        ({}, {}, None),
        ({"settings": {"as_of": "2024-06-01"}}, {"settings": {"as_of": "2024-06-02"}}, None),
        ({}, {"settings": {"drift_watch": "9", "keep_builds": "4", "keep_days": "1"}}, None),
        ({}, {"settings": {"pinned_fit": "last", "refit_after_days": "9"}}, None),
        ({"shop": {"as_of": "2024-06-01"}}, {"shop": {"as_of": "2024-06-02"}}, None),
        ({"day": "2024-06-01"}, {"day": "2024-06-02"}, None),
        ({}, {"inputs": {"purchases": {"new.csv": FileMark(1, 1, 1, 1, "d")}}}, None),
        ({}, {"settings": {"list_length": "5"}}, "settings: list_length: its default → 5"),
        ({"version": {"a": "2.0"}}, {"version": {"a": "2.1"}}, "version: a: 2.0 → 2.1"),
        ({}, {"shop": {"purchases": {"path": "b.csv"}}}, "shop file: purchases.path"),
        ({}, {"forgotten": "abc"}, "forgotten: others are to be kept out than then"),
    ],
)
def test_what_ends_a_fit_before_a_build(before, now, why):
    assert why_fit_anew(kept_of(fingerprint(**before)), fingerprint(**now), None) == why


def test_drift_ends_a_fit_that_served():
    far = Deviation("lines", "purchases", 1020, 2040.4, -9, "alarm")
    drift = Drift(measures=48, earlier_runs=30, alarms=(far,))
    ended = ended_by(drift)
    assert ended is not None
    assert ended.startswith("drift: 1 alarm of 48 measures: lines of purchases 1,020")
    assert ended_by(Drift(measures=48, earlier_runs=30, watched=(far,))) is None
    assert why_fit_anew(kept_of(fingerprint(), ended=ended), fingerprint(), None) == ended


def test_a_fit_of_another_version_is_none(tmp_path):
    database = tmp_path / "shop.duckdb"
    assert kept_fit(database) is None
    fit_folder(database).mkdir(parents=True)
    (fit_folder(database) / "fit.json").write_text(json.dumps({"days": 7, "of_later": 1}))
    assert kept_fit(database) is None
