"""Attributes as codes: common values apart, rare ones together, missing ones 0."""

import datetime

import pyarrow as pa

from recsys.data.profiles import BANDS, MISSING, MOST_NUMBERS, MOST_VALUES, RARE, Profiles


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


def codes_of(values):
    found = profiles([(f"c{n:04}", "income", value) for n, value in enumerate(values)])
    ids = pa.array([f"c{n:04}" for n in range(len(values))])
    return found, found.codes(ids)[:, 0].tolist()


def test_many_numbers_are_cut_into_bands_of_equally_many_customers():
    found, codes = codes_of([f"{20_000 + 37.5 * n:.2f}" for n in range(1000)])
    assert found.counts == [RARE + 1 + BANDS]
    assert codes == [RARE + 1 + n // 100 for n in range(1000)]


def test_days_are_cut_into_bands_and_what_is_no_day_is_rare():
    days = [str(datetime.date(1950, 1, 1) + datetime.timedelta(days=30 * n)) for n in range(200)]
    _, codes = codes_of([*days, "unknown", None])
    assert codes == [*(RARE + 1 + n // 20 for n in range(200)), RARE, MISSING]


def test_bands_follow_the_numbers_and_not_their_text():
    _, codes = codes_of(["9"] * 50 + ["10"] * 50 + [str(n) for n in range(100, 200)])
    assert set(codes[:50]) == {RARE + 1}
    assert set(codes[50:100]) == {RARE + 2}


def test_few_numbers_are_values_like_any_others():
    _, codes = codes_of([str(n % MOST_NUMBERS) for n in range(200)])
    assert len(set(codes)) == MOST_NUMBERS


def test_text_with_some_numbers_in_it_is_text():
    values = [str(n) for n in range(90)] + ["none"] * 10
    _, codes = codes_of(values)
    assert codes == [RARE] * 90 + [RARE + 1] * 10


def test_customers_may_be_whole_numbers():
    """Keys of any width, and texts of them, find the same profile."""
    keys = pa.array(range(5, 16), pa.int32())
    found = Profiles(
        pa.table({"customer_id": keys, "attribute": ["kids"] * 11, "value": ["yes"] * 11})
    )
    assert found.customer_ids.type == pa.int32()
    for asked in (pa.array([5, 99], pa.int64()), pa.array([5, 99], pa.int32())):
        assert found.codes(asked).tolist() == [[2], [MISSING]]
    assert found.codes(pa.array(["5", "99"])).tolist() == [[2], [MISSING]]
    texts = profiles([(str(key), "kids", "yes") for key in keys.to_pylist()])
    assert texts.codes(pa.array([5, 99], pa.int32())).tolist() == [[2], [MISSING]]
