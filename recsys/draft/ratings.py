"""Find out whether ratings are numbers of a scale, words, or likes."""

from __future__ import annotations

import re

from recsys.draft.draft import MISSING, Draft, DraftSetting, DraftTable
from recsys.draft.roles import parse_file_name
from recsys.draft.words import listed
from recsys.storage.names import text

RATING_IN_WORDS = re.compile(
    r"(?P<value>\d+(?:[.,]\d+)?)\s*"
    r"(?:(?:/|out of|von|de|sur|su|van)\s*(?P<top>\d+(?:[.,]\d+)?).{0,12}"
    r"|stars?|sterne?|estrellas?|étoiles?|stelle)",
    re.IGNORECASE,
)
"""4/5, 4 out of 5, 4 stars."""
ONE_SAID = (
    "every rating is {}: they count as interest, as likes do, and no rating is predicted; is this "
    "what they are?"
)


def draft_ratings(draft: Draft, table: DraftTable) -> None:
    """Draft likes, or the scale where it isn't 1 to 5."""
    if not _likes(draft, table):
        _scale(draft, table)


def _likes(draft: Draft, table: DraftTable) -> bool:
    """Draft likes and words as numbers; return whether they are such."""
    column = table.column("rating")
    if column is None:
        return False
    if column.source == MISSING and "like" in parse_file_name(table.profile):
        column.source, column.evidence = "1", f"a line of {table.profile.file.label} is a like"
        column.doubt = ONE_SAID.format(1)
        return True
    found = table.given("rating")
    if found is None or found.numbers.share > 0:
        return False
    said = {value.lower() for value, _ in found.common}
    liked, disliked = sorted(said & listed("liked")), sorted(said & listed("disliked"))
    if not liked or len(said) > len(liked) + len(disliked):
        return False
    said_as = f"lower({found.text})"
    no = f" when {said_as} in ({', '.join(map(text, disliked))}) then 0" if disliked else ""
    column.source = f"case when {said_as} in ({', '.join(map(text, liked))}) then 1{no} end"
    column.evidence = f"values of '{found.name}': {', '.join([*liked, *disliked])}"
    if disliked:
        seen = f"{', '.join(disliked)} as 0, {', '.join(liked)} as 1"
        draft.settings.append(DraftSetting("rating_min", 0, seen))
        draft.settings.append(DraftSetting("rating_max", 1, seen))
    else:
        column.doubt = ONE_SAID.format(" or ".join(liked))
    return True


def _scale(draft: Draft, table: DraftTable) -> None:
    found = table.given("rating")
    if found is None:
        return
    values = [float(v.replace(",", ".")) for v, _ in found.common if _is_number(v)]
    said = [match for value in found.values if (match := RATING_IN_WORDS.fullmatch(value.strip()))]
    if len(said) > len(values):
        values = [float(match["value"].replace(",", ".")) for match in said]
    elif found.distinct > len(found.common) or not values:
        values = [found.numbers.low, found.numbers.high]
    tops = [float(match["top"].replace(",", ".")) for match in said if match["top"]]
    low, high = min(values), max([*values, *tops])
    if low == high:
        column = table.column("rating")
        if column is not None:
            column.mark(ONE_SAID.format(f"{low:g}"))
        if not 1 <= low <= 5:
            name = "rating_min" if low < 1 else "rating_max"
            draft.settings.append(DraftSetting(name, _plain(low), f"every rating is {low:g}"))
        return
    if low >= 1 and 3 < high <= 5:
        return
    top = next((scale for scale in (1, 5, 10, 20, 100) if high <= scale), high)
    seen = f"ratings from {low:g} to {high:g}"
    doubt = ""
    if low == 0 and high > 1:
        doubt = "is 0 a rating, or does it say that there is none? then set 1, and 0 is rejected"
    elif high != top or high <= 3:
        doubt = "is this the whole scale?"
    if low < 1:
        draft.settings.append(DraftSetting("rating_min", _plain(low), seen, doubt))
    if top != 5:
        draft.settings.append(
            DraftSetting("rating_max", _plain(top), seen, "" if low < 1 else doubt)
        )


def _is_number(value: str) -> bool:
    try:
        float(value.replace(",", "."))
    except ValueError:
        return False
    return True


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
