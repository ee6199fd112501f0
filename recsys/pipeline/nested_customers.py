"""SQL that takes customers out of lists, maps, structs and unions, at any depth."""

from __future__ import annotations

from typing import Any

from recsys.pipeline.customer_columns import NESTED, customers_in, members
from recsys.storage.names import quoted, text

LISTED_IDS, LISTED_KEYS = "$ids::varchar[]", "$keys::bigint[]"
"""The parameters of what `without_customers` returns: who is taken out."""


def without_customers(value: str, name: str, kind: Any, depth: int = 0) -> str | None:
    """Return the expression of a value without the customers that are inside of it.

    An element of a list that is a customer, or a struct that names one, is left out; so is an
    entry of a map. An array, whose length is part of its type, has null in its place. Of a map that
    is called after customers the keys are meant, unless its values alone are texts.

    Parameters
    ----------
    value
        The expression of the value.
    name
        What it is called: the column or field.
    kind
        DuckDB's type of it.
    depth
        How many lists it is inside of.

    Returns
    -------
    str or None
        None where no customer can be inside of it, by names and types.

    """
    match kind.id:
        case "list" | "array":
            return _of_list(value, name, kind, depth)
        case "map":
            return _of_map(value, name, kind, depth)
        case "struct":
            fields = {
                field: without_customers(f"{value}.{quoted(field)}", field, child, depth)
                for field, child in kind.children
            }
            if not any(fields.values()):
                return None
            packed = ", ".join(
                f"{quoted(field)} := {inner or f'{value}.{quoted(field)}'}"
                for field, inner in fields.items()
            )
            return f"case when {value} is not null then struct_pack({packed}) end"
        case "union":
            return _of_union(value, name, kind, depth)
    return None


def _of_union(value: str, name: str, kind: Any, depth: int) -> str | None:
    changed = {
        tag: inner
        for tag, member, called, of_member in members(value, name, kind)
        if (inner := without_customers(member, called, of_member, depth)) is not None
    }
    if not changed:
        return None
    cases = " ".join(
        f"when {text(tag)} then cast(union_value({quoted(tag)} := {inner}) as {kind})"
        for tag, inner in changed.items()
    )
    return f"case cast(union_tag({value}) as varchar) {cases} else {value} end"


def _of_list(value: str, name: str, kind: Any, depth: int) -> str | None:
    element = dict(kind.children)["child"]
    one = f"x{depth}"
    named = _is_customer(one, "" if element.id == "struct" else name, element)
    inner = without_customers(one, name, element, depth + 1)
    if named is None and inner is None:
        return None
    if kind.id == "array":
        kept = f"case when not ({named}) then {inner or one} end" if named else inner
        return f"cast(list_transform({value}, lambda {one}: {kept}) as {kind})"
    kept = f"list_filter({value}, lambda {one}: not ({named}))" if named else value
    return f"list_transform({kept}, lambda {one}: {inner})" if inner else kept


def _of_map(value: str, name: str, kind: Any, depth: int) -> str | None:
    parts = dict(kind.children)
    key, held = parts["key"], parts["value"]
    one = f"x{depth}"
    are_values = str(held) == "VARCHAR" and str(key) != "VARCHAR"
    conditions = [
        _is_customer(f"{one}.key", "" if are_values and key.id != "struct" else name, key),
        _is_customer(f"{one}.value", name if are_values else "", held),
    ]
    named = " or ".join(filter(None, conditions))
    inner = without_customers(f"{one}.value", name, held, depth + 1)
    if not named and inner is None:
        return None
    entries = f"map_entries({value})"
    kept = f"list_filter({entries}, lambda {one}: not ({named}))" if named else entries
    if inner:
        packed = f"struct_pack(key := {one}.key, value := {inner})"
        kept = f"list_transform({kept}, lambda {one}: {packed})"
    return f"case when {value} is not null then map_from_entries({kept}) end"


def _is_customer(value: str, name: str, kind: Any) -> str | None:
    """Return the condition that a value is one of the customers, or a struct that names one."""
    if kind.id in NESTED and kind.id not in {"struct", "union"}:
        return None
    conditions = [
        f"list_contains({LISTED_KEYS if is_key else LISTED_IDS}, "
        f"coalesce(try_cast({part} as {'bigint' if is_key else 'varchar'}), "
        f"{'-1' if is_key else text('')}))"
        for part, is_key in customers_in(value, name, kind)
    ]
    return " or ".join(conditions) or None
