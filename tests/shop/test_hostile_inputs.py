"""Wrong and hostile inputs: each is read rightly or refused by name, and no line gets lost."""

import gzip

import pytest

from recsys.errors import ShopFileError

HEAD = "c,p,t\n"
GOOD = ["a,x,2024-01-01", "b,y,2024-01-02", "c,z,2024-01-03"]
READ = [tuple(line.split(",")) for line in GOOD]


def csv(*lines: str) -> str:
    return HEAD + "".join(f"{line}\n" for line in lines)


# name: content, values that arrive in their order, (row number, reason, line, text)
READABLE = {
    "one line": (csv(GOOD[0]), READ[:1], []),
    "no newline at the end": (HEAD + GOOD[0], READ[:1], []),
    "blank lines": (csv(GOOD[0], "", "", GOOD[1]), READ[:2], []),
    "a delimiter at each end": (csv(*(f"{line}," for line in GOOD)), READ, []),
    "windows line ends": (csv(*GOOD).replace("\n", "\r\n"), READ, []),
    "old line ends": (csv(*GOOD).replace("\n", "\r"), READ, []),
    "mixed line ends": (HEAD + f"{GOOD[0]}\r\n{GOOD[1]}\n{GOOD[2]}\r\n", READ, []),
    "a mark of UTF-8": (b"\xef\xbb\xbf" + csv(*GOOD).encode(), READ, []),
    "UTF-16": (csv(*GOOD).encode("utf-16"), READ, []),
    "UTF-16 without a mark": (csv(*GOOD).encode("utf-16-be"), READ, []),
    "UTF-32": (csv(*GOOD).encode("utf-32"), READ, []),
    "an empty field": (csv(",x,2024-01-01"), [(None, "x", "2024-01-01")], []),
    "nothing but delimiters": (csv(GOOD[0], ",,"), [READ[0], (None, None, None)], []),
    "a field in quotes": (csv('"a, b",x,2024-01-01'), [("a, b", "x", "2024-01-01")], []),
    "a quote in quotes": (csv('"a ""b""",x,2024-01-01'), [('a "b"', "x", "2024-01-01")], []),
    "inches": (csv('5" nail,x,2024-01-01', *GOOD), [('5" nail', "x", "2024-01-01"), *READ], []),
    "a quoted line break": (csv('"a\nb",x,2024-01-01'), [("a\nb", "x", "2024-01-01")], []),
    "SQL as a value": (
        csv("'; drop table purchases; --,x,2024-01-01"),
        [("'; drop table purchases; --", "x", "2024-01-01")],
        [],
    ),
    "Jinja as a value": (csv("{{ 1/0 }},x,2024-01-01"), [("{{ 1/0 }}", "x", "2024-01-01")], []),
    "too few fields": (
        csv(GOOD[0], "b,y", GOOD[2]),
        [READ[0], READ[2]],
        [(2, "too_few_fields", 3, "b,y")],
    ),
    "too many fields": (
        csv(GOOD[0], "b,y,2024-01-02,1,2", GOOD[2]),
        [READ[0], READ[2]],
        [(2, "too_many_fields", 3, "b,y,2024-01-02,1,2")],
    ),
    "a blank that isn't empty": (csv(*GOOD, " "), READ, [(4, "too_few_fields", 5, " ")]),
    "a quote that nothing closes": (
        csv('q,"x,2024-01-01', *GOOD),
        READ,
        [(1, "unclosed_quote", 2, 'q,"x,2024-01-01')],
    ),
    "flaws after a quote that nothing closes": (
        csv(GOOD[0], 'q,"x,2024-01-01', GOOD[1], "b", 'r,"z,1', GOOD[2], "c,1", *GOOD),
        [*READ, *READ],
        [
            (2, "bad_quotes", 3, 'q,"x,2024-01-01'),
            (4, "too_few_fields", 5, "b"),
            (5, "unclosed_quote", 6, 'r,"z,1'),
            (7, "too_few_fields", 8, "c,1"),
        ],
    ),
    "flaws after a first line that nothing closes": (
        csv('q,"x,2024-01-01', *GOOD, "c,1"),
        READ,
        [(1, "unclosed_quote", 2, 'q,"x,2024-01-01'), (5, "too_few_fields", 6, "c,1")],
    ),
    "a quote that another opens": (
        csv('q,"x,2024-01-01', GOOD[0], 'b,"y, y",2024-01-02', GOOD[2]),
        [READ[0], ("b", "y, y", "2024-01-02"), READ[2]],
        [(1, "bad_quotes", 2, 'q,"x,2024-01-01')],
    ),
    "a quote that a stray one closes": (
        csv('q,"x,2024-01-01', *GOOD, 'd,w,2024-01-04"'),
        [*READ, ("d", "w", '2024-01-04"')],
        [(1, "unclosed_quote", 2, 'q,"x,2024-01-01')],
    ),
    "text after a quote": (
        csv(GOOD[0], '"b"b,y,2024-01-02', *GOOD[1:]),
        READ,
        [(2, "bad_quotes", 3, '"b"b,y,2024-01-02')],
    ),
    "too many fields over two lines": (
        csv(GOOD[0], 'b,"y\ny",2024-01-02,1', *GOOD[1:]),
        READ,
        [(2, "too_many_fields", 3, 'b,"y\ny",2024-01-02,1')],
    ),
    "after a quoted line break": (
        csv('"a\nb",x,2024-01-01', "b,y", *GOOD),
        [("a\nb", "x", "2024-01-01"), *READ],
        [(2, "too_few_fields", 4, "b,y")],
    ),
    "one byte that isn't UTF-8": (
        csv("é,x,2024-01-01", *GOOD).encode() + b"\xe9,x,2024-01-01\n" + "ü,x,t\n".encode(),
        [("é", "x", "2024-01-01"), *READ, ("ü", "x", "t")],
        [(5, "bad_encoding", 6, "\\udce9,x,2024-01-01")],
    ),
    "a long cell": (
        csv(GOOD[0], "b," + "y" * 1_500_000 + ",2024-01-02"),
        [READ[0], ("b", "y" * 1_500_000, "2024-01-02")],
        [],
    ),
    "a cell of 20,000 lines": (
        csv('a,"' + "y\n" * 20_000 + '",2024-01-02'),
        [("a", "y\n" * 20_000, "2024-01-02")],
        [],
    ),
    "a cell of ten megabytes": (
        csv(GOOD[0], "b," + "y" * 10_000_000 + ",2024-01-02", GOOD[2]),
        [READ[0], READ[2]],
        [(2, "line_too_long", 3, "b," + "y" * 998)],
    ),
    "a header in other letters": (csv(*GOOD).replace("c,p,t", "C,P,T"), READ, []),
    "blanks around the header": (csv(*GOOD).replace("c,p,t", " c , p,t "), READ, []),
    "a packed file that isn't called so": (gzip.compress(csv(*GOOD).encode()), READ, []),
    "a quoted header": (csv(*GOOD).replace("c,p,t", '"c","p","t"'), READ, []),
    "a header over two lines": (
        'c,p,t,"u\nv"\n' + "".join(f"{line},1\n" for line in GOOD),
        READ,
        [],
    ),
    "a column twice that isn't asked for": (
        "x,c,p,t,x\n" + "".join(f"1,{line},2\n" for line in GOOD),
        READ,
        [],
    ),
    "columns without a name": (",c,p,t,\n" + "".join(f"1,{line},2\n" for line in GOOD), READ, []),
}


@pytest.mark.parametrize("case", READABLE)
def test_what_can_be_read_is_and_the_rest_is_written_down(open_shop, case):
    content, values, unreadable = READABLE[case]
    opened = open_shop({"p.csv": content})
    assert opened.values == values
    assert [line[1:] for line in opened.unreadable] == unreadable
    numbers = [row[1] for row in opened.rows] + [line[1] for line in opened.unreadable]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


COLUMNS = r"\(legal: "
# name: content of p.csv, what is said
REFUSED = {
    "empty": ("", r"purchases\.path: 'p\.csv' is empty"),
    "nothing but line ends": ("\n\n\n", "it is empty"),
    "a header only": (HEAD, r"^purchases: no rows in 'p\.csv'$"),
    "no header": (
        csv(*GOOD).removeprefix(HEAD),
        rf"there is no column 'c'.*{COLUMNS}2024-01-01, a, x",
    ),
    "other columns": ("a,b,d\n1,2,3\n", rf"columns\.customer_id: 'c' is neither.*{COLUMNS}a, b, d"),
    "a column twice": ("c,p,t,c\n1,2,3,4\n", "has several columns called 'c'"),
    "another delimiter in the lines": (
        HEAD + "a;x;1\nb;y;2\n",
        "2 of its 2 lines don't fit its col",
    ),
    "all lines ragged": (HEAD + "a\nb\nc\n", "3 of its 3 lines don't fit"),
    "Latin letters": (csv("é,x,2024-01-01").encode("latin-1"), "as windows-1252 it says 'é,x,2024"),
    "a binary file": (b"\x00\x01\x02\x7f" * 500, "it is a binary file, not text"),
    "a Parquet file": (b"PAR1" + b"\0" * 100, "it is a Parquet file"),
    "an Excel file": (b"PK\x03\x04" + b"\0" * 100, "it is a zip archive or Excel file, but dam"),
    "a PDF": (b"%PDF-1.7\n", "it is a PDF"),
    "a SQLite database": (b"SQLite format 3\0" + b"\0" * 100, "it is a SQLite database"),
    "random bytes": (bytes(range(1, 32)) * 50, "it is a binary file, not text"),
    "a page of the web": ("<html>\n<body>Log in</body>\n</html>\n", "there is no column 'c'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_t_be_read_is_said(open_shop, case):
    content, says = REFUSED[case]
    with pytest.raises(ShopFileError, match=says):
        open_shop({"p.csv": content})
