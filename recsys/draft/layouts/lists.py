"""Orders that hold their lines as a list, as JSON and Parquet can."""

from __future__ import annotations

from collections.abc import Iterator

from recsys.draft.layouts.layout import Layout, has_product
from recsys.draft.name_rules import kinds_by_name
from recsys.draft.profiling import FileProfile
from recsys.draft.roles import Evidence
from recsys.draft.words import parse_name

OF_LINES = ("product_id", "title", "quantity", "unit_price", "amount")
"""What names of fields of a line mean."""
LEAST_BY_NAME = 0.5


def lines_in_lists(profile: FileProfile) -> Layout | None:
    """Return how to make lines of the lists inside a file's rows."""
    lists = {column.name: column.type for column in profile.columns if column.type.endswith("[]")}
    found = [way for name, kind in lists.items() for way in _ways(profile, name, kind)]
    best = max((score for score, _ in found), default=0)
    if best == 0 or has_product(Evidence(profile), beside=frozenset(lists)):
        return None
    ways = [way for score, way in found if score == best]
    doubt = f"a row holds several lines in '{ways[0]}': each of them becomes a line of its own"
    if len(ways) > 1:
        doubt += f"; or are the lines in {', '.join(map(repr, ways[1:]))}?"
    return Layout({"explode": ways[0]}, doubt)


def _ways(profile: FileProfile, name: str, kind: str) -> Iterator[tuple[int, str]]:
    """Yield lists that may be lines, with how much their fields say so; lists inside them, too."""
    member = kind.removesuffix("[]")
    last = name.rpartition(".")[2]
    if not member.startswith("STRUCT("):
        if not member.endswith(("]", ")")) and _means(last, "product_id", "title"):
            yield 1, name
        return
    fields = dict(_fields(profile, member))
    inside = [
        way
        for field, type_name in fields.items()
        if type_name.endswith("[]")
        for way in _ways(profile, f"{name}.{field}", type_name)
    ]
    named = [f"{last} {field.rpartition('.')[2]}" for field in fields]
    if inside:  # these are the lines, and their lists the orders
        yield from inside
    elif any(_means(said, "product_id", "title") for said in named):
        yield 1 + sum(any(_means(said, of) for said in named) for of in OF_LINES), name


def _fields(profile: FileProfile, kind: str) -> Iterator[tuple[str, str]]:
    """Yield the fields of an object, those of objects inside it by their path."""
    described = profile.connection.execute(f"describe select unnest(null::{kind})").fetchall()
    for name, type_name, *_ in described:
        if type_name.startswith("STRUCT(") and type_name.endswith(")"):
            yield from ((f"{name}.{field}", of) for field, of in _fields(profile, type_name))
        else:
            yield name, type_name


def _means(name: str, *kinds: str) -> bool:
    by_name = kinds_by_name(parse_name(name))
    return any(by_name.get(kind, (0.0, ""))[0] >= LEAST_BY_NAME for kind in kinds)
