"""YAML can do more than a shop file needs: what isn't plain is refused, with its place."""

import pytest

from recsys.errors import ShopFileError
from recsys.shop import load_shop

LEGAL = """name: corner shop
purchases:
  path: p.csv
  columns:
    customer_id: c
    product_id: p
    purchased_at: t
"""
BOMB = "a: &a [x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)

TRICKS = {
    "a key twice": (
        LEGAL + "name: other\n",
        r"the key 'name' twice: remove one \(line 8, column 1",
    ),
    "a column twice": (LEGAL + "    product_id: q\n", "the key 'product_id' twice"),
    "a table twice": (LEGAL + "purchases: {path: q.csv}\n", "the key 'purchases' twice"),
    "an anchor that is used": (LEGAL + "settings: &a {}\nratings: *a\n", r"the alias \*a: write"),
    "a merged mapping": (LEGAL + "x: &x {a: 1}\ny: {<<: *x}\n", "the alias"),
    "a merged mapping without an alias": (
        LEGAL + "settings: {<<: {a: 1}}\n",
        "the key <<, which isn",
    ),
    "a bomb of aliases": (BOMB + LEGAL, "the alias"),
    "a list that holds itself": ("&a [*a]", "the alias"),
    "a Python object": (LEGAL + "x: !!python/object/apply:os.system ['true']\n", "the tag"),
    "a Python name": (LEGAL + "x: !!python/name:os.system\n", "the tag"),
    "a tag of YAML's own": (LEGAL + "x: !!binary aGk=\n", "the tag"),
    "a tag of one's own": (LEGAL + "x: !secret y\n", "the tag !secret"),
    "a number as a key": (LEGAL + "7: x\n", "the key 7, which isn't text: put it in quotes"),
    "a truth as a key": (LEGAL + "settings: {yes: 1}\n", "the key yes, which isn't text"),
    "nothing as a key": (LEGAL + "settings: {null: 1}\n", "the key null, which isn't text"),
    "a list as a key": (LEGAL + "? [a, b]\n: c\n", "the key a list or mapping"),
    "a number as a name": (
        LEGAL.replace("corner shop", "2024"),
        "name: .* not 2024: put it in quotes",
    ),
    "a truth as a column": (LEGAL.replace(": c\n", ": no\n"), "not false: put it in quotes"),
    "a date as a path": (LEGAL.replace("p.csv", "2024-01-01"), "not 2024-01-01: put it in quotes"),
    "a list as a column": (
        LEGAL.replace(": c\n", ": [c]\n"),
        "customer_id: .* won't do: write one text",
    ),
    "a mapping as a path": (
        LEGAL.replace("p.csv", "{a: b}"),
        "path: .* won't do: write one text",
    ),
    "nothing as a table": (
        LEGAL.split("  path", maxsplit=1)[0],
        "at least one of 'purchases' and 'ratings'",
    ),
    "a list as columns": (
        LEGAL.split("  columns", maxsplit=1)[0] + "  columns: [c, p, t]\n",
        "columns: .* won't do: write names with their values",
    ),
    "several documents": (LEGAL + "---\n" + LEGAL, "found another document"),
    "depth": ("[" * 5000, "nested too deep|can't be read as YAML"),
    "a control character": (
        LEGAL.replace("corner", "cor\x07ner"),
        "special characters are not all",
    ),
    "a shop's table in its place": ("c,p,t\n" + "1,2,3\n" * 200_000, "1,200,006 bytes; at most"),
    "SQL in the name": (
        LEGAL.replace("corner shop", '"x\'; drop table y; --"'),
        "name: String should",
    ),
    "a day that isn't": (LEGAL + "as_of: 2024-02-30\n", "can't be read as YAML"),
    "a package with a path": (
        LEGAL + "package: ../secret\n",
        "package '../secret', which isn't ins",
    ),
}


@pytest.mark.parametrize("case", TRICKS)
def test_tricks(tmp_path, case):
    content, says = TRICKS[case]
    path = tmp_path / "shop.yml"
    path.write_text(content)
    with pytest.raises(ShopFileError, match=says):
        load_shop(path)


def test_a_mark_and_an_unused_anchor_do_no_harm(tmp_path):
    (tmp_path / "shop.yml").write_bytes(
        b"\xef\xbb\xbf" + LEGAL.replace("name: ", "name: &n ").encode()
    )
    assert load_shop(tmp_path / "shop.yml").name == "corner shop"


def test_a_folder_in_its_place(tmp_path):
    (tmp_path / "shop.yml").mkdir()
    with pytest.raises(ShopFileError, match=r"shop\.yml' doesn't exist"):
        load_shop(tmp_path / "shop.yml")


@pytest.mark.parametrize("number", ["0010", "0x1F", "1_000", "1:30"])
def test_a_number_that_yaml_reads_as_another_is_refused(tmp_path, number):
    """Ids would become other ids: 0010 is octal to YAML, and customer 8 would be the guest."""
    shop = tmp_path / "shop.yml"
    shop.write_text(f"name: s\nguest_ids: [{number}]\n")
    with pytest.raises(ShopFileError, match=rf"the number {number}, read as \d+: put it in quotes"):
        load_shop(shop)


def test_a_day_that_does_not_exist_is_named_with_its_line(tmp_path):
    shop = tmp_path / "shop.yml"
    shop.write_text("name: s\nas_of: 2024-02-31\n")
    with pytest.raises(ShopFileError, match=r"the day 2024-02-31, which can't be.*line 2"):
        load_shop(shop)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("  columns: {customer_id: null}", r"columns\.customer_id: nothing won't do: name one of"),
        ("  format: ;", r"purchases\.format: ';' won't do: write names with their values"),
        ("  format: {header: maybe}", r"format\.header: 'maybe' won't do: write true, false or a"),
        (
            "  format: {nulls: 5}",
            r"format\.nulls: '5' won't do: write a list, such as \['a', 'b'\]",
        ),
        ("  path: [a.csv]", r"purchases\.path: .* won't do: write one text, of several files"),
    ],
)
def test_what_is_legal_is_said_of_the_key(tmp_path, line, says):
    shop = tmp_path / "shop.yml"
    given = line.split(":")[0].strip()
    rest = {"path": "  path: p.csv", "columns": "  columns: {customer_id: c}"}
    text = "\n".join(["name: s", "purchases:", line, *(v for k, v in rest.items() if k != given)])
    shop.write_text(text + "\n")
    with pytest.raises(ShopFileError, match=says):
        load_shop(shop)
