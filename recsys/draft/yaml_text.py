"""A draft as the text of a shop file: evidence as comments, doubts marked CHECK."""

from __future__ import annotations

import json
import re
import textwrap

from recsys.draft.draft import Draft, DraftColumn, DraftTable

WIDTH = 100
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?:[ -][A-Za-z0-9_.]+)*")
RESERVED = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}
HEAD = """\
A first draft by `recsys init`: every guess has its reason beside it, what isn't certain is marked
CHECK. See what it reads with `recsys check --shop {file}`, then `recsys build --shop {file}`."""


def yaml_text(draft: Draft, file: str = "shop.yml") -> str:
    """Return the shop file's text."""
    lines = [*_comment(HEAD.format(file=file)), f"name: {scalar(draft.name)}"]
    for note in draft.notes:
        lines += ["", *_comment(f"CHECK: {note}")]
    for table in draft.tables:
        lines += ["", *_table(table)]
    if draft.table("purchases") is None:
        lines += _verified_purchases(draft)
    if draft.settings:
        lines += ["", "settings:"]
        for setting in draft.settings:
            if setting.doubt:
                lines += _comment(f"CHECK: {setting.doubt}", "  ")
            lines.append(
                f"  {setting.name}: {scalar(setting.value)}  # {_one_line(setting.evidence)}"
            )
    if draft.unused:
        lines += ["", "# Not used:"]
        for file_left in draft.unused:
            lines += _comment(f"{file_left.label}: {file_left.why}", hang="  ")
    return "\n".join(lines) + "\n"


def scalar(value: object) -> str:
    """Return a value as YAML writes it, quoted where it has to be.

    >>> scalar("Customer ID"), scalar("user_id:token"), scalar("no"), scalar(5)
    ('Customer ID', '"user_id:token"', '"no"', '5')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return _collection(value)
    if not isinstance(value, str):
        return str(value)
    if PLAIN.fullmatch(value) and value.lower() not in RESERVED:
        return value
    if "\\" in value or "\n" in value or not value.isprintable() or "'" in value:
        return json.dumps(value, ensure_ascii=False)
    return f'"{value}"' if '"' not in value else "'" + value + "'"


def _collection(values: list[object] | dict[str, object]) -> str:
    """Return a list or a mapping in one line."""
    if isinstance(values, list):
        return "[" + ", ".join(map(scalar, values)) + "]"
    return "{" + ", ".join(f"{key}: {scalar(value)}" for key, value in values.items()) + "}"


def _table(table: DraftTable) -> list[str]:
    lines = _comment("; ".join([f"{table.file.label}: {table.evidence[0]}", *table.evidence[1:]]))
    for doubt in table.doubts:
        lines += _comment(f"CHECK: {doubt}")
    lines += [f"{table.name}:", f"  path: {scalar(table.path)}"]
    if table.file.table:
        lines.append(f"  table: {scalar(table.file.table)}")
    if table.file.format:
        lines.append(f"  format: {scalar(table.file.format)}")
    if table.where:
        lines += _comment(f"CHECK: {table.where_doubt}", "  ")
        lines.append(f"  where: {scalar(table.where)}")
    lines.append("  columns:")
    for column in table.columns:
        lines += _column(column)
    if table.left_out:
        lines += _comment(f"not used: {', '.join(table.left_out)}", "    ", hang="  ")
    return lines


def _column(column: DraftColumn) -> list[str]:
    lines = _comment(f"CHECK: {column.doubt}", "    ") if column.doubt else []
    said = f"    {column.target}: {scalar(column.source)}"
    evidence = _one_line(column.evidence)
    if len(said) + len(evidence) + 4 > WIDTH:
        return [*lines, *_comment(evidence, "    "), said]
    return [*lines, f"{said}  # {evidence}" if evidence else said]


def _verified_purchases(draft: Draft) -> list[str]:
    """Return purchases of the ratings that are of verified ones, as a comment."""
    ratings = draft.table("ratings")
    note = next((note for note in draft.notes if "verified purchases" in note), None)
    if ratings is None or note is None:
        return []
    flag = note.split("'")[1]
    lines = ["", "# purchases:", f"#   path: {scalar(ratings.path)}"]
    if ratings.file.format:
        lines.append(f"#   format: {scalar(ratings.file.format)}")
    quoted = '"' + flag.replace('"', '""') + '"'
    condition = f"try_cast({quoted} as boolean)"
    lines += [f"#   where: {scalar(condition)}", "#   columns:"]
    renamed = {"rated_at": "purchased_at", "customer_id": "customer_id", "product_id": "product_id"}
    lines += [
        f"#     {renamed[column.target]}: {scalar(column.source)}"
        for column in ratings.columns
        if column.target in renamed
    ]
    return lines


def _comment(text: str, indent: str = "", hang: str = "") -> list[str]:
    return [
        f"{indent}# {line}"
        for paragraph in text.split("\n")
        for line in textwrap.wrap(
            _one_line(paragraph),
            WIDTH - len(indent) - 2,
            subsequent_indent=hang,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def _one_line(text: str) -> str:
    """Return the text without what would end a comment or a terminal's line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
