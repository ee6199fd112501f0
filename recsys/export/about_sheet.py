"""The last sheet of a workbook: what its table and columns mean, and the build they are of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xlsxwriter.workbook import Workbook

from recsys.export.tables import Table

ABOUT = "About"
LETTERS_PER_LINE = 90
LINE_HEIGHT = 15
"""In points. Rows aren't made higher for wrapped texts unless a program shows them."""
NOTES = (
    "Ids are texts: leading zeros are kept.",
    "An empty cell is a missing value.",
    "started_at, finished_at and generated_at are UTC; other times are by the shop's clock.",
    "Shares and probabilities are shown as percentages; the cells hold numbers from 0 to 1.",
    "Texts longer than 32,767 characters are cut and end with …",
)


@dataclass(frozen=True)
class Origin:
    """The build that an export is of."""

    run_id: str | None
    finished_at: datetime | None


def write_about(
    book: Workbook, table: Table, origin: Origin, rows: int, sheets: Sequence[str]
) -> None:
    """Add the sheet, behind those of the rows."""
    plain = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    bold = book.add_format({"bold": True, "valign": "top", "num_format": "@"})
    sheet = book.add_worksheet(ABOUT)
    for column, width in enumerate((28, 16, LETTERS_PER_LINE + 10)):
        sheet.set_column(column, column, width, plain)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    moment = origin.finished_at.strftime("%Y-%m-%d %H:%M:%S UTC") if origin.finished_at else ""
    facts = [
        ("table", "", table.name),
        ("meaning", "", table.description),
        ("rows", "", f"{rows:,}" + (f", in {len(sheets)} sheets" if len(sheets) > 1 else "")),
        ("run", "", origin.run_id or ""),
        ("finished at", "", moment),
        *(("note" if at == 0 else "", "", note) for at, note in enumerate(NOTES)),
        ("", "", ""),
    ]
    lines = [(line, bold, plain) for line in facts]
    lines.append((("column", "type", "meaning"), bold, bold))
    for field in table.fields:
        kind = "time" if field.kind == "moment" else field.kind
        lines.append(((field.name, kind, field.description), bold, plain))
    for row, (line, first, rest) in enumerate(lines):
        sheet.set_row(row, LINE_HEIGHT * max(1, -(-len(line[-1]) // LETTERS_PER_LINE)))
        for column, text in enumerate(line):
            if text:
                sheet.write_string(row, column, text, first if column == 0 else rest)
    book.set_properties(
        {"title": table.name, "comments": table.description, "created": origin.finished_at}
        if origin.finished_at
        else {"title": table.name, "comments": table.description}
    )
