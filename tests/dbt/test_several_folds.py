"""Two judged folds: each by itself in the tables, a choice on the first, a report on the last."""

import re
from pathlib import Path

import pytest

QUESTIONS = (Path(__file__).parents[2] / "docs" / "questions.md").read_text(encoding="utf-8")
FIRST, LAST = "2024-04-04", "2024-05-02"


def question(number: int) -> str:
    [sql] = re.findall(rf"\*\*{number}\. .*?```sql\n(.*?)```", QUESTIONS, re.DOTALL)[:1]
    return str(sql)


def test_both_are_judged_on_a_sample(ask_sampled):
    rows = ask_sampled("""
        select fold, max(customers) from marts.model_metrics where list_type <> 'product_page'
        group by fold order by fold
    """)
    assert rows == [(FIRST, 8), (LAST, 8)]


def test_the_hybrid_ranks_in_each(ask_sampled):
    folds = {fold for (fold,) in ask_sampled("select distinct fold from recommenders.rec_hybrid")}
    assert {FIRST, LAST} <= folds
    served = ask_sampled("select distinct list_type from marts.recommendations")
    assert len(served) == 3


def test_the_choice_is_made_on_the_first_and_reported_on_the_last(ask_sampled):
    chosen = ask_sampled("""
        select list_type, recommender, baseline, ci_low from intermediate.int_metric_intervals
        where fold is null and segment_type = 'all' and metric = 'ndcg' and k = 10
    """)
    of_first = ask_sampled(
        """
        select list_type, recommender, baseline, ci_low from intermediate.int_metric_intervals
        where fold = ? and segment_type = 'all' and metric = 'ndcg' and k = 10
        """,
        FIRST,
    )
    assert sorted(chosen, key=str) == sorted(of_first, key=str)
    champions = ask_sampled("select list_type, recommender, value, baseline from marts.champions")
    assert len(champions) == 3
    for list_type, recommender, value, baseline in champions:
        [(reported,)] = ask_sampled(
            """
            select value from marts.model_metrics where fold = ? and list_type = ?
                and recommender = ? and metric = 'ndcg' and k = 10 and segment_type = 'all'
            """,
            *(LAST, list_type, recommender),
        )
        assert value == pytest.approx(reported, abs=1e-9)
        simple = ask_sampled(
            """
            select recommender from marts.model_metrics where fold = ? and list_type = ?
                and recommender in ('popularity', 'buy_again')
                and metric = 'ndcg' and k = 10 and segment_type = 'all'
            order by value desc, recommender
            """,
            *(FIRST, list_type),
        )
        assert simple[0] == (baseline,)


@pytest.mark.parametrize("number", [5, 10])
def test_answers_of_the_readme_are_of_one_fold(ask_sampled, number):
    rows = ask_sampled(question(number).replace("limit 5", ""))
    what = [row[:3] if number == 10 else row[0] for row in rows]
    assert len(what) == len(set(what)) > 3


def test_the_leaderboard_is_of_the_last(ask_sampled):
    rows = dict(row[:2] for row in ask_sampled(question(5).replace("limit 5", "")))
    expected = ask_sampled(
        """
        select recommender, round(value, 4) from marts.model_metrics where fold = ?
            and list_type = 'discover' and metric = 'ndcg' and k = 10 and segment_type = 'all'
        """,
        LAST,
    )
    assert rows == dict(expected)
