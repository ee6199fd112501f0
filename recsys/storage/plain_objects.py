"""Fitted models as bytes that hold numbers and texts, and nothing that could run.

A pickle says which functions to call, so that whoever can change one runs code. Here a header in
JSON says what an object is made of, and its arrays follow as they lie in memory: a file of them can
be mapped. Objects are made without calling any method of theirs, and only of classes of the
packages that the reader names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from recsys.errors import InvalidTableError

MAGIC = b"recsys objects 1"
"""16 bytes; the length of the header follows in 8, little-endian."""
ALIGNED = 64
"""Arrays begin at multiples of so many bytes, as vector instructions like it."""
KINDS = re.compile(r"[<>|=]?[biufcSU]\d+|[|]?b1")
"""Types of arrays: numbers, truth values and texts of fixed width."""
SPARSE = {"csr": sparse.csr_array, "csc": sparse.csc_array}
DAMAGED = "isn't a model that recsys wrote, or is damaged"


def write_objects(value: Any, file: BinaryIO) -> None:
    """Write a value made of numbers, texts, lists, dicts, arrays and objects of our classes.

    Raises
    ------
    TypeError
        Something in it is none of these.

    """
    arrays = _Arrays()
    tree = _told(value, arrays)
    header = json.dumps({"value": tree, "arrays": arrays.described}).encode()
    file.write(MAGIC + len(header).to_bytes(8, "little") + header)
    at = len(MAGIC) + 8 + len(header)
    for array in arrays.found:
        pad = -at % ALIGNED
        file.write(b"\0" * pad)
        file.write(np.ascontiguousarray(array.T if _is_fortran(array) else array).data)
        at += pad + array.nbytes


def read_objects(data: Any, packages: Sequence[str]) -> Any:
    """Return what was written.

    Parameters
    ----------
    data
        Bytes, or a mapped file, whose arrays then stay in it.
    packages
        The only packages whose classes objects may have, such as `recsys.trees`.

    Raises
    ------
    InvalidTableError
        The bytes are something else, or damaged, or name another class.

    """
    try:
        view = memoryview(data).cast("B")
        if bytes(view[: len(MAGIC)]) != MAGIC:
            raise ValueError("it begins otherwise")
        start = len(MAGIC) + 8
        length = int.from_bytes(view[len(MAGIC) : start], "little")
        if length > len(view) - start:
            raise ValueError("it is too short")
        header = json.loads(bytes(view[start : start + length]))
        arrays = _read_arrays(view, start + length, header["arrays"])
        return _Reader(arrays, tuple(f"{package}." for package in packages)).made(header["value"])
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, pa.ArrowInvalid) as error:
        raise InvalidTableError(f"this {DAMAGED} ({error})") from error
    except (RecursionError, OverflowError, ImportError, MemoryError) as error:
        raise InvalidTableError(f"this {DAMAGED} ({type(error).__name__})") from error


class _Arrays:
    """Arrays in their order, each once, however often it stands in an object."""

    def __init__(self) -> None:
        self.found: list[NDArray[Any]] = []
        self.described: list[dict[str, Any]] = []
        self._places: dict[int, int] = {}

    def place(self, array: NDArray[Any]) -> int:
        if id(array) not in self._places:
            if not KINDS.fullmatch(array.dtype.str):
                raise TypeError(f"an array of {array.dtype} can't be written")
            self._places[id(array)] = len(self.found)
            order = "F" if _is_fortran(array) else "C"
            told = {"type": array.dtype.str, "shape": list(array.shape), "order": order}
            self.found.append(array)
            self.described.append(told)
        return self._places[id(array)]


def _is_fortran(array: NDArray[Any]) -> bool:
    return array.flags.f_contiguous and not array.flags.c_contiguous


def _told(value: Any, arrays: _Arrays) -> Any:  # noqa: PLR0911 - one line a kind
    """Return a value as JSON; what isn't a number or a text is a list that begins with its kind."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    told: Callable[[Any], Any] = lambda part: _told(part, arrays)  # noqa: E731
    if isinstance(value, np.generic):
        return ["number", arrays.place(np.asarray(value))]
    if isinstance(value, np.ndarray):
        if value.dtype == object and all(type(one) is str for one in value.flat):
            return ["texts", value.ravel().tolist(), list(value.shape)]
        return ["array", arrays.place(value)]
    if sparse.issparse(value) and type(value) in SPARSE.values():
        parts = [arrays.place(part) for part in (value.data, value.indices, value.indptr)]
        flags = [bool(value.has_sorted_indices), bool(value.has_canonical_format)]
        return ["sparse", value.format, [int(size) for size in value.shape], parts, flags]
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return ["arrow", arrays.place(_ipc(value)), isinstance(value, pa.ChunkedArray)]
    if type(value) in (list, tuple):
        return [type(value).__name__, [told(part) for part in value]]
    if type(value) is dict:
        return ["dict", [[told(key), told(part)] for key, part in value.items()]]
    name = f"{type(value).__module__}:{type(value).__qualname__}"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return ["named", name, [told(part) for part in value]]
    if type(value).__module__.startswith("recsys.") and hasattr(value, "__dict__"):
        return ["object", name, {key: told(part) for key, part in vars(value).items()}]
    raise TypeError(f"{name} can't be written: it is neither plain data nor a class of recsys")


def _ipc(values: pa.Array | pa.ChunkedArray) -> NDArray[np.uint8]:
    table = pa.table({"values": values})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return np.frombuffer(sink.getvalue(), np.uint8)


def _read_arrays(
    view: memoryview, at: int, described: Sequence[dict[str, Any]]
) -> list[NDArray[Any]]:
    found = []
    for told in described:
        at += -at % ALIGNED
        if not KINDS.fullmatch(told["type"]):
            raise ValueError(f"arrays of type {told['type']!r} aren't read")
        kind, shape = np.dtype(told["type"]), told["shape"]
        if not all(type(size) is int and size >= 0 for size in shape):
            raise ValueError(f"an array has the shape {shape}")
        count = 1
        for size in shape:
            count *= size
        if count * kind.itemsize > len(view) - at:
            raise ValueError("an array is cut short")
        flat = np.frombuffer(view, kind, count, at) if count else np.empty(0, kind)
        is_fortran = {"C": False, "F": True}[told["order"]]
        found.append(flat.reshape(tuple(shape), order="F" if is_fortran else "C"))
        at += flat.nbytes
    return found


class _Reader:
    """Makes values of what was told."""

    def __init__(self, arrays: list[NDArray[Any]], packages: tuple[str, ...]) -> None:
        self._arrays = arrays
        self._packages = packages
        self._kinds: dict[str, Callable[..., Any]] = {
            "number": lambda place: arrays[place][()],
            "array": lambda place: arrays[place],
            "texts": self._texts,
            "sparse": self._sparse,
            "arrow": self._arrow,
            "list": lambda parts: [self.made(part) for part in parts],
            "tuple": lambda parts: tuple(self.made(part) for part in parts),
            "dict": lambda pairs: {self.made(key): self.made(part) for key, part in pairs},
            "named": self._named,
            "object": self._object,
        }

    def made(self, told: Any) -> Any:
        if not isinstance(told, list):
            if isinstance(told, dict):
                raise TypeError("a value is of no kind")
            return told
        kind, *parts = told
        return self._kinds[kind](*parts)

    @staticmethod
    def _texts(texts: list[str], shape: list[int]) -> NDArray[np.object_]:
        if not all(type(text) is str for text in texts):
            raise TypeError("a text is none")
        return np.array(texts, dtype=object).reshape(shape)

    def _sparse(
        self, form: str, shape: list[int], places: list[int], flags: list[bool]
    ) -> sparse.csr_array | sparse.csc_array:
        made = SPARSE[form](tuple(shape))
        made.data, made.indices, made.indptr = (self._arrays[place] for place in places)
        made.check_format(full_check=False)
        # else scipy would look through all of a mapped file to find out
        made.has_sorted_indices, made.has_canonical_format = map(bool, flags)
        return made

    def _arrow(self, place: int, is_chunked: bool) -> pa.Array | pa.ChunkedArray:
        buffer = pa.py_buffer(self._arrays[place])
        values = pa.ipc.open_stream(buffer).read_all()["values"]
        values.validate()
        return values if is_chunked else _whole(values)

    def _named(self, name: str, parts: list[Any]) -> Any:
        made = self._class(name)
        if not (issubclass(made, tuple) and len(getattr(made, "_fields", ())) == len(parts)):
            raise TypeError(f"{name} has other fields")
        return tuple.__new__(made, [self.made(part) for part in parts])

    def _object(self, name: str, parts: dict[str, Any]) -> Any:
        made = object.__new__(self._class(name))
        for key, part in parts.items():
            if key.startswith("__") or not key.isidentifier():
                raise ValueError(f"{key!r} is no attribute")
            object.__setattr__(made, key, self.made(part))
        return made

    def _class(self, name: str) -> type[Any]:
        module, _, attribute = name.partition(":")
        if not f"{module}.".startswith(self._packages):
            raise ValueError(f"{name} isn't one of the classes of a model")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, type) or found.__module__ != module:
            raise TypeError(f"{name} isn't a class")
        return found


def _whole(values: pa.ChunkedArray) -> pa.Array:
    if values.num_chunks == 1:
        return values.chunk(0)
    return pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
