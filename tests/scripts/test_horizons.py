"""What `scripts/bench quality horizons` builds, what it says, and which targets it calls missed."""

import importlib
from pathlib import Path

import duckdb
import pytest

from recsys.shop import load_shop

SCRIPTS = Path(__file__).parents[2] / "scripts"
MODELS = Path(__file__).parents[2] / "dbt_project" / "models"


@pytest.fixture
def horizons(monkeypatch):
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module("benchmarks.horizons")


def test_everything_is_built_once(horizons):
    """Three horizons, with and without stores, by three seeds, in the order of their builds."""
    made = list(horizons.steps())
    assert [(one.knows_stores, one.horizon, one.seed) for one in made] == [
        (stores, horizon, seed)
        for stores in (True, False)
        for horizon in (0, 7, 28)
        for seed in (0, 1, 2)
    ]
    assert [one.select for one in made].count(("+model_metrics",)) == 1
    assert made[0].select == ("+model_metrics",)
    # a seed changes the hybrid alone, a horizon what is read of promotions as well
    assert {one.select for one in made if one.seed > 0} == {horizons.OF_SEED}
    assert {one.select for one in made if one.seed == 0 and one.horizon > 0} == {
        horizons.OF_HORIZON
    }


def test_without_stores_purchases_name_none_and_all_else_is_the_same(horizons, tmp_path):
    shop, bundled = load_shop(horizons.without_stores(tmp_path)), load_shop("complete_journey")
    columns = bundled.purchases.columns
    assert shop.purchases.columns == {
        name: said for name, said in columns.items() if name != "store_id"
    }
    assert len(columns) == len(shop.purchases.columns) + 1
    assert (shop.promotions, shop.products, shop.folder) == (
        bundled.promotions,
        bundled.products,
        bundled.folder,
    )


def test_the_mean_of_the_seeds_is_said_and_held_against_its_target(horizons, capsys):
    seeds = [
        {"discover": 0.066, "buy_again": 0.516, "next_basket": 0.430},
        {"discover": 0.068, "buy_again": 0.515, "next_basket": 0.431},
        {"discover": 0.067, "buy_again": 0.517, "next_basket": 0.432},
    ]
    assert horizons.told(28, seeds, knows_stores=True) == ["horizon 28, discover"]
    assert capsys.readouterr().out == (
        "  28 days, with stores    discover 0.0670 (target 0.068)  "
        "buy_again 0.5160 (target 0.515)  next_basket 0.4310 (target 0.430)\n"
    )
    assert horizons.told(28, seeds, knows_stores=False) == []
    assert "target" not in capsys.readouterr().out


def test_whatever_reads_stores_of_purchases_is_built_of_other_stores(horizons):
    readers = {
        path.stem
        for path in MODELS.rglob("*.sql")
        if "ref('int_known_events')" in (sql := path.read_text("utf-8")) and "store_key" in sql
    } - {"int_known_events"}
    assert "int_customer_stores" in readers
    assert {f"{name}+,+model_metrics" for name in readers} <= set(horizons.OF_STORES)


def test_each_build_goes_on_from_the_one_before(horizons, monkeypatch, capsys):
    """A build writes here what it was told; the last of each three seeds says their mean."""
    told = []

    def build(shop, database, *, select, variables):
        told.append((str(shop), tuple(select), dict(variables)))
        value = variables["promotion_horizon_days"] / 100 + variables["hybrid_seed"] / 1000
        with duckdb.connect(database) as connection:
            connection.execute("create schema if not exists marts")
            connection.execute(
                """
                create or replace table marts.model_metrics as
                select
                    'hybrid' as recommender, unnest(?) as list_type, ? as value,
                    'ndcg' as metric, 10 as k, 'all' as segment_type
                """,
                [list(horizons.LISTS), value],
            )

    monkeypatch.setattr(horizons, "build", build)
    assert horizons.measure() == ["horizon 28, buy_again", "horizon 28, next_basket"]
    assert [variables["hybrid_seed"] for _, _, variables in told] == [0, 1, 2] * 6
    assert all(variables["keep_working_tables"] for _, _, variables in told)
    assert [shop == "complete_journey" for shop, _, _ in told] == [True] * 9 + [False] * 9
    out = capsys.readouterr().out
    # (.28 + .281 + .282) / 3, and of 7 days .07 to .072
    assert out.count("discover 0.2810") == 2
    assert out.count("discover 0.0710") == 2
