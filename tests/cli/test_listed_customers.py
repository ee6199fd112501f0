"""Files of ids for `recsys forget --from`."""

import pytest

from recsys.cli.listed_customers import listed_customers
from recsys.errors import InvalidParameterError


@pytest.fixture
def listed(tmp_path):
    def listed(text):
        (tmp_path / "ids.csv").write_text(text, encoding="utf-8")
        return listed_customers(tmp_path / "ids.csv")

    return listed


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("4711\n0815\n", ["4711", "0815"]),
        ("\ufeff4711\r\n\r\n 0815 \r\n", ["4711", "0815"]),
        ('"4711"\n"0815"\n', ["4711", "0815"]),
        ('customer_id\n"4711"\n', ["4711"]),
        ("KundenNr\n4711\n", ["4711"]),
        ("User ID\nc-1\n", ["c-1"]),
        # a heading alone may be an id
        ("customer\n", ["customer"]),
        ("customer 12\n4711\n", ["customer 12", "4711"]),
        ('say "hi"\nx, y\nz\n', ['say "hi"', "x, y", "z"]),
        ('"x, y"\n', ["x, y"]),
        ('day;customer_id;why\n2024-05-01;00123;asked\n2024-05-02;"a;b";\n', ["00123", "a;b"]),
        ("email,customer_id\na@b.c,4711\n", ["4711"]),
    ],
)
def test_ids_are_read_without_quotes_and_heading(listed, text, ids):
    assert listed(text) == ids


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lists no customer"),
        ("\n \n", "lists no customer"),
        ("day,reason\n2024-05-01,asked\n", r"2 columns \(day, reason\), none of which is called"),
        ("4711,0815\n", "call it customer_id"),
        ("customer_id,user_id\n1,2\n", "several of customers"),
        ("customer_id;why\n4711;asked\n0815\n", "record 3: 1 fields instead of 2"),
        ('customer_id\n"4711\n', "isn't CSV"),
    ],
)
def test_what_is_no_list_is_refused(listed, text, said):
    with pytest.raises(InvalidParameterError, match=said):
        listed(text)
