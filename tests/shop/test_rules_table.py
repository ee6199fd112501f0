"""The rules of a shop file: which columns are read, and what is said of those that aren't."""

import csv
import io
import re
from pathlib import Path

import pytest

from recsys.errors import ShopFileError
from recsys.shop.file import Rules
from scripts.sql_style.macros import read_macros, return_

SHOP = """
name: corner shop
purchases:
  path: p.csv
  columns: {customer_id: c, product_id: p, purchased_at: t}
rules:
  path: r.csv
"""
PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def rows_of(open_shop, rules: str, more: str = "") -> list[tuple]:
    # the view of the rules instead of that of the purchases
    opened = open_shop({"p.csv": "c,p,t\na,x,2024-01-01\n", "r.csv": rules}, shop=SHOP + more)
    return opened


def columns(rules: str, names: dict[str, str] | None = None) -> dict[str, str]:
    headings = rules.split(",")
    return Rules(path="r.csv", columns=names or {}).mapped_by_name(headings, "rules").columns


def test_our_headings_need_no_mapping():
    assert columns("Rule, ACTION ,value") == {
        "rule": "Rule",
        "action": " ACTION ",
        "value": "value",
    }


def test_other_headings_are_mapped_and_the_rest_is_left_alone():
    assert columns("Regel,action,Bemerkung", {"rule": "Regel"}) == {
        "rule": "Regel",
        "action": "action",
    }


def test_a_misspelt_heading_is_named_with_the_nearest():
    with pytest.raises(ShopFileError, match=r"rules: 'r.csv' has an unknown column 'catgory'; did"):
        columns("rule,action,catgory")


def test_a_missing_column_is_named_with_those_there_are():
    with pytest.raises(
        ShopFileError, match=r"'r.csv' has no column 'action' \(columns: rule, value\): rename one"
    ):
        columns("rule,value")


def test_a_shop_file_may_name_rules(open_shop):
    assert len(rows_of(open_shop, "rule,action\na,exclude\n").rows) == 1


def test_a_wrong_heading_stops_whoever_opens_the_shop(open_shop):
    with pytest.raises(ShopFileError, match=r"unknown column 'actoin'; did you mean 'action'\?"):
        rows_of(open_shop, "rule,actoin\na,exclude\n")


def test_a_mapped_column_must_be_ours(open_shop):
    with pytest.raises(ShopFileError, match=r"rules: unknown column 'color'"):
        rows_of(open_shop, "rule,action\na,exclude\n", "  columns: {color: c}\n")


def test_the_page_names_every_column_and_action():
    known: dict = {"return": return_}
    known |= read_macros(known)
    actions = known["rule_actions"]()
    told = set(re.findall(r"`(\w+)`", PAGE[PAGE.index("## Actions") : PAGE.index("## The order")]))
    assert set(actions) <= told
    of_columns = PAGE[PAGE.index("## Columns") : PAGE.index("## Actions")]
    assert {*Rules.required, *Rules.optional} <= set(re.findall(r"`(\w+)`", of_columns))


def test_the_page_s_example_has_legal_columns_and_actions():
    [example] = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    rows = list(csv.DictReader(io.StringIO(example)))
    assert len(rows) == 6
    assert set(rows[0]) <= {*Rules.required, *Rules.optional}
    known: dict = {"return": return_}
    known |= read_macros(known)
    assert {row["action"] for row in rows} <= set(known["rule_actions"]())
    assert all(None not in row and None not in row.values() for row in rows)
