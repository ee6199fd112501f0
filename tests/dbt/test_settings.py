"""The SQL of the settings takes and refuses what the model of settings does."""

import duckdb
import pytest
from pydantic import ValidationError

from recsys.settings.model import Settings
from scripts.write_settings import FIELDS, choices, kind, limits


@pytest.fixture(scope="module")
def read(project):
    """Return a function that reads settings as a build does."""
    [node] = [node for node in project.models if node["name"] == "stg_settings"]

    def settings(mapped=("purchases.amount", "products.cost"), **given):
        with duckdb.connect() as connection:
            connection.execute("attach ':memory:' as recsys_inputs")
            connection.execute("create table recsys_inputs.settings (name text, value text)")
            connection.execute(
                "create table recsys_inputs.mapped_columns (input text, column_name text)"
            )
            for column in mapped:
                connection.execute(
                    "insert into recsys_inputs.mapped_columns values (?, ?)", column.split(".")
                )
            for name, value in given.items():
                connection.execute(
                    "insert into recsys_inputs.settings values (?, ?)", [name, str(value)]
                )
            result = connection.execute(node["compiled_code"])
            names = [column[0] for column in result.description]
            return dict(zip(names, result.fetchall()[0], strict=True))

    return settings


def test_without_a_word_of_a_shop_the_defaults_are_read(read):
    found = read()
    for name, value in Settings().model_dump().items():
        assert found[name] == value, name


def wrong_values(field):
    """Return values that are not legal, if there are any."""
    if choices(field):
        return ["something else"]
    if ends := limits(field):
        return [ends[0] - 1, ends[1] + 1, "many"]
    return ["perhaps"] if kind(field) is not str else []


def test_both_refuse_the_same(read):
    refused = 0
    for name, field in FIELDS.items():
        for value in wrong_values(field):
            with pytest.raises(duckdb.Error, match=rf"setting {name} is {value}; use "):
                read(**{name: value})
            with pytest.raises(ValidationError):
                Settings.model_validate({name: value})
            refused += 1
    assert refused > 100


DEPENDING = {
    *("rating_min", "rating_max", "candidates_per_customer", "list_length"),
    *("drift_watch", "drift_alarm", "control_share", "challenger_share"),
}
"""What is legal of these depends on another setting."""


def test_both_take_what_is_just_legal(read):
    for name, field in FIELDS.items():
        if name in DEPENDING:
            continue
        for value in [*limits(field), *choices(field)]:
            assert read(**{name: value})[name] == (None if value == "" else value), name
            assert Settings.model_validate({name: value or None if value == "" else value})


def test_what_depends_on_another_setting_is_looked_at_together(read):
    with pytest.raises(duckdb.Error, match=r"setting rating_max is 1\.0; use a number above"):
        read(rating_min=1, rating_max=1)
    with pytest.raises(duckdb.Error, match="setting candidates_per_customer is 5; use at least"):
        read(candidates_per_customer=5)
    with pytest.raises(duckdb.Error, match="setting pinned_champion is ease; name it in"):
        read(pinned_champion="ease", recommenders="svd")
    for wrong in ("lasst", "5de8d3c", "5DE8D3CE", "5de8d3ce%"):
        with pytest.raises(duckdb.Error, match=f"setting pinned_fit is {wrong}; use last, or"):
            read(pinned_fit=wrong)
    for right in ("last", "5de8d3ce", "5de8d3ce-f407-4b12-9c7a-1f2e3d4c5b6a"):
        assert read(pinned_fit=right)["pinned_fit"] == right
    with pytest.raises(
        duckdb.Error, match=r"setting drift_alarm is 5\.0; use at least drift_watch, 6"
    ):
        read(drift_watch=6)


@pytest.mark.parametrize(
    ("objective", "mapped", "missing"),
    [
        ("margin", ["products.price", "purchases.amount"], "neither cost nor margin of products"),
        ("margin", ["customers.margin"], "neither cost nor margin of products"),
        ("revenue", ["products.cost"], "no price: neither unit_price nor amount"),
    ],
)
def test_an_objective_without_its_columns_is_refused(read, objective, mapped, missing):
    with pytest.raises(duckdb.Error, match=f"setting objective is {objective}, .* {missing}"):
        read(mapped=mapped, objective=objective)


@pytest.mark.parametrize(
    ("objective", "column"),
    [
        *(("margin", "products.cost"), ("margin", "products.margin")),
        *(("revenue", "products.price"), ("revenue", "purchases.unit_price")),
        *(("revenue", "purchases.amount"), ("probability", "purchases.product_id")),
    ],
)
def test_an_objective_with_one_of_its_columns_is_taken(read, objective, column):
    assert read(mapped=[column], objective=objective)["objective"] == objective
