"""When a fit serves no more: the reasons that a build finds in its lines (model int_fit)."""

import duckdb
import pytest

from .rendered_models import Models

GIVEN = {
    "int_folds": ("fold varchar, cutoff_at timestamp", [("serving", "2017-04-04")]),
    "stg_settings": ("refit_after_days integer, pinned_fit varchar", [(7, None)]),
    "int_rating_scale": ("is_unary boolean, has_purchases boolean", [(None, True)]),
    "int_counting_unit": ("counts_orders boolean", [(False,)]),
    "int_changed_lines": (
        "was_due boolean, added_lines bigint, gone_lines bigint",
        [(True, 1, 2), (False, 90, 0)],
    ),
    "int_customers": ("customer_id varchar", [("ann",), ("new",)]),
    "int_products": ("product_id varchar", [("tea",), ("new",)]),
    "fitted_run": (
        "run_id varchar, fitted_until timestamp, lines bigint, is_unary boolean, "
        "has_purchases boolean, counts_orders boolean",
        [("r1", "2017-04-01", 200, None, True, False)],
    ),
    "fitted_customers": ("name varchar", [("ann",)]),
    "fitted_products": ("name varchar, is_sold boolean", [("tea", True), ("unsold", False)]),
}


def fit(**given):
    """Make int_fit of the given tables, with other rows of some; return its row."""
    with duckdb.connect() as connection:
        models = Models(connection, run_id="'r2'")
        models.define("fitted", lambda kind: f"fitted_{kind}")
        for name, (columns, rows) in GIVEN.items():
            models.fill(name, columns, given.get(name, rows))
        models.make("int_fit")
        return connection.execute("from int_fit").fetchall()


def test_a_young_fit_serves():
    """Two of 200 lines are gone or late: that is one in a hundred, and no more."""
    [(run, _, days, is_refreshed)] = fit()
    assert (run, days, is_refreshed) == ("r1", 3, True)


def test_a_pinned_fit_serves_on_whatever_its_age_and_its_lines():
    given = {"int_folds": [("serving", "2018-04-04")], "int_changed_lines": [(True, 90, 90)]}
    [(run, _, days, is_refreshed)] = fit(stg_settings=[(7, "last")], **given)
    assert (run, days, is_refreshed) == ("r1", 368, True)


@pytest.mark.parametrize(
    "given",
    [
        {"int_folds": [("serving", "2017-03-31")]},
        {"int_customers": [("new",)]},
        {"int_products": [("new",)]},
        {"int_counting_unit": [(True,)]},
    ],
)
def test_what_no_list_could_be_made_of_ends_a_pinned_fit(given):
    with pytest.raises(duckdb.InvalidInputException, match="fit anew: "):
        fit(stg_settings=[(7, "last")], **given)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"int_folds": [("serving", "2017-04-08")]}, "7 days old, and refit_after_days is 7"),
        ({"int_folds": [("serving", "2017-03-31")]}, "on an earlier day"),
        ({"int_changed_lines": [(True, 3, 0)]}, "3 of 200 lines from before it came late"),
        ({"int_changed_lines": [(True, 0, 3)]}, "3 of 200 lines"),
        ({"int_customers": [("new",)]}, "1 of its customers left"),
        ({"int_products": [("new",)]}, "1 of its products left"),
        ({"int_counting_unit": [(True,)]}, "of another kind"),
        ({"int_rating_scale": [(False, True)]}, "of another kind"),
    ],
)
def test_a_fit_ends(given, why):
    with pytest.raises(duckdb.InvalidInputException, match=f"fit anew: .*{why}"):
        fit(**given)
