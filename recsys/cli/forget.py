"""`recsys forget`: a customer is removed from all that was built, and kept out of later builds."""

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from recsys.cli.build import write_report_of
from recsys.cli.listed_customers import listed_customers
from recsys.cli.options import DatabaseOption, JsonOption
from recsys.cli.output import Column, counted, print_json, print_line, print_note, print_table
from recsys.errors import InvalidParameterError, RecsysError
from recsys.export.without_forgotten import Outcome, renew_exports
from recsys.pipeline.forgetting import Forgetting, forget_customers, let_in_again
from recsys.pipeline.named_customers import cleaned_ids, unknown_customers
from recsys.reading.unknown_ids import ids_like
from recsys.reading.warehouse import Warehouse
from recsys.settings.project import database_path
from recsys.storage.receipts import write_receipt

MOST_NAMED = 20
MOST_COMPARED = 3

CustomersArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[CUSTOMER]...",
        help="Ids of the customers to forget, as marts.customers has them.",
        show_default=False,
    ),
]
FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from",
        help="A file of ids, one a line, or CSV with a column of customers; - is the standard "
        "input, which no shell remembers.",
        show_default=False,
    ),
]
ExportsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--exported-to",
        help="A folder that holds an export, where the database doesn't know it; may be repeated.",
        show_default=False,
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask: it can't be undone.")]
NewKeyOption = Annotated[
    bool,
    typer.Option(
        "--new-key",
        help="Begin a new list, where the key of the one before is lost: name all customers who "
        "are to stay forgotten.",
    ),
]
DropOption = Annotated[
    bool,
    typer.Option(
        "--drop-unnamed",
        help="With --new-key: customers of the list before who aren't named may come back.",
    ),
]
UnknownOption = Annotated[
    bool,
    typer.Option(
        "--unknown-too",
        help="With --from: keep out ids of nobody who is known, too; else nothing is done.",
    ),
]

LetInOption = Annotated[
    bool,
    typer.Option(
        "--let-in-again",
        help="Take these customers off the list: the next build reads their lines again.",
    ),
]


def forget(  # noqa: PLR0917 - options, which have names on the command line
    customers: CustomersArgument = None,
    from_file: FromOption = None,
    exported_to: ExportsOption = None,
    database: DatabaseOption = None,
    yes: YesOption = False,
    new_key: NewKeyOption = False,
    drop_unnamed: DropOption = False,
    unknown_too: UnknownOption = False,
    let_in: LetInOption = False,
    json: JsonOption = False,
) -> None:
    """Remove customers from the database, earlier builds and exports, and keep them out."""
    path = database_path(database).resolve()
    listed = listed_customers(from_file) if from_file is not None else []
    ids = cleaned_ids([*(customers or ()), *listed])
    if let_in:
        _let_in(path, ids, json=json)
        return
    if listed and not unknown_too and not new_key:
        _refuse_unknown(from_file, path, cleaned_ids(listed))
    if not yes and sys.stdin.isatty():
        what = counted(len(ids), "customer", "customers")
        typer.confirm(f"Forget {what}? It can't be undone.", abort=True, err=True)
    done = forget_customers(path, ids, new_key=new_key, drop_unnamed=drop_unnamed)
    exports = renew_exports(path, exported_to or ())
    receipt = done.as_receipt() | {
        "exports": [
            {"folder": str(one.folder), "state": one.state, "files": list(one.files)}
            for one in exports
        ]
    }
    write_receipt(done.receipt, receipt)
    if json:
        print_json(receipt | {"receipt": str(done.receipt)})
    else:
        _print(done, exports)
    _renew_report(path, quiet=json)
    failed = [f"{one.folder} ({one.why})" for one in exports if one.state == "failed"]
    if failed:
        raise RecsysError(
            f"exports that still hold the customers: {', '.join(failed)}; remove their files"
        )


def _let_in(database: Path, ids: Sequence[str], *, json: bool) -> None:
    unlisted = let_in_again(database, ids)
    if unlisted:
        print_note(f"note: {_some(unlisted)}: not on the list")
    if json:
        print_json({"let_in": len(ids) - len(unlisted)})
    else:
        what = counted(len(ids) - len(unlisted), "customer", "customers")
        print_line(f"{what} let in again: the next build reads their lines")


def _refuse_unknown(file: Path | None, database: Path, ids: Sequence[str]) -> None:
    """Refuse a file with ids of nobody: a heading, or ids of another system."""
    unknown = unknown_customers(database, ids)
    if unknown:
        raise InvalidParameterError(
            f"{file}: {len(unknown):,} of {len(ids):,} ids are of no customer of the database nor "
            f"of an earlier build: {_some(unknown)}. Nothing was changed. Correct them; or add "
            "--unknown-too, which keeps them out of later builds all the same"
        )


def _print(done: Forgetting, exports: Sequence[Outcome]) -> None:
    if done.dropped_hashes:
        what = counted(done.dropped_hashes, "hash", "hashes")
        print_note(f"note: {what} of a key that is lost: dropped, nobody is kept out by them")
    if done.unknown:
        print_note(
            f"note: {_some(done.unknown)}: no customer of the database nor of an earlier build, "
            "and kept out of later ones"
        )
        for one in done.unknown[:MOST_COMPARED]:
            near = _near(done.database, one)
            if near:
                print_note(f"note: ids like {one}: {', '.join(near)}")
    if done.merged:
        print_note(f"note: {_some(done.merged)}: merged with them, so forgotten, too")
    print_table(
        f"Removed of {counted(len(done.customers), 'customer', 'customers')}",
        [Column("file", "id"), Column("table", "id"), Column("rows", "number")],
        [(file, one.table, one.rows) for file, rows in done.removed.items() for one in rows],
        empty="no row of any table",
    )
    if exports:
        print_table(
            "Exports",
            [Column("folder", "id"), Column("", "text"), Column("files", "number")],
            [
                (one.folder, one.state + (f": {one.why}" if one.why else ""), len(one.files))
                for one in exports
            ],
            empty="none",
        )
    for file, mentions in done.mentions.items():
        for mention in mentions:
            print_line(
                f"warning: {file}: {mention.table}.{mention.column} has such an id as a word in "
                f"{counted(mention.rows, 'row', 'rows')}: look there, and change the shop's file",
                "yellow",
            )
    print_line("")
    print_line(f"Receipt, without their ids: {done.receipt}")
    print_line(
        "Counts, metrics and models of this build were made with them, until the next: recsys build"
    )


def _near(database: Path, unknown: str) -> list[str]:
    """Return ids that look like one that isn't there, such as with other zeros before it."""
    with contextlib.suppress(RecsysError), Warehouse(database) as warehouse:
        return ids_like(warehouse, "customer", unknown)
    return []  # of a database without a finished build


def _some(ids: Sequence[str]) -> str:
    named = ", ".join(ids[:MOST_NAMED])
    more = len(ids) - MOST_NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def _renew_report(database: Path, *, quiet: bool) -> None:
    """Write the report again, which shows customers; an old one doesn't stay in any case."""
    # Imported here: the plotting library takes a while to load.
    from recsys.report import default_path  # noqa: PLC0415

    report = default_path(database)
    if report.exists():
        report.unlink()
        write_report_of(database, quiet=quiet)
