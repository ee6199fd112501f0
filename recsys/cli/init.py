"""`recsys init`: draft a shop file from a shop's own files."""

from pathlib import Path
from typing import Annotated

import typer

from recsys.cli.output import counted, print_line
from recsys.draft.assemble import draft_shop
from recsys.draft.draft import Draft
from recsys.draft.opening import failure_to_open
from recsys.draft.yaml_text import yaml_text
from recsys.errors import RecsysError


def init(
    files: Annotated[
        list[Path],
        typer.Argument(help="The shop's own files: CSV, JSON, Parquet, Excel, DuckDB."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The shop file to write.")] = Path(
        "shop.yml"
    ),
    name: Annotated[
        str | None,
        typer.Option(
            "--name", help="The shop's name. Default: the files' folder's.", show_default=False
        ),
    ] = None,
    join: Annotated[
        bool,
        typer.Option("--join", help="Orders and their lines are two files: write them as one."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a shop file.")] = False,
) -> None:
    """Draft a shop file: which of the files is what, which column is what, and why."""
    if output.exists() and not force:
        raise RecsysError(f"{output} is there already: name another with --output, or add --force")
    draft = draft_shop(files, output, name, join=join)
    try:
        output.write_text(yaml_text(draft, output.name), encoding="utf-8")
    except OSError as error:
        raise RecsysError(
            f"can't write {output} ({error.strerror}): name another file with --output"
        ) from None
    _print(draft, output, None if draft.missing else failure_to_open(output))


def _print(draft: Draft, output: Path, failure: str | None) -> None:
    print_line(f"Drafted {output}", "bold")
    for table in draft.tables:
        columns = counted(len(table.columns), "column", "columns")
        print_line(f"  {table.name}: {table.path}, {columns}")
    for unused in draft.unused:
        print_line(f"  not used: {unused.label}: {unused.why}")
    doubts = draft.doubts
    if doubts:
        print_line(f"{counted(len(doubts), 'thing', 'things')} to check, marked CHECK in the file:")
        for doubt in doubts:
            print_line(f"  {doubt}", "yellow")
    if draft.missing:
        print_line(f"Before it can be built, fill in {', '.join(draft.missing)} (now ???).", "red")
        return
    if failure is not None:
        print_line(f"It can't be built as it is: {failure}", "red")
        return
    print_line(f"See what it reads: recsys check --shop {output}")
