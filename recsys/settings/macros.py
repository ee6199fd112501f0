"""The dbt project's macros, rendered without dbt."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from recsys.settings.project import dbt_project_folder

MACRO = re.compile(r"\{%-? macro (\w+)\(.*?\{%-? endmacro -?%\}", re.DOTALL)


class Returned(Exception):  # noqa: N818 - as dbt's: it carries what a macro returns
    """What `return` raises inside of a macro."""

    def __init__(self, value: object) -> None:
        self.value = value


class Macro:
    """A macro that is compiled when it is called first, and sees all names that are known then."""

    def __init__(self, name: str, text: str, known: dict[str, Any]) -> None:
        self._name = name
        self._text = text
        self._known = known
        self._compiled: Callable[..., Any] | None = None

    def __call__(self, *arguments: object, **named: object) -> object:
        """Return what the macro renders, or returns."""
        if self._compiled is None:
            module = environment.from_string(self._text, globals=self._known).module
            self._compiled = getattr(module, self._name)
        try:
            return self._compiled(*arguments, **named)
        except Returned as returned:
            return returned.value


def read_macros(known: dict[str, Any], folder: Path | None = None) -> dict[str, Macro]:
    """Return the macros of a folder, by default the project's, by name.

    `known` is what they see, and may be filled later.
    """
    folder = folder or dbt_project_folder() / "macros"
    texts: Iterable[str] = (file.read_text("utf-8") for file in sorted(folder.glob("*.sql")))
    found = (match for text in texts for match in MACRO.finditer(text))
    return {match[1]: Macro(match[1], match[0], known) for match in found}


def return_(value: object) -> None:
    """End a macro with a value, as dbt's `return` does."""
    raise Returned(value)


environment = SandboxedEnvironment(
    extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined, autoescape=False
)
