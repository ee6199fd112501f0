"""Write what dbt and people read of the settings, from recsys/settings/model.py.

`.venv/bin/python scripts/write_settings.py`; a test fails where a file isn't as this writes it.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from recsys.settings.model import SECTIONS

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "dbt_project"
FROM = "written by scripts/write_settings.py from recsys/settings/model.py"
SQL_TYPES = {int: "integer", float: "double", bool: "boolean", str: "varchar", date: "date"}
KINDS = {int: "whole number", float: "number", bool: "true or false", date: "date", str: "text"}


FIELDS = {name: one for section in SECTIONS for name, one in section.model_fields.items()}
"""All settings, in the order in which they are documented."""


def choices(field: FieldInfo) -> list[Any]:
    """Return all that a setting may be, if it is one of few; '' stands for nothing."""
    kinds = get_args(field.annotation) or (field.annotation,)
    if get_origin(field.annotation) is Literal:
        return [*kinds]
    listed = [get_args(kind) for kind in kinds if get_origin(kind) is Literal]
    return ["", *listed[0]] if listed else []


def kind(field: FieldInfo) -> type:
    """Return a setting's Python type."""
    if values := choices(field):
        return type(values[-1])
    kinds = get_args(field.annotation) or (field.annotation,)
    [plain] = [one for one in kinds if one is not NoneType]
    return plain


def limits(field: FieldInfo) -> list[float]:
    """Return the least and the most a number may be; nothing for what is no number."""
    found = {
        name: getattr(said, name)
        for said in field.metadata
        for name in ("ge", "le")
        if hasattr(said, name)
    }
    return [found[name] for name in ("ge", "le") if name in found]


def default(field: FieldInfo) -> str:
    """Return a default as YAML writes it."""
    value = field.default
    if value is None:
        return '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    is_plain = re.fullmatch(r"[a-z_]+(, [a-z_]+)*", str(value))
    return str(value) if is_plain else json.dumps(str(value))


def described(field: FieldInfo) -> str:
    """Return what a setting means, in one line."""
    return " ".join((field.description or "").split())


def variables() -> str:
    """Return `vars:` of dbt_project.yml."""
    lines = ["vars:", f"  # {FROM}"]
    for section in SECTIONS:
        lines += ["", f"  # == {heading(section)}"]
        for name, field in section.model_fields.items():
            lines += textwrap.wrap(
                described(field), 98, initial_indent="  # ", subsequent_indent="  # "
            )
            lines.append(f"  {name}: {default(field)}")
    return "\n".join([*lines, ""])


def macro() -> str:
    """Return the macro of what is legal."""
    lines = []
    for name, field in FIELDS.items():
        sql = SQL_TYPES[kind(field)]
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        legal = [repr(sql), *map(repr, limits(field))]
        if limits(field) and _may_be_empty(field):
            legal.append("true")
        if values := choices(field):
            legal.append(repr(values))
        elif "dbt" in extra:
            legal.append(str(extra["dbt"]))
        lines.append(f"        '{name}': [{', '.join(legal)}],")
    inside = "\n".join(lines)
    return (
        "{#\n  Each setting's type, and the least and the most it may be, or all it may be;\n"
        f"  {FROM}.\n#}}\n{{% macro legal_settings() %}}\n    {{{{ return({{\n{inside}\n"
        "    }) }}\n{% endmacro %}\n"
    )


def columns() -> str:
    """Return the descriptions of the columns of `stg_settings`."""
    return "".join(
        f"      - name: {name}\n        description: {json.dumps(_of_a_column(field))}\n"
        for name, field in FIELDS.items()
    )


def _of_a_column(field: FieldInfo) -> str:
    return described(field).replace("; empty: ", "; null: ")


def page() -> str:
    """Return docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "A shop file's `settings:` win over these defaults, and `--set NAME=VALUE` of",
        "`recsys build`, or dbt's `--vars`, over both. A value that isn't legal stops the build",
        "before anything is made, with a message that says what is.",
        "",
        f"<!-- {FROM} -->",
    ]
    for section in SECTIONS:
        lines += ["", f"## {heading(section)}", "", "| setting | may be | default | meaning |"]
        lines.append("|---|---|---|---|")
        for name, field in section.model_fields.items():
            value = "" if field.default is None else f"`{default(field)}`"
            meaning = described(field).replace("|", "\\|")
            lines.append(f"| `{name}` | {_may_be(field)} | {value} | {meaning} |")
    return "\n".join([*lines, ""])


def _may_be(field: FieldInfo) -> str:
    values = choices(field)
    if values:
        return ", ".join(f"`{value}`" if value != "" else "empty" for value in values)
    words = KINDS[kind(field)]
    if ends := limits(field):
        words += f", {ends[0]:,} to {ends[1]:,}"
    return words + (" or empty" if _may_be_empty(field) else "")


def _may_be_empty(field: FieldInfo) -> bool:
    return NoneType in get_args(field.annotation)


def heading(section: type) -> str:
    """Return what a section is called."""
    return (section.__doc__ or "").split("\n")[0].rstrip(".")


def written() -> dict[Path, Callable[[str], str]]:
    """Return, by file, what makes the file's text of the text it has."""
    staging = PROJECT / "models" / "staging" / "_staging.yml"
    return {
        PROJECT / "dbt_project.yml": lambda text: re.sub(
            r"^vars:\n.*\Z", lambda _: variables(), text, flags=re.MULTILINE | re.DOTALL
        ),
        PROJECT / "macros" / "legal_settings.sql": lambda _: macro(),
        staging: lambda text: re.sub(
            r"(?<=Version of this package\.\"\n)(      - name: .*\n        description: .*\n)+",
            lambda _: columns(),
            text,
            count=1,
        ),
        ROOT / "docs" / "settings.md": lambda _: page(),
    }


if __name__ == "__main__":
    for path, make in written().items():
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(make(before), encoding="utf-8")
