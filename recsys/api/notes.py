"""What an answer says when it holds fewer products than were asked for."""

from __future__ import annotations

from recsys.reading.filters import Filters
from recsys.reading.lookups import Found, Wanted


def note_on(found: Found, wanted: Wanted) -> str | None:
    """Return why there are fewer products than were asked for; None if there aren't."""
    asked = {
        group: count
        for group, count in found.stored.items()
        if wanted.group is None or group == wanted.group
    }
    if not any(asked.values()):
        return "The build stores no products for this."
    notes = []
    k = wanted.k
    if k is not None and any(count < k for count in asked.values()):
        notes.append(f"k is {k}, and the build stores only {_counts(asked)}.")
    if len(found.rows) < sum(count if k is None else min(k, count) for count in asked.values()):
        notes.append(filtered_note(wanted.filters, len(found.rows)))
    return " ".join(notes) or None


def _counts(asked: dict[str, int]) -> str:
    """Return how many products there are per list, once where lists have the same number."""
    if len(set(asked.values())) == 1:
        count = next(iter(asked.values()))
        return f"{count}" if len(asked) == 1 else f"{count} of each of {', '.join(asked)}"
    return ", ".join(f"{count} of {group}" for group, count in asked.items())


def filtered_note(filters: Filters, left: int) -> str:
    """Return what filters leave."""
    if filters.is_impossible:
        return (
            f"No product fits: price_min {filters.price_min:g} is above "
            f"price_max {filters.price_max:g}."
        )
    return f"The filters leave {left} product{'' if left == 1 else 's'}."
