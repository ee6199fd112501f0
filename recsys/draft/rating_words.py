"""Ratings as words say them; what a build reads of them is the macro clean_rating's."""

from __future__ import annotations

import re

RATING_IN_WORDS = re.compile(
    r"(?P<value>\d+(?:[.,]\d+)?)\s*"
    r"(?:(?:/|out of|von|de|sur|su|van)\s*(?P<top>\d+(?:[.,]\d+)?).{0,12}"
    r"|stars?|sterne?|estrellas?|étoiles?|stelle)",
    re.IGNORECASE,
)
"""4/5, 4 out of 5, 4 stars."""
