"""From files to a draft: which file is which table, then the columns, then what joins what."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from recsys.draft.attributes import attribute
from recsys.draft.bare_ids import name_bare_ids
from recsys.draft.choosing import DESCRIPTION, Chooser, leftover
from recsys.draft.consistency import check_descriptions, check_orders
from recsys.draft.draft import Draft, DraftColumn, DraftTable, Unused
from recsys.draft.files import InputFile, look_at
from recsys.draft.grouping import group_by_shape, others_named, star_path
from recsys.draft.halves import Halves, find_halves, join_halves
from recsys.draft.joining import check_joins
from recsys.draft.pointing import POINTING, add_pointing
from recsys.draft.profiling import FileProfile, profile_file
from recsys.draft.refining import refine_purchases, refine_ratings
from recsys.draft.roles import LIKELY, Role, roles, shows_sales
from recsys.draft.unread import mark_unread
from recsys.draft.unusable import why_unused
from recsys.errors import ShopFileError

TABLES = ("purchases", "ratings", "products", "customers")
UNNAMED_LIKELY = 0.25
"""LIKELY for a file without a header: its names can't speak."""
JOINED = "purchases_joined.parquet"
"""Orders and their lines as one, beside the shop file."""
ANY_FOLDER = {
    "data",
    "raw",
    "input",
    "inputs",
    "export",
    "exports",
    "files",
    "download",
    "downloads",
}
"""Folders whose names say nothing of the shop."""

Group = list[FileProfile]


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
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        files = [file for path in _once(paths) for file in look_at(path)]
        profiles = [profile_file(connection, file, number) for number, file in enumerate(files)]
        groups = group_by_shape(name_bare_ids(connection, profiles))
        halves = find_halves(connection, [(group[0], _star(group)) for group in groups])
        if halves is None and join:
            raise ShopFileError(
                "--join: no two of these files are orders and their lines, to be joined by an id "
                "of the order; leave --join out"
            )
        if halves is not None:
            groups = _joined(connection, groups, halves, folder / JOINED, join)
        taken, unused = _assign(groups)
        drafted: dict[str, tuple[DraftTable, FileProfile]] = {}
        for table in ("products", *TABLES):
            if table in taken and table not in drafted:
                group, role = taken[table]
                made = _table(table, group, role, folder, drafted)
                _mark_unlike(made, group, files)
                drafted[table] = (made, group[0])
        _mark_alike(groups, taken, {table: made for table, (made, _) in drafted.items()})
        draft = Draft(
            name or _shop_name(paths), [drafted[t][0] for t in TABLES if t in drafted], unused
        )
        for table in ("purchases", "ratings"):
            if table in drafted:
                check_descriptions(connection, *drafted[table])
        if "purchases" in drafted:
            refine_purchases(connection, draft, *drafted["purchases"])
        if "ratings" in drafted:
            refine_ratings(draft, *drafted["ratings"])
        if "purchases" in drafted:
            check_orders(connection, *drafted["purchases"])
        for made, profile in drafted.values():
            mark_unread(connection, draft, made, profile)
        used = {table: profile for table, (_, profile) in drafted.items()}
        check_joins(connection, draft, used)
        for table in POINTING:
            if table in drafted:
                add_pointing(connection, draft, drafted[table][0], used)
    return draft


def _mark_alike(
    groups: list[Group], taken: dict[str, tuple[Group, Role]], drafted: dict[str, DraftTable]
) -> None:
    """Mark tables that a file which isn't read may belong to, such as another half of the year."""
    used = [group for group, _ in taken.values()]
    for group in groups:
        best = roles(group[0])[0]
        if group not in used and best.certainty >= LIKELY and best.table in drafted:
            if all(_is_named(member.file, drafted[best.table]) for member in group):
                continue  # it is read, and marked as unlike the others
            labels = ", ".join(member.file.label for member in group)
            drafted[best.table].doubts.append(
                f"{labels} looks like {best.table}, too, and isn't read: if it belongs there, let "
                "`path` (or `sheet`) be a pattern that names both, their columns called alike"
            )


def _is_named(file: InputFile, table: DraftTable) -> bool:
    """Whether the path with a star names the file, too, which is written in another way."""
    star = _star_of(table.files)
    return len(table.files) > 1 and file.path in star.parent.glob(star.name)


def _star_of(files: Sequence[InputFile]) -> Path:
    paths = [file.path for file in files]
    return star_path(paths) or paths[0]


def _mark_unlike(table: DraftTable, group: Group, given: Sequence[InputFile]) -> None:
    """Mark a path that names files, given or not, beside those of one shape."""
    if len(group) < 2:
        return
    mine = {member.file.path for member in group}
    unlike = [file.label for file in given if file.path not in mine and _is_named(file, table)]
    if unlike:
        table.doubts.append(
            f"the path names {', '.join(unlike)}, too, which isn't written like the others "
            "(columns, delimiter or encoding): make it like them, or give it another name"
        )
    strange = set(others_named(_star(group), list(mine))) - {file.path.name for file in given}
    if strange:
        table.doubts.append(
            f"the path names files that weren't given, too: {', '.join(sorted(strange))}"
        )


def _joined(
    connection: duckdb.DuckDBPyConnection,
    groups: list[Group],
    halves: Halves,
    target: Path,
    join: bool,
) -> list[Group]:
    if not join:
        raise ShopFileError(
            f"{halves.said}. A shop file reads a table from one place: the same command with "
            f"--join writes them as one, {target.name}, and drafts with it"
        )
    join_halves(connection, halves, target)
    [file] = look_at(target)
    profile = profile_file(connection, file, number=sum(map(len, groups)))
    rest = [group for group in groups if group[0] not in (halves.lines, halves.heads)]
    return [[profile], *rest]


def _once(paths: Sequence[Path]) -> list[Path]:
    return list(dict.fromkeys(path.absolute() for path in paths))


def _assign(groups: list[Group]) -> tuple[dict[str, tuple[Group, Role]], list[Unused]]:
    """Give each table its best file, each file one table at most."""
    offers = [
        (role.certainty, -sum(member.rows for member in group), number, role)
        for number, group in enumerate(groups)
        for role in roles(group[0])
        if role.certainty >= (LIKELY if group[0].file.is_named else UNNAMED_LIKELY)
    ]
    taken: dict[str, tuple[Group, Role]] = {}
    used: set[int] = set()
    for _, _, number, role in sorted(offers, key=lambda offer: (-offer[0], offer[1], offer[2])):
        if role.table not in taken and number not in used:
            taken[role.table] = (groups[number], role)
            used.add(number)
    if {"purchases", "ratings"} <= set(taken) and not shows_sales(taken["purchases"][0][0]):
        used.discard(groups.index(taken.pop("purchases")[0]))
    if not {"purchases", "ratings"} & set(taken):
        said = "; ".join(
            f"{group[0].file.label}: {why_unused(group[0], groups, taken)}" for group in groups
        )
        raise ShopFileError(
            f"none of these files looks like purchases or ratings. {said}. A shop file needs lines "
            "that say who bought or rated what: name such a file, or write the shop file by hand"
        )
    unused = [
        Unused(member.file.label, why_unused(group[0], groups, taken))
        for number, group in enumerate(groups)
        if number not in used
        for member in group
    ]
    return taken, unused


def _table(
    name: str,
    group: Group,
    role: Role,
    folder: Path,
    drafted: dict[str, tuple[DraftTable, FileProfile]],
) -> DraftTable:
    profile = group[0]
    chooser = Chooser(name, profile)
    columns = chooser.choose(_described(name, drafted))
    left_out: list[str] = []
    used = [column.source for column in columns]
    for column in leftover(profile, used):
        if name == "customers":
            found = attribute(column)
            if isinstance(found, DraftColumn):
                columns.append(found)
                continue
            left_out.append(f"{column.name}: {found}")
        else:
            left_out.append(column.name)
    path, evidence = _path(group, folder)
    file = profile.file
    doubts = list(file.doubts)
    return DraftTable(
        name=name,
        path=path,
        files=[member.file for member in group],
        evidence=[*evidence, f"taken for {name}: {role.why}", *file.why],
        columns=columns,
        doubts=doubts,
        left_out=left_out,
    )


def _described(name: str, drafted: dict[str, tuple[DraftTable, FileProfile]]) -> tuple[str, ...]:
    """Return what a table may say of products; lines need not repeat what the product file says.

    Titles of sold lines are taken beside it: fees and postage are in no product file, and are known
    by their titles.
    """
    if name == "customers":
        return ()
    if name == "purchases" and "products" in drafted:
        return ("title",)
    if name == "ratings" and "products" in drafted:
        known = {column.target for column in drafted["products"][0].columns}
        return ("title",) if "title" not in known else ()
    if name == "ratings":  # its texts are the reviews
        return tuple(target for target in DESCRIPTION if target != "description")
    return DESCRIPTION


def _path(group: Group, folder: Path) -> tuple[str, list[str]]:
    files: list[InputFile] = [member.file for member in group]
    path = _star(group)
    lines = group[0].lines
    if len(group) > 1:
        are_sheets = all(file.path == path for file in files)
        what = "sheets" if are_sheets else "files"
        lines = f"{len(group)} {what} with the same columns, {lines} of the first looked at"
    below = path.is_relative_to(folder)
    return (path.relative_to(folder) if below else path).as_posix(), [lines]


def _star(group: Group) -> Path:
    """Return the path that names all files of a group."""
    return _star_of([member.file for member in group])


def _shop_name(paths: Sequence[Path]) -> str:
    folder = Path(os.path.commonpath([path.absolute().parent for path in paths]))
    named = next(
        (part for part in (folder, *folder.parents) if part.name not in ANY_FOLDER), folder
    )
    return re.sub(r"[^A-Za-z0-9_ -]+", "_", named.name).strip("_ -") or "my_shop"
