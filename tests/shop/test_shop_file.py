"""What a shop file may say, and what is answered when it says something else."""

import textwrap
from pathlib import Path

import pytest

from recsys.errors import ShopFileError
from recsys.shop import DEFAULT_SHOP, load_shop

LEGAL = """
name: corner shop
purchases:
  path: p.csv
  columns: {customer_id: c, product_id: p, purchased_at: t}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "shop.yml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ShopFileError) as caught:
        load_shop(written(folder, text))
    message = str(caught.value)
    assert str(folder / "shop.yml") in message
    return message


def test_a_legal_file(tmp_path):
    shop = load_shop(written(tmp_path, LEGAL + "as_of: 2024-05-30\nsettings: {list_length: 5}\n"))
    assert shop.name == "corner shop"
    assert shop.folder == tmp_path
    assert shop.as_of is not None
    assert shop.as_of.isoformat() == "2024-05-30"
    assert shop.settings == {"list_length": 5}
    assert [name for name, table in shop.tables().items() if table] == ["purchases"]


def test_the_default_shop_comes_with_the_package():
    shop = load_shop(DEFAULT_SHOP)
    assert shop.purchases is not None
    assert (shop.folder / shop.purchases.path).is_file()


def test_a_file_that_isn_t_there_names_the_bundled_shops(tmp_path):
    with pytest.raises(ShopFileError, match=r"'nowhere' doesn't exist.*complete_journey"):
        load_shop("nowhere")
    with pytest.raises(ShopFileError, match=r"nowhere\.yml' doesn't exist"):
        load_shop(tmp_path / "nowhere.yml")


@pytest.mark.parametrize("text", ["", "- a", "just text", "7"])
def test_yaml_that_is_no_mapping(tmp_path, text):
    assert "must be a mapping with keys such as name, purchases" in refusal(tmp_path, text)


@pytest.mark.parametrize("text", ["a: [", "name: x\n\ty: 1"])
def test_no_yaml_at_all(tmp_path, text):
    assert "can't be read as YAML" in refusal(tmp_path, text)


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "shop.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ShopFileError, match="can't be read as YAML"):
        load_shop(tmp_path / "shop.yml")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "purchases:",
            "purchase:",
            "unknown key 'purchase'; did you mean 'purchases'? (legal: as_of, assortment,",
        ),
        (
            "  path:",
            "  pth:",
            "purchases.pth: unknown key 'pth'; did you mean 'path'? (legal: colum",
        ),
        ("customer_id", "customerid", "unknown column 'customerid'; did you mean 'customer_id'?"),
        (", purchased_at: t", "", "column 'purchased_at' is missing: say which of your columns"),
        ("  path: p.csv\n", "", "purchases.path: is missing: write it"),
        ("name: corner shop\n", "", "name: is missing: write it"),
        ("corner shop", "a/b", "name: String should match pattern"),
        ("corner shop", "7", "name: Input should be a valid string"),
        ("customer_id: c", "customer_id: 3", "customer_id: Input should be a valid string"),
        ("customer_id: c", "customer_id: ' '", "column 'customer_id' is empty: name one of yours"),
    ],
)
def test_what_isn_t_legal_is_named_with_what_is(tmp_path, old, new, says):
    assert LEGAL.count(old) == 1
    assert says in refusal(tmp_path, LEGAL.replace(old, new))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("as_of: soon", "as_of: 'soon' won't do: write a day, such as 2024-05-31"),
        ("settings: 3", "settings: '3' won't do: write names with their values"),
        (
            "settings: {list_length: [1]}",
            "settings.list_length: must be a number, a text, a day or true or false",
        ),
        ("products: {path: q.csv, columns: {title: T}}", "column 'product_id' is missing"),
        ("ratings: r.csv", "ratings: 'r.csv' won't do: write names with their values below it"),
    ],
)
def test_further_parts_that_aren_t_legal(tmp_path, more, says):
    assert says in refusal(tmp_path, LEGAL + more + "\n")


def test_neither_purchases_nor_ratings(tmp_path):
    assert "at least one of 'purchases' and 'ratings'" in refusal(tmp_path, "name: x")


def test_any_column_of_a_customer_is_an_attribute(tmp_path):
    more = "customers: {path: k.csv, columns: {customer_id: c, shoe size: s}}\n"
    shop = load_shop(written(tmp_path, LEGAL + more))
    assert shop.customers is not None
    assert list(shop.customers.columns) == ["customer_id", "shoe size"]


@pytest.mark.parametrize("package", ["no_such_package", "no.such.package", "string", ".x"])
def test_a_package_that_isn_t_installed(tmp_path, package):
    with pytest.raises(ShopFileError, match=rf"package '{package}', which isn't installed: pip "):
        load_shop(written(tmp_path, LEGAL + f"package: {package}\n"))
