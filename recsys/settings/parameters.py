"""Parameters say in their annotations what they may be; what they aren't is refused in a sentence.

>>> from dataclasses import dataclass
>>> @dataclass
... class Model:
...     n_factors: Count = 50
...     def __post_init__(self) -> None:
...         check_parameters(self)
>>> Model(n_factors=0)
Traceback (most recent call last):
    ...
recsys.errors.InvalidParameterError: n_factors is 0; use a whole number of at least 1
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from recsys.errors import InvalidParameterError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Count = Annotated[int, Field(ge=1)]
"""How many, at least one."""
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
"""A `random_state` that NumPy's generators take."""
Amount = Annotated[float, Field(ge=0, le=1e9)]
"""How much; may be nothing."""
Positive = Annotated[float, Field(gt=0, le=1e9)]
"""How much; never nothing."""
Share = Annotated[float, Field(ge=0, le=1)]
"""From none to all."""
PositiveShare = Annotated[float, Field(gt=0, le=1)]
"""Some or all."""


def require(name: str, value: object, annotation: Any) -> None:
    """Refuse a value that isn't what the annotation says; truth values and texts are no numbers.

    Parameters
    ----------
    name
        What the parameter is called.
    value
        What was given; NumPy's numbers are numbers.
    annotation
        Its type: int, float, bool or a Literal, with pydantic's `Field` for the range, or None.

    Raises
    ------
    InvalidParameterError
        The message has the name, the value and what is legal.

    >>> require("learning_rate", 0, PositiveShare)
    Traceback (most recent call last):
        ...
    recsys.errors.InvalidParameterError: learning_rate is 0; use a number above 0 and at most 1
    >>> require("biased", "yes", bool)
    Traceback (most recent call last):
        ...
    recsys.errors.InvalidParameterError: biased is 'yes'; use one of True, False

    """
    _require(name, value, annotation, TypeAdapter(annotation))


def check_parameters(made: DataclassInstance) -> None:
    """Refuse a dataclass with a field that isn't what its annotation says.

    Fields that are no numbers, truth values or choices are for the class itself to check.

    Raises:
        InvalidParameterError: the first such field, in one sentence.

    """
    for name, (annotation, adapter) in _adapters(type(made)).items():
        _require(name, getattr(made, name), annotation, adapter)


def legal_values(annotation: object) -> str:
    """Return in words what a parameter may be, if it is given.

    >>> legal_values(Annotated[int, Field(ge=2, le=1_000)] | None)
    'a whole number of at least 2 and at most 1,000'
    >>> legal_values(Literal["als", "sgd"])
    "one of 'als', 'sgd'"

    """
    return ", or ".join(_legal_values(kind) for kind in _kinds(annotation) if kind is not NoneType)


def bounds(annotation: object) -> dict[str, float]:
    """Return the limits of a number by pydantic's names of them: ge, gt, le, lt.

    >>> bounds(PositiveShare)
    {'gt': 0, 'le': 1}

    """
    found = {}
    for said in getattr(annotation, "__metadata__", ()):
        for limit in getattr(said, "metadata", ()):
            for name in ("ge", "gt", "le", "lt"):
                if hasattr(limit, name):
                    found[name] = getattr(limit, name)
    return found


def _legal_values(kind: object) -> str:
    if get_origin(_plain(kind)) is Literal:
        return f"one of {', '.join(map(repr, get_args(_plain(kind))))}"
    limits, plain = bounds(kind), _plain(kind)
    if plain is bool:
        return "one of True, False"
    if plain is int:
        words, form = "a whole number", ",d"
    else:
        words, form = "a number", "g"
    said = {"ge": "of at least", "gt": "above", "le": "at most", "lt": "below"}
    parts = [f"{said[name]} {limit:{form}}" for name, limit in limits.items()]
    return " ".join([words, " and ".join(parts)]).strip()


def _require(name: str, value: object, annotation: object, adapter: TypeAdapter[Any]) -> None:
    plain = value.item() if isinstance(value, np.generic) else value
    try:
        adapter.validate_python(plain, strict=True)
    except ValidationError:
        raise InvalidParameterError(
            f"{name} is {value!r}; use {legal_values(annotation)}"
        ) from None


@cache
def _adapters(made: type[DataclassInstance]) -> dict[str, tuple[object, TypeAdapter[Any]]]:
    hints = get_type_hints(made, include_extras=True)
    checked = {one.name: hints[one.name] for one in fields(made) if _is_checked(hints[one.name])}
    return {name: (hint, TypeAdapter(hint)) for name, hint in checked.items()}


def _is_checked(annotation: object) -> bool:
    return all(
        get_origin(_plain(kind)) is Literal or _plain(kind) in {int, float, bool, NoneType}
        for kind in _kinds(annotation)
    )


def _kinds(annotation: object) -> list[object]:
    """Return the parts of a union, those of an annotated one included, each with its limits."""
    is_union = get_origin(_plain(annotation)) in {Union, UnionType}
    return [*get_args(_plain(annotation))] if is_union else [annotation]


def _plain(annotation: object) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
