"""Names that begin or end in how many were bought: `2x tea`, `tea x 2`, `tea (2)`."""

from __future__ import annotations

import re

from recsys.draft.draft import DraftColumn, DraftTable
from recsys.storage.names import quoted

TIMES = "[xX*\u00d7]"
FORMS = (
    (rf"^\s*\d+\s*{TIMES}\s+", r"^\s*(\d+)"),
    (rf"\s+{TIMES}\s*\d+\s*$", r"(\d+)\s*$"),
    (r"\s+\(\d+\)\s*$", r"\((\d+)\)\s*$"),
)
"""The part of the text that isn't the name, and the number in this part."""
MOSTLY = 0.9


def take_out_counts(table: DraftTable) -> None:
    """Take the product and the quantity out of a column that holds both."""
    product = table.column("product_id")
    found = next((c for c in table.profile.columns if product and c.name == product.source), None)
    if product is None or found is None or table.column("quantity") is not None:
        return
    for rest, number in FORMS:
        counted = [value for value in found.values if re.search(rest, value)]
        if len(counted) < MOSTLY * max(len(found.values), 1):
            continue
        name = quoted(found.name)
        product.source = f"regexp_replace({name}, '{rest}', '')"
        product.doubt = f"'{found.name}' says how many were bought, too: {counted[0]}"
        at = [column.target for column in table.columns].index("purchased_at") + 1
        quantity = f"regexp_extract({name}, '{number}', 1)"
        table.columns.insert(at, DraftColumn("quantity", quantity, counted[0]))
        for column in table.columns:
            if column.target == "title" and column.source == found.name:
                column.source = product.source
        return
