"""The rules by which cleaning reads values, as SQL: the dbt project's own macros, without dbt."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2

from recsys.settings.project import dbt_project_folder

FILES = (
    *("plain_text", "is_blank", "currency_marks", "clean_number", "clean_price", "clean_rating"),
    *("month_names", "date_text", "clean_time", "clean_id", "format_evidence"),
)
"""Macros that need nothing of dbt: each renders the SQL of its rule."""


def rule(name: str, *arguments: object) -> str:
    """Return a macro's SQL, the same text that a model gets of it.

    Parameters
    ----------
    name
        One of the macros in `FILES`.
    arguments
        What the macro takes: mostly SQL of a column, `dbt_project/macros/_macros.yml` says what.

    >>> rule("whole_year", "'69'").split()[:5]
    ['case', 'when', "strlen('69')", '>', '2']

    """
    return str(getattr(_macros(), name)(*arguments))


@cache
def _macros() -> Any:
    folder = dbt_project_folder() / "macros"
    texts = [(folder / f"{name}.sql").read_text(encoding="utf-8") for name in FILES]
    environment = jinja2.Environment(  # noqa: S701 - SQL, not HTML
        extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined
    )
    return environment.from_string("\n".join(texts)).module
