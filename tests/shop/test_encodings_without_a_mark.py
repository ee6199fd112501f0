"""Encodings named without a mark in the file, or that aren't the file's."""

import pytest

from recsys.errors import ShopFileError

CSV = "c,p,t\na,é,2024-01-01\nb,y,2024-01-02\n"


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("name", ["utf-16", "utf-32"])
def test_the_order_of_bytes_is_found(open_shop, name, order):
    content = CSV.encode(f"{name}-{order}")
    opened = open_shop({"p.csv": content}, path="p.csv", more=f"  format: {{encoding: {name}}}\n")
    assert [row[2:4] for row in opened.rows] == [("a", "é"), ("b", "y")]


@pytest.mark.parametrize("name", ["utf-16", "utf-32"])
@pytest.mark.parametrize(
    ("file", "content"),
    [("p.csv", CSV), ("p.jsonl", '{"c": "a", "p": "x", "t": "2024-01-01"}\n')],
)
def test_a_file_that_is_not_in_it_is_named(open_shop, name, file, content):
    with pytest.raises(ShopFileError, match=rf"can't read '{file}': it isn't {name}: give the"):
        open_shop({file: content}, path=file, more=f"  format: {{encoding: {name}}}\n")


@pytest.mark.parametrize("name", ["idna", "punycode", "unicode_escape", "rot13"])
def test_what_is_no_encoding_of_files(open_shop, name):
    with pytest.raises(ShopFileError, match=f"unknown encoding '{name}'"):
        open_shop({"p.csv": CSV}, path="p.csv", more=f"  format: {{encoding: {name}}}\n")


def test_the_line_named_is_the_one_that_is_not_in_the_encoding(open_shop):
    lines = ["c,p,t", "short", *["a,x,2024-01-01"] * 5]
    content = "\n".join(lines).encode() + b"\n\xff,x,2024-01-01\n"
    with pytest.raises(ShopFileError, match=r"line 8 isn't utf-8; as windows-1252 it says 'ÿ,x"):
        open_shop({"p.csv": content}, path="p.csv")


def test_a_number_of_lines_to_skip_that_is_too_large(open_shop):
    with pytest.raises(ShopFileError, match="nothing is left below its first 99 lines: correct"):
        open_shop({"p.csv": CSV}, path="p.csv", more="  format: {skip: 99}\n")
