"""What the documentation shows works, and gives what the tables say."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "dbt_project"
PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"
TUNING = PAGE.with_name("tuning.md")
HISTORY = PAGE.with_name("history.md")
EXAMPLE = "select '2017-12-04' as fold, 'popularity' as recommender, 'discover' as list_type"


@pytest.fixture(scope="module")
def statements():
    return re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_every_statement_runs(ask_published, statements):
    comments, probabilities, promotions, on_promotion, ndcg = statements
    assert "`ndcg`" in dict(ask_published(comments))["metric"]
    assert ask_published(probabilities) == []  # the tiny shop is too small to learn from
    assert ask_published(promotions) == []  # the tiny shop has none
    assert ask_published(on_promotion) == []
    assert ask_published(ndcg)


def assert_ndcg_is_the_table_s(query, statements, folds):
    [statement] = [sql for sql in statements if "ndcg" in sql]
    assert statement.count(EXAMPLE) == 1
    rows = query("""
        select fold, recommender, list_type, value from marts.model_metrics
        where metric = 'ndcg' and k = 10 and segment_type = 'all'
    """)
    assert len({row[0] for row in rows}) == folds
    assert len(rows) > folds * 3 * 8
    for *what, value in rows:
        chosen = "select '{}' as fold, '{}' as recommender, '{}' as list_type".format(*what)
        [(ndcg,)] = query(statement.replace(EXAMPLE, chosen))
        assert ndcg == pytest.approx(value, abs=1e-9)


def test_ndcg_recomputed_is_the_table_s(ask_published, statements):
    assert_ndcg_is_the_table_s(ask_published, statements, folds=1)


def test_ndcg_recomputed_of_several_folds_and_a_sample_of_customers(ask_sampled, statements):
    assert_ndcg_is_the_table_s(ask_sampled, statements, folds=2)


def test_every_test_and_setting_named_there_exists(query):
    text = PAGE.read_text(encoding="utf-8")
    project = PAGE.parents[1] / "dbt_project"
    for name in re.findall(r"`(assert_\w+)`", text):
        assert (project / "tests" / f"{name}.sql").is_file()
    settings = {row[0] for row in query("describe staging.stg_settings")}
    named = {"label_window_days", "judged_folds", "bootstrap_resamples", "bootstrap_seed"}
    named |= {"champion_metric", "champion_k", "pinned_champion", "require_better_champion"}
    assert all(f"`{name}`" in text for name in named)
    assert named <= settings


def test_what_the_page_on_tuning_asks_and_names_exists(query, ask_published):
    text = TUNING.read_text(encoding="utf-8")
    [statement] = re.findall(r"```sql\n(.*?)```", text, flags=re.DOTALL)
    assert ask_published(statement) == []
    settings = {row[0] for row in query("describe staging.stg_settings")}
    named = {"tuning_trials", "tuning_minutes", "tuning_recommenders"}
    named |= {"judged_folds", "hybrid_training_folds"}
    assert all(name in text for name in named)
    assert named <= settings
    for table in re.findall(r"`(\w+\.\w*tun\w+)`", text):
        assert ask_published(f"select count(*) from {table}")  # noqa: S608


def test_what_the_page_on_history_asks_and_names_exists(ask_published):
    text = HISTORY.read_text(encoding="utf-8")
    seen, *others = re.findall(r"```sql\n(.*?)```", text, flags=re.DOTALL)
    served = seen.replace("2017-12-24", "2024-06-01").replace("'1'", "'00123'")
    assert ask_published(served) == ask_published("""
        select list_type, rank, product_id, recommender, probability
        from marts.recommendations where customer_id = '00123' order by list_type, rank
    """)
    for statement in others:
        assert ask_published(statement) == []  # nothing has happened since the first build
    for table in re.findall(r"^\| `([\w.]+)` \|", text, flags=re.MULTILINE):
        assert ask_published(f"describe {table}")
    columns = {row[0] for row in ask_published("describe marts.outcome_metrics")}
    assert {"lists", "recommender"} <= columns


def test_a_run_is_written_down_after_every_other_public_table():
    """Else a build that fails behind it would count as complete.

    Histories are of complete builds, and an experiment's first day is that of one.
    """
    models = {path.stem: path for path in (PROJECT / "models").rglob("*.[sp][qy]*")}
    found, waiting = set(), ["run_history"]
    while waiting:
        text = models[waiting.pop()].read_text("utf-8")
        new = set(re.findall(r"ref\(['\"](\w+)['\"]\)", text)) - found
        found |= new
        waiting += new
    marts = {path.stem for path in (PROJECT / "models" / "marts").rglob("*.sql")}
    experiment = {path.stem for path in (PROJECT / "models" / "marts" / "experiment").glob("*.sql")}
    histories = {"run_history", "champions_history", "model_metrics_history"}
    assert marts - found == histories | experiment
