"""docs/shop_file.md: its examples load, and it leaves out no key, column, kind or reason."""

import re
from pathlib import Path

import pytest

from recsys.shop import Format, Shop, load_shop
from recsys.shop.file import TABLES, Table
from recsys.shop.paths import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "shop_file.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
NAMED = set(re.findall(r"`([^`\n]+)`", PAGE))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n")[0].split("#")[0])
def test_every_example_is_legal(tmp_path, example):
    (tmp_path / "shop.yml").write_text(example, encoding="utf-8")
    assert load_shop(tmp_path / "shop.yml").name == example.split()[1]


def test_there_are_examples():
    assert len(EXAMPLES) == 6


@pytest.mark.parametrize("model", [Shop, Table, Format, *TABLES.values()])
def test_every_key_and_column_is_named(model):
    names = set(model.model_fields) - {"folder"}
    names |= {*getattr(model, "required", ()), *getattr(model, "optional", ())}
    assert names <= NAMED


def test_every_kind_of_file_is_named():
    assert set().union(*KINDS.values()) <= NAMED


def test_every_reason_is_named():
    source = Path(__file__).parents[2] / "recsys" / "shop" / "cleaned_copy.py"
    text = source.read_text(encoding="utf-8")
    reasons = set(re.findall(r'"((?:too|unclosed|bad|line)_\w+)"', text))
    assert len(reasons) == 6
    assert reasons <= NAMED
