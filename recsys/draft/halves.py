"""Join orders and their lines from two files into one, since a shop file has no joins."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from recsys.draft.profiling import FileProfile, share_found
from recsys.draft.roles import Evidence, is_order_detail, is_order_head
from recsys.errors import ShopFileError
from recsys.storage.names import quoted, text

LEAST_FOUND = 0.5


@dataclass(frozen=True)
class Halves:
    """Lines of orders, and the orders with who bought and when."""

    lines: FileProfile
    lines_key: str
    heads: FileProfile
    heads_key: str

    @property
    def said(self) -> str:
        """The evidence, in words."""
        keys = self.lines_key
        if self.lines_key != self.heads_key:
            keys = f"{self.lines_key} = {self.heads_key}"
        return (
            f"{self.lines.file.label} has the products of orders, {self.heads.file.label} who "
            f"ordered and when; they join by {keys}"
        )


def find_halves(profiles: Sequence[FileProfile]) -> Halves | None:
    """Return the two files that together are purchases, if no single file is.

    Parameters
    ----------
    profiles
        One for each shape of file.

    """
    if any(_is_whole(profile) for profile in profiles):
        return None
    best: tuple[float, Halves] | None = None
    for lines in profiles:
        for heads in profiles:
            if not (is_order_detail(lines) and is_order_head(heads)) or lines is heads:
                continue
            mine, theirs = Evidence(lines).best("order_id"), Evidence(heads).best("order_id")
            if mine is None or theirs is None:
                continue
            keys = (mine.column.name, theirs.column.name)
            share = share_found((lines, keys[0]), (heads, keys[1]))
            partial = not (lines.is_whole and heads.is_whole)
            if (share >= LEAST_FOUND or (partial and share > 0)) and (not best or share > best[0]):
                best = (share, Halves(lines, keys[0], heads, keys[1]))
    return best[1] if best else None


def _is_whole(profile: FileProfile) -> bool:
    evidence = Evidence(profile)
    kinds = ("product_id", "customer_id", "purchased_at")
    return (
        evidence.certainty("rating") < 0.7  # reviews have all three and are no purchases
        and all(evidence.certainty(kind) >= 0.5 for kind in kinds)
        and evidence.uniqueness("product_id") < 0.97
    )


def join_halves(halves: Halves, target: Path) -> None:
    """Write the lines with what their order says as a Parquet file.

    Lines whose order isn't there keep their place, with nothing beside.

    Raises:
        ShopFileError: the file can't be written, or is there already.

    """
    if target.exists():
        raise ShopFileError(f"{target} is there already: move it, or use it in place of the two")
    taken = {column.name.lower() for column in halves.lines.columns}
    beside = []
    for column in halves.heads.columns:
        if column.name != halves.heads_key:
            name = column.name if column.name.lower() not in taken else f"order {column.name}"
            beside.append(f"heads.{quoted(column.name)} as {quoted(name)}")
    lines, heads = halves.lines.source, halves.heads.source
    try:
        halves.lines.connection.execute(
            f"copy (select order_lines.*, {', '.join(beside)} from {lines} as order_lines "
            f"left join {heads} as heads on trim(cast(order_lines.{quoted(halves.lines_key)} as "
            f"varchar)) = trim(cast(heads.{quoted(halves.heads_key)} as varchar))) "
            f"to {text(str(target))} (format parquet)"
        )
    except duckdb.Error as error:
        target.unlink(missing_ok=True)
        said = str(error).split("\n")[0]
        raise ShopFileError(f"the joined lines can't be written to {target}: {said}") from None
