"""Files of shops that hypothesis makes up, as both kinds of fuzzed tests write them."""

import csv
import io
from collections.abc import Iterable, Mapping

Table = tuple[list[str], Iterable[Iterable[str]]]


def shop_files(head: str, tables: Mapping[str, Table]) -> dict[str, str]:
    """Return a shop's files by name: one CSV for each input, and the shop file that maps them.

    `tables` has each input's columns and rows; every column keeps its name.
    """
    files, yml = {}, ["name: fuzzed", head]
    for name, (columns, rows) in tables.items():
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows([columns, *rows])
        files[f"{name}.csv"] = text.getvalue()
        mapped = ", ".join(f"{column}: {column}" for column in columns)
        yml += [f"{name}:", f"  path: {name}.csv", f"  columns: {{{mapped}}}"]
    return {**files, "shop.yml": "\n".join(yml) + "\n"}


def line_count(files: Mapping[str, str], name: str) -> int:
    """Return how many lines an input has below its header; none where the shop lacks it."""
    lines = list(csv.reader(io.StringIO(files.get(f"{name}.csv", "")))) or [[]]
    return len(lines) - 1
