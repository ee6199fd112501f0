"""What a fold knows of promotions, of a shop whose calendar goes on after the last purchase."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from .compiled_project import CompiledProject, rows_found
from .rendering import Renderer

LAST = date(2024, 2, 25)
JUDGED = "2024-02-18"
CHECK = "assert_promotions_are_known_at_the_cutoff"
SHOP = """
name: grocer
purchases:
  path: lines.csv
  columns: {customer_id: c, product_id: p, purchased_at: t, amount: a, store_id: s, discount: d}
promotions:
  path: plan.csv
  columns: {product_id: p, store_id: s, starts: a, ends: z, kind: k, planned_at: told}
settings: {label_window_days: 7, min_customers_per_product: 1, judged_folds: 1}
"""
PLAN = f"""p,s,a,z,k,told
begun,1,{JUDGED},2024-02-18,mailer,2024-02-17
announced later,1,2024-02-19,2024-02-25,mailer,2024-02-18
near,1,2024-02-20,2024-03-15,display,
far,1,2024-02-22,2024-02-25,display,
over,,2024-02-11,2024-02-17,mailer,
today,1,2024-02-26,2024-02-28,mailer,
"""
PRODUCTS = ("begun", "announced later", "near", "far", "over", "today", "never")
MODELS = ("int_store_promotions", "int_promotion_calendars", "int_product_features", CHECK)


def lines() -> str:
    """Return a line a day of each product; only those since the judged cut-off have a discount."""
    days = [LAST - timedelta(days) for days in range(56)]
    return "c,p,t,a,s,d\n" + "".join(
        f"{name},{product},{day},2,1,{2 if str(day) >= JUDGED else 0}\n"
        for name in ("ann", "bob")
        for product in PRODUCTS
        for day in days
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calendar")
    for name, text in (("shop.yml", SHOP), ("plan.csv", PLAN), ("lines.csv", lines())):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def opened(files, project: CompiledProject, request) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database with what the folds know of promotions."""
    settings = getattr(request, "param", {})
    with project.opened(files / "shop.yml", files / "recsys.duckdb", settings) as connection:
        for node in project.upstream(MODELS):
            project.make(connection, node)
        yield connection


def promoted(connection: duckdb.DuckDBPyConnection, fold: str) -> dict[str, tuple[float, float]]:
    """Return the days on promotion before the cut-off and after it, by product."""
    return {
        product: (before, later)
        for product, before, later in connection.execute(
            """
            select product_id, promoted_days_eight_weeks, promoted_days_next_window
            from intermediate.int_store_promotions
            inner join intermediate.int_products using (product_key)
            where fold = ? and store_key = 0
            """,
            [fold],
        ).fetchall()
    }


def failures(connection: duckdb.DuckDBPyConnection, project: CompiledProject) -> int:
    [node] = [node for node in project.tests if node["name"] == CHECK]
    return rows_found(connection, node)


def test_a_fold_knows_what_was_planned_and_what_is_near(opened, project):
    """Today's calendar reaches beyond a label window: so far does that of the past, too."""
    [known] = opened.execute("from intermediate.int_promotion_horizon").fetchall()
    assert known == (7, 7)  # `near` goes on until the 15th of March
    assert promoted(opened, JUDGED) == {
        "begun": (0, 1),
        "near": (0, 5),  # the 20th to the 24th, the last day of the window
        "far": (0, 3),
        "over": (7, 0),
    }
    assert promoted(opened, "serving") == {
        "begun": (1, 0),
        "announced later": (7, 0),
        "near": (6, 7),
        "far": (4, 0),
        "over": (7, 0),
        "today": (0, 3),
    }
    assert failures(opened, project) == 0


@pytest.mark.parametrize("opened", [{"promotion_horizon_days": 3}], indirect=True)
def test_a_horizon_of_three_days_ends_after_the_third(opened, project):
    assert promoted(opened, JUDGED) == {
        "begun": (0, 1),
        "near": (0, 1),  # the third day alone
        "over": (7, 0),
    }
    assert failures(opened, project) == 0


@pytest.mark.parametrize("opened", [{"promotion_horizon_days": 0}], indirect=True)
def test_without_a_horizon_the_past_and_what_was_planned_are_known(opened):
    assert promoted(opened, JUDGED) == {"begun": (0, 1), "over": (7, 0)}
    assert promoted(opened, "serving") == {
        "begun": (1, 0),
        "announced later": (7, 0),
        "near": (6, 0),
        "far": (4, 0),
        "over": (7, 0),
    }


def test_discounts_of_the_label_window_are_unknown(opened):
    asked = """
        select distinct fold, discounted_share_one_window, discount_depth_one_window
        from intermediate.int_product_features where fold in (?, 'serving') order by fold
    """
    rows = opened.execute(asked, [JUDGED]).fetchall()
    assert rows == [(JUDGED, 0, 0), ("serving", 1, 0.5)]


@pytest.mark.parametrize("opened", [{"promotion_horizon_days": 3}], indirect=True)
def test_a_fold_that_knows_a_later_plan_is_found(opened, project):
    """Planted: whatever the calendar says is known."""
    model = project.manifest["nodes"]["model.recsys.int_known_promotions"]
    source = model["raw_code"]
    rule = "{{ known_at('folds', 'promotions.known_from') }}"
    assert source.count(rule) == 1
    leaky = Renderer(project).render(source.replace(rule, "true"))
    project.make(opened, model, leaky)
    for node in project.models:
        if node["name"] == "int_store_promotions":
            project.make(opened, node)
    assert "announced later" in promoted(opened, JUDGED)
    assert failures(opened, project) > 0
