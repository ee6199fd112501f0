"""What was bought votes for what goes with it."""

import duckdb
import pytest

from recsys.compute import dbt_log
from recsys.dbt.bought_together import candidates_of_pairs

PRODUCTS = ["tea", "jam", "oil", "milk", "bread", "wine", "gin", "rum"]
KEYS = {name: 100 - place for place, name in enumerate(PRODUCTS)}
"""They run against the order of ties."""


@pytest.fixture
def ask(monkeypatch):
    """Return a function that ranks the pairs below."""
    monkeypatch.setattr(dbt_log, "log", lambda line: None)
    connection = duckdb.connect()

    def table(columns, rows):
        listed = ", ".join(str(row) for row in rows)
        return connection.sql(f"select * from (values {listed}) as rows ({', '.join(columns)})")  # noqa: S608

    def ask(recommenders="svd, bought_together", interactions=(), products=PRODUCTS, run_out=()):
        bought = [("serving", 1, "tea", 2), ("serving", 1, "jam", 1), ("serving", 1, "oil", 0)]
        bought += [("serving", 2, "tea", 5), ("2017-03-03", 1, "gin", 9), *interactions]
        together = [("tea", "milk", 0.5), ("jam", "milk", 0.25), ("jam", "bread", 0.5)]
        together += [("tea", "wine", 0.25), ("jam", "gin", 0.125), ("tea", "jam", 0.25)]
        together += [("oil", "rum", 1)]
        return candidates_of_pairs(
            interactions=table(
                ["fold", "customer_key", "product_key", "weight"],
                [(fold, who, KEYS[what], weight) for fold, who, what, weight in bought],
            ),
            fold_customers=table(
                ["fold", "customer_key"],
                [("serving", 1), ("serving", 3)],
            ),
            fold_products=table(
                [
                    "fold",
                    "product_key",
                    "tie_order",
                    "in_catalogue",
                    "is_learned_from",
                ],
                [
                    (
                        "serving",
                        KEYS[p],
                        PRODUCTS.index(p),
                        p in products and p not in run_out,
                        p in products,
                    )
                    for p in PRODUCTS
                ],
            ),
            pairs=table(
                ["fold", "product_key", "other_product_key", "confidence"],
                [("serving", KEYS[one], KEYS[other], c) for one, other, c in together]
                + [("2017-03-03", KEYS["tea"], KEYS["rum"], 1)],
            ),
            settings=connection.sql(
                f"select 2 as candidates_per_customer, '{recommenders}' as recommenders"
            ),
        ).read_all()

    return ask


def test_votes_of_what_was_bought(ask):
    """Two candidates a kind. ann's weights: tea 2, jam 1, and 0 for a free line of oil.

    milk: 2 * .5 (tea) + 1 * .25 (jam) = 1.25; bread: 1 * .5 = .5; wine: 2 * .25 = .5, behind bread
    in the order of ties: cut; gin: 1 * .125, cut. jam itself, which she bought: 2 * .25 (tea) = .5.
    rum leads only from oil. bob isn't ranked for, and cat bought nothing.
    """
    assert [tuple(row.values()) for row in ask().to_pylist()] == [
        ("serving", 1, KEYS["milk"], 1.25, True, 1),
        ("serving", 1, KEYS["bread"], 0.5, True, 2),
        ("serving", 1, KEYS["jam"], 0.5, False, 1),
    ]


def test_what_is_not_in_the_catalogue_is_not_ranked(ask):
    found = ask(products=["tea", "jam", "oil", "wine"]).to_pylist()
    assert [row["product_key"] for row in found] == [KEYS["wine"], KEYS["jam"]]


def test_what_has_run_out_votes_and_is_not_ranked(ask):
    """As above without milk and jam: jam's vote still makes bread .5."""
    found = ask(run_out=["milk", "jam"]).to_pylist()
    assert [(row["product_key"], row["score"]) for row in found] == [
        (KEYS["bread"], 0.5),
        (KEYS["wine"], 0.5),
    ]


def test_a_shop_whose_products_are_all_too_rare(ask):
    assert ask(products=[]).num_rows == 0


def test_it_is_not_built_where_the_setting_does_not_name_it(ask):
    assert ask(recommenders="svd, bought_together_2").num_rows == 0
