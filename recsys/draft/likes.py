"""Ratings that are likes: words, yes and no, or one number only."""

from __future__ import annotations

from collections.abc import Sequence

from recsys.draft.draft import MISSING, Draft, DraftSetting, DraftTable
from recsys.draft.roles import parse_file_name
from recsys.draft.value_fit import DISLIKED, LIKED
from recsys.shop.names import quoted

ONE_SAID = (
    "every rating is {}: they count as interest, as likes do, and no rating is predicted; is this "
    "what they are?"
)


def draft_likes(draft: Draft, table: DraftTable) -> bool:
    """Draft ratings in words as numbers; return whether they are such."""
    column = table.column("rating")
    if column is None:
        return False
    if column.source == MISSING and "like" in parse_file_name(table.profile):
        column.source, column.evidence = "1", f"a line of {table.profile.file.label} is a like"
        column.doubt = ONE_SAID.format(1)
        return True
    found = table.profile.find(column.source)
    if found is None or found.numbers.share > 0:
        return False
    said = {value.lower() for value, _ in found.common}
    liked, disliked = sorted(said & LIKED), sorted(said & DISLIKED)
    if not liked or not said <= LIKED | DISLIKED:
        return False
    text = f"lower(trim(cast({quoted(found.name)} as varchar)))"
    no = f" when {text} in ({_listed(disliked)}) then 0" if disliked else ""
    column.source = f"case when {text} in ({_listed(liked)}) then 1{no} end"
    column.evidence = f"values of '{found.name}': {', '.join([*liked, *disliked])}"
    if disliked:
        seen = f"{', '.join(disliked)} as 0, {', '.join(liked)} as 1"
        draft.settings.append(DraftSetting("rating_min", 0, seen))
        draft.settings.append(DraftSetting("rating_max", 1, seen))
    else:
        column.doubt = ONE_SAID.format(" or ".join(liked))
    return True


def _listed(values: Sequence[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
