"""What the project's macros render where sqlfluff lints: all names here are known to its templates.

sqlfluff's templater for dbt compiles the whole project and renders every macro in full. A rule of
cleaning is hundreds of lines then, which take minutes to parse and aren't what is linted: faults
within what a macro renders are passed over. Here such a rule renders as the call of a function;
macros that make parts of a query are rendered in full; and a loop over numbers goes round twice.
"""

import builtins as _builtins
from typing import Any as _Any

from .macros import read_macros as _read_macros
from .macros import return_ as _return

_RULES = {
    *("as_text", "is_blank", "is_empty", "plain_text", "unescaped", "described_text", "id_as_text"),
    *("shows_date_order", "shows_decimal", "is_pointed_thousand", "is_separated", "has_float_ids"),
    "checked_setting",
}
"""Macros that make a value of columns; those whose names begin with `clean_` do, too."""


class _Rule:
    """A macro that stands as the call of a function on columns."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *arguments: object, **named: object) -> str:
        columns = [one for one in (*arguments, *named.values()) if isinstance(one, str) and one]
        return f"{self._name}({', '.join(columns)})"


def range(*bounds: int) -> _Any:  # noqa: A001 - the templates' function
    """Return the first two numbers: what a loop renders the third time is the same again."""
    return _builtins.range(*bounds)[:2]


_known: dict[str, _Any] = {
    "ref": lambda *names: names[-1],
    "source": lambda *names: "_".join(names),
    "range": range,
    "return": _return,
    "execute": False,
    "is_incremental": lambda: False,
}
_macros = {
    name: _Rule(name) if name.startswith("clean_") or name in _RULES else macro
    for name, macro in _read_macros(_known).items()
} | {  # they ask dbt about the run
    "run_id": lambda: "'a run'",
    "build_started_at": lambda: "now()",
    "is_empty_run": lambda: "false",
}
_known.update(_macros)
globals().update(_macros)
