"""Draft a shop file: choose a table for each file, then its columns, then the joins."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from recsys.draft.attributes import attribute
from recsys.draft.blank_ids import name_blank_ids
from recsys.draft.choosing import DESCRIPTION, Chooser
from recsys.draft.consistency import check_descriptions, check_orders
from recsys.draft.counted_names import take_out_counts
from recsys.draft.draft import Draft, DraftColumn, DraftTable, Unused
from recsys.draft.exposures import refine_exposures
from recsys.draft.files import look_at
from recsys.draft.grouping import paths_of
from recsys.draft.halves import Halves, find_halves, join_halves
from recsys.draft.joining import POINTING, add_pointing, check_joins
from recsys.draft.looking import look_at_all, profiles_of
from recsys.draft.marking import mark_alike, mark_unlike, pattern_of, repeated
from recsys.draft.moments import add_date_parts
from recsys.draft.profiling import FileProfile, leftover, profile_files
from recsys.draft.reading import open_file
from recsys.draft.refining import refine_purchases, refine_ratings
from recsys.draft.roles import LIKELY, Role, roles, shows_sales
from recsys.draft.unknown_nouns import settle_unknown_ids
from recsys.draft.unread import mark_unread
from recsys.draft.unusable import why_unused
from recsys.draft.words import listed
from recsys.errors import ShopFileError
from recsys.storage.connections import connect
from recsys.storage.scratch import Scratch

TABLES = (
    "purchases",
    "ratings",
    "products",
    "customers",
    "stores",
    "promotions",
    "assortment",
    "exposures",
)
INTERACTIONS = ("purchases", "ratings")
UNNAMED_LIKELY = 0.25
"""LIKELY for a file without a header: its column names say nothing."""
JOINED = "purchases_joined.parquet"
"""The file beside the shop file into which orders and their lines are joined."""
JOINED_NUMBER = 1_000_000
"""Number of the joined file's temporary table, above those of the files handed in."""


def draft_shop(
    paths: Sequence[Path], output: Path, name: str | None = None, *, join: bool = False
) -> Draft:
    """Look at a shop's files and draft its shop file.

    Parameters
    ----------
    paths
        CSV and its like, JSON, Parquet, Excel files, DuckDB databases.
    output
        Where the shop file will be; paths are written from its folder where they are below it.
    name
        The shop's name; by default that of the files' folder.
    join
        Where orders and their lines are two files, write them as one, beside the shop file.

    Raises
    ------
    ShopFileError
        A file can't be read, none of them is purchases or ratings, or orders and their lines are
        two files and `join` isn't asked for.

    """
    folder = output.absolute().parent
    with Scratch() as scratch, connect(spill=scratch.spill) as connection:
        connection.execute("set enable_progress_bar = false")
        files, skipped = look_at_all(paths)
        profiles = profiles_of(connection, files, folder, skipped)
        halves = find_halves(profiles)
        if halves is None and join:
            raise ShopFileError(
                "--join: no two of these files are orders and their lines, to be joined by an id "
                "of the order; leave --join out"
            )
        if halves is not None:
            profiles = _joined(connection, profiles, halves, folder / JOINED, join)
        taken, unused = _assign(profiles)
        unused += skipped
        drafted: dict[str, DraftTable] = {}
        for table in ("products", *TABLES):
            if table in taken and table not in drafted:
                drafted[table] = _table(table, *taken[table], folder, drafted.get("products"))
                mark_unlike(drafted[table], files)
        mark_alike(profiles, taken, drafted)
        tables = [drafted[table] for table in TABLES if table in drafted]
        draft = Draft(name or _shop_name(paths), tables, unused)
        _refine(draft)
        for made in drafted.values():
            mark_unread(draft, made)
        check_joins(draft)
        for table in POINTING:
            if table in drafted:
                add_pointing(draft, drafted[table])
    return draft


def _refine(draft: Draft) -> None:
    """Refine purchases and ratings by what several of their columns show together."""
    interactions = [table for table in draft.tables if table.name in INTERACTIONS]
    for table in interactions:
        settle_unknown_ids(table)
        check_descriptions(table)
    if purchases := draft.table("purchases"):
        add_date_parts(purchases, "purchased_at")
        refine_purchases(draft, purchases)
    if ratings := draft.table("ratings"):
        refine_ratings(draft, ratings)
    if exposures := draft.table("exposures"):
        refine_exposures(exposures)
    if purchases:
        check_orders(purchases)
    for table in interactions:
        name_blank_ids(table)
    if purchases:
        take_out_counts(purchases)


def _joined(
    connection: duckdb.DuckDBPyConnection,
    profiles: list[FileProfile],
    halves: Halves,
    target: Path,
    join: bool,
) -> list[FileProfile]:
    if not join:
        raise ShopFileError(
            f"{halves.said}. A shop file reads a table from one place: the same command with "
            f"--join writes them as one, {target.name}, and drafts with it"
        )
    join_halves(halves, target)
    [file] = look_at(target)
    opened = [open_file(connection, file, target.parent)]
    rest = [profile for profile in profiles if profile not in (halves.lines, halves.heads)]
    return [profile_files(connection, opened, number=JOINED_NUMBER), *rest]


def _assign(
    profiles: list[FileProfile],
) -> tuple[dict[str, tuple[FileProfile, Role]], list[Unused]]:
    """Give each table its best file, each file one table at most."""
    offers = [
        (role.certainty, -profile.rows, number, role)
        for number, profile in enumerate(profiles)
        for role in roles(profile)
        if role.certainty >= (LIKELY if profile.file.is_named else UNNAMED_LIKELY)
    ]
    taken: dict[str, tuple[FileProfile, Role]] = {}
    used: set[int] = set()
    for _, _, number, role in sorted(offers, key=lambda offer: (-offer[0], offer[1], offer[2])):
        if role.table not in taken and number not in used:
            taken[role.table] = (profiles[number], role)
            used.add(number)
    if {"purchases", "ratings"} <= set(taken) and not shows_sales(taken["purchases"][0]):
        used.discard(profiles.index(taken.pop("purchases")[0]))
    if not {"purchases", "ratings"} & set(taken):
        said = "; ".join(
            f"{profile.file.label}: {why_unused(profile, profiles, taken)}" for profile in profiles
        )
        raise ShopFileError(
            f"none of these files looks like purchases or ratings. {said}. A shop file needs lines "
            "that say who bought or rated what: name such a file, or write the shop file by hand"
        )
    unused = [
        Unused(file.label, why_unused(profile, profiles, taken))
        for number, profile in enumerate(profiles)
        if number not in used
        for file in profile.files
    ]
    return taken, unused


def _table(
    name: str, profile: FileProfile, role: Role, folder: Path, products: DraftTable | None
) -> DraftTable:
    chooser = Chooser(name, profile)
    columns = chooser.choose(_described(name, products))
    left_out: list[str] = []
    used = [column.source for column in columns]
    for column in leftover(profile, used):
        if name in {"customers", "stores"}:
            found = attribute(column, [column.target for column in columns])
            if isinstance(found, DraftColumn):
                columns.append(found)
                continue
            left_out.append(f"{column.name}: {found}")
        else:
            left_out.append(column.name)
    doubts = dict.fromkeys(doubt for file in profile.files for doubt in file.doubts)
    key = {"products": "product_id", "customers": "customer_id", "stores": "store_id"}.get(name)
    if key is not None and (doubt := repeated(profile, key)):
        doubts[doubt] = None
    why = dict.fromkeys(why for file in profile.files for why in file.why)
    return DraftTable(
        name=name,
        path=pattern_of(profile.files).written(folder),
        profile=profile,
        evidence=[_counted(profile), f"taken for {name}: {role.why}", *why],
        columns=columns,
        where=profile.file.where,
        where_doubt=profile.file.where_doubt,
        doubts=list(doubts),
        left_out=left_out,
    )


def _described(name: str, products: DraftTable | None) -> tuple[str, ...]:
    """Return what a table may say of products; lines need not repeat what the product file says.

    Titles of sold lines are taken beside it: fees and postage are in no product file, and are known
    by their titles.
    """
    if name in {"customers", "stores", "promotions", "assortment", "exposures"}:
        return ()
    if products is not None and name == "purchases":
        return ("title",)
    if products is not None and name == "ratings":
        return () if products.column("title") else ("title",)
    if name == "ratings":  # texts of a file of reviews are reviews, not descriptions
        return tuple(target for target in DESCRIPTION if target != "description")
    return DESCRIPTION


def _counted(profile: FileProfile) -> str:
    """Return how many files and rows were looked at, in words."""
    if len(profile.files) == 1:
        return profile.lines
    what = "sheets" if len(paths_of(profile.files)) == 1 else "files"
    empty = ", ".join(file.label for file in profile.empty)
    said = f"; {empty} {'has' if len(profile.empty) == 1 else 'have'} no rows" if empty else ""
    return f"{len(profile.files)} {what} of one shape, {profile.lines}{said}"


def _shop_name(paths: Sequence[Path]) -> str:
    folder = Path(os.path.commonpath([path.absolute().parent for path in paths]))
    anything = listed("any folder")
    named = next((part for part in (folder, *folder.parents) if part.name not in anything), folder)
    return re.sub(r"[^A-Za-z0-9_ -]+", "_", named.name).strip("_ -") or "my_shop"
