"""Files without a line per product: the keys of `format:` that make lines of them."""

from __future__ import annotations

from collections.abc import Iterable

from recsys.draft.layouts.cells import lines_in_cells
from recsys.draft.layouts.heads import heads_among_lines
from recsys.draft.layouts.layout import Layout
from recsys.draft.layouts.lists import lines_in_lists
from recsys.draft.layouts.wide import baskets_in_rows, user_item_matrix
from recsys.draft.profiling import FileProfile
from recsys.draft.roles import LIKELY, roles

__all__ = ["Layout", "find_layout"]


def find_layout(profile: FileProfile, others: Iterable[FileProfile]) -> Layout | None:
    """Return how lines are made of a file, where it has no line per product; None: it has.

    Parameters
    ----------
    profile
        The file's.
    others
        Those of the shop's other files.

    """
    found = (
        lines_in_lists(profile)
        or heads_among_lines(profile)
        or lines_in_cells(profile)
        or baskets_in_rows(profile)
    )
    if found is None and not any(_has_interactions(other) for other in others):
        found = user_item_matrix(profile)
    return found


def _has_interactions(profile: FileProfile) -> bool:
    best = roles(profile)[0]
    return best.table in {"purchases", "ratings"} and best.certainty >= LIKELY
