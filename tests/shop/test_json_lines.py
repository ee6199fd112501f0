"""JSON lines with flaws: the good ones are read with their number, the others written down."""

import gzip

import pytest

from recsys.errors import ShopFileError


def line(customer, product="p", day="2024-01-01", more=""):
    return f'{{"c": "{customer}", "p": "{product}", "t": "{day}"{more}}}'


GOOD = [line("a"), line("b"), line("d", more=', "extra": {"k": [1]}')]

FLAWS = {
    "cut off": '{"c": "x", "p": "y", "t": "2024-01',
    "a bare number": "17",
    "a list": '["x", "y"]',
    "a text": '"x"',
    "no JSON at all": "x,y,2024-01-01",
    "single quotes": "{'c': 'x'}",
}


@pytest.mark.parametrize("flaw", FLAWS.values(), ids=FLAWS.keys())
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_broken_line_is_written_down_and_the_others_are_read(open_shop, flaw, place):
    lines = [*GOOD[:place], flaw, *GOOD[place:]]
    opened = open_shop({"p.jsonl": "\n".join(lines) + "\n"}, path="p.jsonl")
    rows, bad = opened.rows, opened.unreadable
    numbers = [number for number in (1, 2, 3, 4) if number != place + 1]
    assert [row[1:4] for row in rows] == [
        (number, customer, "p") for number, customer in zip(numbers, "abd", strict=True)
    ]
    assert bad == [("p.jsonl", place + 1, "bad_json", place + 1, flaw)]


def test_packed_and_with_blank_lines(open_shop):
    text = "\n\n".join([GOOD[0], "17", *GOOD[1:]])
    opened = open_shop({"p.jsonl.gz": gzip.compress(text.encode())}, path="p.jsonl.gz")
    rows, bad = opened.rows, opened.unreadable
    assert [row[1:3] for row in rows] == [(1, "a"), (3, "b"), (4, "d")]
    assert bad == [("p.jsonl.gz", 2, "bad_json", 3, "17")]


def test_bytes_of_another_encoding(open_shop):
    content = "\n".join(GOOD).encode() + b'\n{"c": "\xe9", "p": "q", "t": "2024-01-01"}\n'
    opened = open_shop({"p.jsonl": content}, path="p.jsonl")
    rows, bad = opened.rows, opened.unreadable
    assert [row[2] for row in rows] == ["a", "b", "d"]
    assert [entry[1:4] for entry in bad] == [(4, "bad_encoding", 4)]


def test_a_flaw_after_what_types_are_guessed_from(open_shop):
    lines = [line(number) for number in range(30_000)]
    lines[25_000] = "17"
    opened = open_shop({"p.jsonl": "\n".join(lines)}, path="p.jsonl")
    rows, bad = opened.rows, opened.unreadable
    assert len(rows) == 29_999
    assert rows[25_000][1:3] == (25_002, "25001")
    assert bad == [("p.jsonl", 25_001, "bad_json", 25_001, "17")]


def test_a_value_of_another_type_far_down_is_no_flaw(open_shop):
    lines = [f'{{"c": {number}, "p": "p", "t": "2024-01-01"}}' for number in range(30_000)]
    lines[25_000] = line("x7")
    opened = open_shop({"p.jsonl": "\n".join(lines)}, path="p.jsonl")
    rows, bad = opened.rows, opened.unreadable
    assert not bad
    assert [row[2] for row in rows[24_999:25_002]] == ["24999", "x7", "25001"]


@pytest.mark.parametrize(
    "content",
    ["17\n18\n", "\n".join([line("a"), "17", "18"])],
)
def test_a_file_without_a_majority_of_objects_is_an_error(open_shop, content):
    with pytest.raises(ShopFileError, match=r"purchases: can't read 'p\.jsonl'"):
        open_shop({"p.jsonl": content}, path="p.jsonl")


@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        ('{"c": "x", "c": "y", "p": "q", "t": "2024-01-01"}', "bad_json"),  # which one counts?
        (r'{"c": "half \ud83d", "p": "q", "t": "2024-01-01"}', "bad_encoding"),
    ],
)
def test_what_one_reader_takes_and_another_does_not(open_shop, flaw, reason):
    whole = r'{"c": "\ud83d\ude00", "p": "q", "t": "2024-01-01"}'
    opened = open_shop({"p.jsonl": "\n".join([GOOD[0], flaw, whole]) + "\n"}, path="p.jsonl")
    assert [row[1:3] for row in opened.rows] == [(1, "a"), (3, "😀")]
    assert opened.unreadable == [("p.jsonl", 2, reason, 2, flaw)]


def test_a_byte_that_is_none_of_utf_8_below_a_mark_that_says_utf_8(open_shop):
    content = "\n".join(["\ufeff" + GOOD[0], *GOOD[1:]]).encode()
    opened = open_shop({"p.jsonl": content + b'\n{"c": "\xff", "p": "q"}\n'}, path="p.jsonl")
    assert [row[2] for row in opened.rows] == ["a", "b", "d"]
    assert [entry[1:4] for entry in opened.unreadable] == [(4, "bad_encoding", 4)]


def test_a_line_that_is_not_in_the_encoding_is_named(open_shop):
    content = "\n".join(GOOD).encode("utf-16") + "\n".encode("utf-16-le") + b"\x00\xd8\x20\x00"
    with pytest.raises(ShopFileError, match=r"'p\.jsonl': line 4 isn't utf-16: correct the line"):
        open_shop({"p.jsonl": content}, path="p.jsonl")


def test_a_file_is_named_as_in_the_shop_file_whatever_copy_was_read(open_shop):
    flaw = '{"c": "x", "c": "y"}'
    content = "\n".join(["\ufeff" + flaw, flaw, flaw])
    with pytest.raises(ShopFileError, match=r"can't read 'p\.jsonl'") as caught:
        open_shop({"p.jsonl": content}, path="p.jsonl")
    assert "recsys_" not in str(caught.value)
    assert 'file "p.jsonl", in line 1' in str(caught.value)


@pytest.mark.parametrize("is_array", [False, True])
def test_types_are_those_of_the_whole_file(open_shop, is_array):
    """The first 20,480 objects are what DuckDB looks at unasked: ids of digits, no fraction."""
    lines = [f'{{"c": {n}, "p": 4, "t": "2024-01-01"}}' for n in range(20_480)]
    lines.append('{"c": "A1", "p": 3.75, "t": "2024-01-01"}')
    text = f"[{','.join(lines)}]" if is_array else "\n".join(lines)
    opened = open_shop({"p.json": text}, path="p.json")
    assert opened.unreadable == []
    assert opened.rows[-1][1:4] == (20_481, "A1", 3.75)
    assert opened.rows[0][3] == 4


@pytest.mark.parametrize(
    "written",
    ["13-04-2024", "04-01-2024 10:00:00 PM", "24-01-10", "10:01:00", "2024-04-01T00:30:00+02:00"],
)
def test_texts_are_as_written_whatever_they_look_like(open_shop, written):
    text = line(written, day=written, more=f', "x": {{"y": "{written}"}}')
    [row] = open_shop({"p.jsonl": text}, path="p.jsonl").rows
    assert row[2:] == (written, "p", written)
