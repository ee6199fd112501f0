"""Checks of recommender parameters: every message names parameter, value and legal range."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

from recsys.errors import InvalidParameterError


def require_integer(name: str, value: Any, *, minimum: int, maximum: int | None = None) -> None:
    """Refuse anything but a whole number in the range.

    >>> require_integer("n_factors", 0, minimum=1)
    Traceback (most recent call last):
        ...
    recsys.errors.InvalidParameterError: n_factors is 0; use a whole number of at least 1
    """
    legal = f"a whole number of at least {minimum:,}"
    if maximum is not None:
        legal += f" and at most {maximum:,}"
    is_integer = isinstance(value, Integral) and not isinstance(value, bool)
    if not is_integer or value < minimum or (maximum is not None and value > maximum):
        raise InvalidParameterError(f"{name} is {value!r}; use {legal}")


def require_number(
    name: str, value: Any, *, minimum: float = 0.0, above: bool = False, maximum: float = 1e9
) -> None:
    """Refuse anything but a number from `minimum` (excluded if `above`) to `maximum`.

    >>> require_number("learning_rate", 0, above=True, maximum=1)
    Traceback (most recent call last):
        ...
    recsys.errors.InvalidParameterError: learning_rate is 0; use a number above 0 and at most 1
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not minimum <= value <= maximum or (above and value == minimum):
        lowest = f"above {minimum:g}" if above else f"of at least {minimum:g}"
        raise InvalidParameterError(
            f"{name} is {value!r}; use a number {lowest} and at most {maximum:g}"
        )


def require_choice(name: str, value: Any, choices: Sequence[Any]) -> None:
    """Refuse anything but one of the choices.

    >>> require_choice("biased", "yes", [True, False])
    Traceback (most recent call last):
        ...
    recsys.errors.InvalidParameterError: biased is 'yes'; use one of True, False
    """
    if not any(
        value is choice or (type(value) is type(choice) and value == choice) for choice in choices
    ):
        raise InvalidParameterError(
            f"{name} is {value!r}; use one of {', '.join(map(repr, choices))}"
        )


def require_seed(value: Any) -> None:
    """Refuse a `random_state` that NumPy's generators don't take."""
    require_integer("random_state", value, minimum=0, maximum=2**32 - 1)
