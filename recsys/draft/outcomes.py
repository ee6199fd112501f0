"""What a value of a status or a type says happened to an order, by whole words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from recsys.draft.words import plain, tokens

VOCABULARY = Path(__file__).with_name("outcomes.yml")
LONGEST_PHRASE = 4
"""Words of a phrase."""

SOLD = {"sale", "done"}
NEVER = {"never", "open", "cancellation"}
"""Words for orders of which nothing was sold, or not yet."""
BACK = {"returned", "return"}
KINDS_OF_LINES = {"sale", "return", "cancellation", "browsing"}
"""Nouns that say what a line is, not what happened to its order."""


class Outcome(NamedTuple):
    """What a value says, and whether all of its words are known."""

    what: str
    """sale, done, open, never, cancellation, returned, return or browsing."""
    is_clear: bool


def outcome(value: str) -> Outcome | None:
    """Return what a value says happened to an order; None: no word of it is known.

    >>> outcome("Partially_Refunded").what, outcome("wc-cancelled").what
    ('done', 'never')
    >>> outcome("Not returned").what, outcome("not paid").what
    ('done', 'never')
    >>> outcome("Awaiting Payment").what, outcome("awaiting-fulfillment").what
    ('open', 'done')
    >>> outcome("Credit note").what, outcome("non-refundable"), outcome("refund declined").what
    ('return', None, 'done')

    """
    found: list[str] = []
    is_clear = True
    is_negated = False
    for said in _classes(value):
        if said == "not":
            is_negated = True
        elif said is None:
            is_clear = is_negated = False
        elif said != "beside":
            found.append(_negated(said) if is_negated else said)
            is_negated = False
    if is_negated and not found:  # "no" and "none" say that nothing came back
        found.append("done")
    what = _what(set(found))
    return Outcome(what, is_clear) if what else None


def _what(found: set[str]) -> str | None:  # noqa: PLR0911 - the first that holds
    if "partly" in found and len(found) > 1:
        return "done"
    if found & BACK:
        if "refused" in found:
            return "done"  # the word is about the refund, not about the sale
        return "returned" if "returned" in found else "return"
    if "cancellation" in found:
        return "done" if "refused" in found else "cancellation"
    if found & {"never", "refused"}:
        return "never"
    if "open" in found:
        return "done" if "delivery" in found else "open"
    if found & {"done", "paid", "delivery", "partly"}:
        return "done"
    return "browsing" if "browsing" in found else "sale" if "sale" in found else None


def _negated(said: str) -> str:
    return "never" if said in {"paid", "sale"} else "done"


def _classes(value: str) -> Iterator[str | None]:
    """Return the class of each word, or of several that are a phrase; None: not known."""
    words, at = tokens(value), 0
    while at < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
            said = _class_of(" ".join(words[at : at + length]))
            if said or length == 1:
                yield said
                at += length
                break


def _class_of(phrase: str) -> str | None:
    known = _vocabulary()
    forms = [phrase, phrase.removesuffix("s")]
    for form in list(forms):  # annulee, cancelada
        if form.endswith("ee"):
            forms.append(form[:-1])
        elif form.endswith("a"):
            forms.append(form[:-1] + "o")
    return next((known[form] for form in forms if form in known), None)


@cache
def _vocabulary() -> dict[str, str]:
    """Return the class of each word and phrase; the first class that names it wins."""
    loaded: dict[str, str] = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for said, phrases in sorted(loaded.items(), key=lambda item: item[0] != "not"):
        for phrase in phrases.split(","):
            found.setdefault(plain(phrase).strip(), said)
    return found
