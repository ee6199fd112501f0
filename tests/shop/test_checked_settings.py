"""Settings are refused before anything is read, as a build refuses them."""

import pytest

from recsys.errors import InvalidParameterError, ShopFileError
from recsys.pipeline.build import build
from recsys.shop.checked_settings import check_settings
from recsys.shop.file import Shop

PURCHASES = {
    "path": "nowhere.csv",
    "columns": {"customer_id": "c", "product_id": "p", "purchased_at": "t"},
}


def shop(**settings):
    return Shop.model_validate({"name": "far", "purchases": PURCHASES, "settings": settings})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"list_length": 0}, "setting list_length is 0; use a whole number from 1 to"),
        ({"find_non_products": "perhaps"}, "is perhaps; use true or false"),
        ({"timezone": "Mars"}, "setting timezone is Mars; use a name such as Europe/Berlin"),
        # what depends on another setting, or on the columns that are mapped
        ({"rating_min": 5}, r"setting rating_max is 5\.0; use a number above rating_min"),
        ({"challenger_share": 0.2}, "setting challenger is empty"),
        ({"objective": "margin"}, "maps neither cost nor margin of products"),
    ],
)
def test_what_a_build_would_refuse(settings, said):
    for of_file, given in ((settings, {}), ({}, settings)):
        with pytest.raises(InvalidParameterError, match=said):
            check_settings(shop(**of_file), given)


def test_a_variable_wins_over_the_shop_file():
    check_settings(shop(list_length=0, timezone="Mars"), {"list_length": 5, "timezone": None})
    with pytest.raises(InvalidParameterError, match="list_length is 0"):
        check_settings(shop(list_length=5), {"list_length": 0})


def test_names_that_are_no_settings():
    with pytest.raises(ShopFileError, match=r"settings: unknown setting 'list_lenght'"):
        check_settings(shop(list_lenght=5), {})
    with pytest.raises(InvalidParameterError, match=r"unknown setting 'list_lenght'"):
        check_settings(shop(), {"list_lenght": 5})


def test_a_build_reads_nothing_and_leaves_nothing(tmp_path):
    file = tmp_path / "shop.yml"
    file.write_text(
        "name: far\npurchases: {path: nowhere.csv, columns: {customer_id: c, product_id: p, "
        "purchased_at: t}}\n",
        encoding="utf-8",
    )
    with pytest.raises(InvalidParameterError, match="list_length is 99"):
        build(file, tmp_path / "shop.duckdb", variables={"list_length": 99})
    with pytest.raises(ShopFileError, match="no shop file at"):
        build(tmp_path / "other.yml", tmp_path / "shop.duckdb")
    assert list(tmp_path.iterdir()) == [file]
