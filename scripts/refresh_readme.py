"""Run the questions of README and docs on a built default shop and put the answers below them.

`.venv/bin/python scripts/refresh_readme.py [DATABASE] [--check]`; with --check nothing is written
and the exit code says whether the pages show what the database says. A command's output stands
between `<!-- output: recsys … -->` and `<!-- /output -->`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from recsys.settings.project import database_path
from recsys.storage.connections import connect

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / name for name in ("README.md", "docs/questions.md", "docs/quality.md")]
QUESTION = re.compile(r"```sql\n(?P<sql>.*?)```\n(?:\n```text\n.*?```\n)?", re.DOTALL)
COMMAND = re.compile(
    r"<!-- output: recsys (?P<arguments>[^>]*) -->\n.*?<!-- /output -->\n", re.DOTALL
)
LONGEST_CELL = 60


def refreshed(text: str, database: Path) -> str:
    """Return a page's text with the answers that this database gives."""
    with connect(database, read_only=True) as connection:

        def answer(match: re.Match[str]) -> str:
            relation = connection.sql(match["sql"])
            rows = _table(relation.columns, relation.fetchall())
            return f"```sql\n{match['sql']}```\n\n```text\n{rows}\n```\n"

        text = QUESTION.sub(answer, text)

    def output(match: re.Match[str]) -> str:
        command = [sys.executable, "-m", "recsys", *match["arguments"].split()]
        printed = subprocess.run(  # noqa: S603
            [*command, "--database", str(database)],
            env={**os.environ, "COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        # the run's id and the list of runs differ from machine to machine
        lines = printed.split("\nWho serves")[0].strip().splitlines()
        shown = "\n".join(line.rstrip() for line in lines if not line.startswith("Run "))
        start = f"<!-- output: recsys {match['arguments']} -->"
        return f"{start}\n```text\n{shown}\n```\n<!-- /output -->\n"

    return COMMAND.sub(output, text)


def _table(columns: list[str], rows: list[tuple[object, ...]]) -> str:
    cells = [columns, *[[_cell(value) for value in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def main() -> int:
    """Refresh the pages, or check them."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    database = database_path(Path(arguments[0]) if arguments else None)
    stale = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fresh = refreshed(text, database)
        if fresh == text:
            continue
        stale.append(page)
        if "--check" not in sys.argv:
            page.write_text(fresh, encoding="utf-8")
    for page in stale:
        print(page.relative_to(ROOT))
    return int("--check" in sys.argv and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
