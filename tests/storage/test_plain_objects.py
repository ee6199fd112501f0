"""Objects are written as numbers and texts; what was changed is refused before it is anything."""

import io
import json
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse

from recsys.data.interactions import Interactions
from recsys.errors import InvalidTableError
from recsys.storage.plain_objects import MAGIC, read_objects, write_objects
from recsys.trees.quantile_bins import QuantileBins

OURS = ("recsys.trees", "recsys.data")


def written(value):
    file = io.BytesIO()
    write_objects(value, file)
    return file.getvalue()


def read(value):
    return read_objects(written(value), OURS)


def with_header(value, change):
    """Return what is written of a value, its header changed by a function."""
    data = written(value)
    length = int.from_bytes(data[16:24], "little")
    header = json.loads(data[24 : 24 + length])
    change(header)
    changed = json.dumps(header).encode()
    arrays = data[24 + length :].lstrip(b"\0") if header["arrays"] else b""
    start = MAGIC + len(changed).to_bytes(8, "little") + changed
    return start + b"\0" * (-len(start) % 64) + arrays


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 7, -0.1, float("inf"), "zoë", "", [], (), {}),
        [1, (2, [3, {"a": (4,), 5: "b"}]), None],
        {"deep": {"deeper": [{"x": 1}]}},
    ],
    ids=repr,
)
def test_plain_values_are_what_they_were(value):
    found = read(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.array([1.5, np.nan, -np.inf]),
        np.arange(12, dtype=np.int32).reshape(3, 4),
        np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        np.arange(20)[::3],
        np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
        np.array([[True, False]]),
        np.array(["a", "zoë"]),
        np.zeros((0, 3), np.float32),
        np.array(3.0),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_arrays_keep_type_shape_order_and_values(array):
    found = read(array)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)
    if array.flags.f_contiguous and array.ndim > 1:
        assert found.flags.f_contiguous


def test_numbers_of_numpy_texts_and_arrow_arrays_come_back():
    assert read(np.float32(0.1)) == np.float32(0.1)
    assert type(read(np.int64(3))) is np.int64
    terms = np.array(["tea", "zoë"], dtype=object)
    assert read(terms).tolist() == ["tea", "zoë"]
    for values in (
        pa.array(["a", None, "zoë"]),
        pa.array([1, 2, 3])[1:],
        pa.array([], pa.string()),
    ):
        assert read(values).equals(values)
    chunked = pa.chunked_array([["a"], ["b", "c"]])
    assert read(chunked).equals(chunked)
    assert isinstance(read(chunked), pa.ChunkedArray)


def test_sparse_arrays_come_back_with_what_is_known_of_them():
    rows = sparse.csr_array(([1.0, 2.0, 3.0], [2, 0, 1], [0, 2, 2, 3]), shape=(3, 3))
    assert not rows.has_sorted_indices
    found = read([rows, rows.tocsc()])
    for one, was in zip(found, (rows, rows.tocsc()), strict=True):
        assert type(one) is type(was)
        np.testing.assert_array_equal(one.toarray(), was.toarray())
        assert one.has_sorted_indices == was.has_sorted_indices
        assert one.indices.dtype == was.indices.dtype


def test_objects_of_ours_come_back_without_a_method_being_called(monkeypatch):
    table = pa.table({"customer_id": ["a", "b"], "product_id": ["x", "y"], "weight": [1.0, 2.0]})
    interactions = Interactions.from_table(table)
    monkeypatch.setattr(Interactions, "__init__", None)
    found = read(interactions)
    assert found.customer_ids.equals(interactions.customer_ids)
    np.testing.assert_array_equal(found.weights.toarray(), interactions.weights.toarray())
    bins = QuantileBins([np.array([1.0, 2.0])])
    assert read(bins).edges[0].tolist() == [1.0, 2.0]


def test_an_array_that_stands_twice_is_written_once():
    array = np.arange(10_000)
    assert len(written([array, array, (array,)])) < 1.1 * array.nbytes
    first, second = read([array, array])
    assert np.shares_memory(first, second)


def test_a_mapped_file_is_not_copied(tmp_path):
    file = tmp_path / "one"
    file.write_bytes(written(np.arange(1000.0)))
    mapped = np.memmap(file, mode="r")
    found = read_objects(mapped, OURS)
    assert np.shares_memory(found, mapped)
    assert not found.flags.writeable
    assert found.ctypes.data % 64 == 0


class Strange(NamedTuple):
    one: int


@dataclass
class Stranger:
    one: int


@pytest.mark.parametrize(
    "value",
    [
        Stranger(1),
        Path(),
        print,
        lambda: 0,
        np.array([object()]),
        {1, 2},
        b"x",
        np.datetime64("now"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_neither_plain_nor_ours_is_refused_when_it_is_written(value):
    with pytest.raises(TypeError, match="can't be written"):
        written([value])


class Bomb:
    """Its pickle creates a file when it is read."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def test_a_pickle_is_refused_and_nothing_of_it_runs(tmp_path):
    bomb = pickle.dumps(Bomb(tmp_path / "ran"))
    for data in (bomb, MAGIC + bomb, MAGIC + len(bomb).to_bytes(8, "little") + bomb):
        with pytest.raises(InvalidTableError, match="isn't a model that recsys wrote"):
            read_objects(data, OURS)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "name",
    [
        *("os:system", "builtins:eval", "subprocess:Popen", "pathlib:Path"),
        *("recsys.cli:app", "recsys.__main__:main", "recsys.treesome:X"),
        *("recsys.trees.quantile_bins:np", "recsys.trees.quantile_bins:Self"),
        *(
            "recsys.trees.quantile_bins:_edges",
            "recsys.trees:nothing",
            "recsys.trees.nothing:X",
            "",
        ),
    ],
)
@pytest.mark.parametrize("kind", ["object", "named"])
def test_only_classes_of_the_packages_named_are_made(name, kind):
    def change(header):
        header["value"] = [kind, name, {} if kind == "object" else []]

    with pytest.raises(InvalidTableError, match="isn't a model that recsys wrote"):
        read_objects(with_header(1, change), OURS)


@pytest.mark.parametrize("attribute", ["__class__", "__dict__", "__reduce__", "a b", ""])
def test_attributes_that_mean_something_to_python_are_refused(attribute):
    def change(header):
        header["value"] = ["object", "recsys.trees.quantile_bins:QuantileBins", {attribute: 1}]

    with pytest.raises(InvalidTableError, match="isn't a model that recsys wrote"):
        read_objects(with_header(1, change), OURS)


@pytest.mark.parametrize(
    "described",
    [
        {"type": "|O"},
        {"type": "|V8"},
        {"type": "<M8[s]"},
        {"shape": [10**12]},
        {"shape": [2**40, 2**40]},
        {"shape": [-1]},
        {"shape": [1.5]},
        {"shape": ["3"]},
        {"shape": 3},
        {"order": "X"},
        {"type": None},
    ],
    ids=str,
)
def test_arrays_that_lie_outside_or_hold_objects_are_refused(described):
    data = with_header(np.arange(3.0), lambda header: header["arrays"][0].update(described))
    with pytest.raises(InvalidTableError, match="isn't a model that recsys wrote"):
        read_objects(data, OURS)


def test_changed_bytes_are_refused_or_other_numbers():
    """Of 3,000 changes of one to four bytes, and of every length."""
    value = {"bins": QuantileBins([np.arange(5.0)]), "rows": sparse.csr_array(np.eye(3)), "n": [1]}
    data = written(value)
    random = np.random.default_rng(7)
    read_anyway = 0
    for _ in range(3000):
        changed = bytearray(data)
        for place in random.integers(0, len(data), random.integers(1, 5)):
            changed[place] = random.integers(0, 256)
        try:
            read_objects(bytes(changed), OURS)
            read_anyway += 1
        except InvalidTableError:
            pass
    assert 0 < read_anyway < 3000
    for length in range(len(data) - 64):
        with pytest.raises(InvalidTableError):
            read_objects(data[:length], OURS)
    nested = MAGIC + (200_000).to_bytes(8, "little") + b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(InvalidTableError):
        read_objects(nested, OURS)
