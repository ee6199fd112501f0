"""What a measurement is told on the command line: read, or refused in one line."""

from __future__ import annotations

import argparse
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

LEAST_MILLION = 0.01
LEAST_CUSTOMERS = 100
"""A smaller shop has too few customers for anything to be measured."""


@dataclass(frozen=True)
class Argument:
    """What may follow a measurement's name; none has to."""

    name: str
    read: Callable[[str], Any]
    """Makes a value of the text; raises `ArgumentTypeError` with what is legal."""
    is_many: bool = False
    """Whether it may be given more than once."""
    together: Callable[[list[Any]], list[Any]] = list
    """Makes the values of all that were given, where one depends on another; raises as `read`."""


@dataclass(frozen=True)
class Measurement:
    """What `scripts/bench NAME` runs, and what it may be told."""

    run: Callable[[list[Any]], None]
    """Gets the values that were given; an empty list stands for what is usual."""
    argument: Argument | None = None

    @property
    def summary(self) -> str:
        """The first line of what it says of itself."""
        return self.description.splitlines()[0]

    @property
    def description(self) -> str:
        """All that it says of itself."""
        return inspect.getdoc(self.run) or ""


def parse(
    measurements: Mapping[str, Measurement], words: Sequence[str]
) -> tuple[Measurement, list[Any]] | None:
    """Return what to run and with which values; None if nothing is named.

    A word that can't be used ends the process with 2, `--help` and `help` with 0.
    """
    parser = _Parser(prog="scripts/bench", description="Measures what the project promises.")
    parser.set_defaults(chosen=parser, name=None, values=[])
    names = parser.add_subparsers(metavar="NAME")
    for name, measurement in measurements.items():
        one = names.add_parser(
            name,
            help=measurement.summary.replace("%", "%%"),
            description=measurement.description.replace("%", "%%"),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        one.set_defaults(chosen=one, name=name)
        if measurement.argument is not None:
            known = measurement.argument
            nargs = "*" if known.is_many else "?"
            one.add_argument("values", metavar=known.name, type=known.read, nargs=nargs)
    said, unknown = parser.parse_known_args(["--help" if one == "help" else one for one in words])
    if unknown:
        said.chosen.error(f"unrecognized arguments: {' '.join(unknown)}")
    if said.name is None:
        parser.print_help()
        return None
    values = said.values if isinstance(said.values, list) else [said.values]
    measurement = measurements[said.name]
    given = [value for value in values if value is not None]
    if measurement.argument is not None:
        try:
            given = measurement.argument.together(given)
        except argparse.ArgumentTypeError as error:
            said.chosen.error(str(error))
    return measurement, list(dict.fromkeys(given))


def whole_number(text: str) -> int:
    """Return a number of 1 or more.

    >>> whole_number("3")
    3
    """
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(
            f"{text!r} can't be used; use a whole number of at least 1"
        )
    return int(text)


def million_lines(text: str) -> float:
    """Return a number of million lines.

    >>> million_lines("0.5")
    0.5
    """
    try:
        million = float(text)
    except ValueError:
        million = math.nan
    if not LEAST_MILLION <= million < math.inf:
        raise argparse.ArgumentTypeError(
            f"{text!r} can't be used; use a number of million lines of at least {LEAST_MILLION}"
        )
    return million


def customers(text: str) -> int:
    """Return a number of customers.

    >>> customers("30000")
    30000
    """
    if not (text.isascii() and text.isdigit() and int(text) >= LEAST_CUSTOMERS):
        raise argparse.ArgumentTypeError(
            f"{text!r} can't be used; use a whole number of customers of at least {LEAST_CUSTOMERS}"
        )
    return int(text)


def one_of(names: Sequence[str]) -> Callable[[str], str]:
    """Return what reads one of the names.

    >>> one_of(["tea", "milk"])("tea")
    'tea'
    """

    def read(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError(f"{text!r} is unknown; use one of {', '.join(names)}")
        return text

    return read


class _Parser(argparse.ArgumentParser):
    """Refuses in one line, which ends in what may be said instead."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} ({' '.join(self.format_usage().split())})\n")
