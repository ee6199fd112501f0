"""Attributes as codes: common values apart, rare ones together, missing ones 0."""

import pyarrow as pa

from recsys.profiles import MISSING, MOST_VALUES, RARE, Profiles


def profiles(rows):
    ids, names, values = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {"customer_id": ids, "attribute": names, "value": values}
    return Profiles(pa.table({name: pa.array(held, pa.string()) for name, held in columns.items()}))


def test_values_are_coded_in_the_order_of_their_text():
    rows = [(f"c{n}", "kids", "yes" if n % 2 else "no") for n in range(40)]
    rows += [("odd", "kids", "many"), ("none", "kids", None)]
    rows += [(f"c{n}", "age", "35") for n in range(10)]
    found = profiles(rows)
    assert found.names == ["age", "kids"]
    assert found.counts == [3, 4]
    codes = found.codes(pa.array(["c0", "c11", "odd", "none", "stranger"])).tolist()
    assert codes == [[2, 2], [MISSING, 3], [MISSING, RARE], [MISSING] * 2, [MISSING] * 2]


def test_of_many_values_the_most_common_are_told_apart():
    rows = [
        (f"c{n}-{k}", "town", f"t{n:03}")
        for n in range(MOST_VALUES + 20)
        for k in range(10 + (n >= 20))
    ]
    found = profiles(rows)
    assert found.counts == [MOST_VALUES + 2]
    assert found.codes(pa.array(["c0-0", "c20-0", "c119-0"])).tolist() == [[RARE], [2], [101]]


def test_a_shop_without_customer_file_has_no_profiles():
    found = profiles([])
    assert found.names == []
    assert found.codes(pa.array(["anyone"])).shape == (1, 0)
