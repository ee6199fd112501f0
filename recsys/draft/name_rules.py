"""Guess a column from its name, by rules over the senses of its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from recsys.draft.words import Name, content, system_names


@dataclass(frozen=True)
class Rule:
    """A name with these senses is such a column, with so much certainty from 0 to 1."""

    kind: str
    needs: frozenset[str]
    score: float
    allows: frozenset[str]
    """Senses of further words that change nothing."""


RULE = re.compile(r"(?P<score>[\d.]+) (?P<needs>[^(]+?)(?: \((?P<allows>.*)\))?")


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of the lexicon: AssertionError where one of them is none."""
    found = []
    groups = {f"~{name}": senses for name, senses in content()["beside"].items()}
    for kind, said in content()["rules"].items():
        for one in re.split(r", (?=[\d.]+ )", said):
            rule = RULE.fullmatch(one)
            assert rule is not None, one  # noqa: S101 - the lexicon is ours
            words = [groups.get(word, word) for word in (rule["allows"] or "").split()]
            allows = frozenset(" ".join(words).split())
            found += [
                Rule(kind, frozenset(needs.split()), float(rule["score"]), allows)
                for needs in rule["needs"].split("|")
            ]
    return tuple(found)


CLEAR = 0.8
"""With at least this certainty the words are the evidence, not the system that uses them."""
UNKNOWN_WORD = 0.12
"""Certainty that a word nobody knows takes away, twice at most."""
FOREIGN_SENSE = 0.45
"""Certainty that a word of another meaning takes away: ship date, discount price."""


def kinds_by_name(name: Name) -> dict[str, tuple[float, str]]:
    """Return the kinds a name speaks for, with certainty and what it is that speaks.

    >>> from recsys.draft.words import parse_name
    >>> max(kinds_by_name(parse_name("Kundennummer")).items(), key=lambda item: item[1])
    ('customer_id', (1.0, 'kunden nummer'))

    """
    found: dict[str, tuple[float, str]] = {}
    if name.text in system_names():
        kind, system = system_names()[name.text]
        if kind == "email":
            return {"contact": (1.0, system), "customer_id": (0.5, system)}
        if kind == "price":
            found["unit_price"] = (0.8, f"a name of {system}")
        elif kind == "purchased_at":
            found["rated_at"] = (0.7, f"a name of {system}")
        found[kind] = (1.0, f"a name of {system}")
        plain = max((_score(rule, name) for rule in rules() if rule.kind == kind), default=0.0)
        return {**found, kind: (1.0, name.text)} if plain >= CLEAR else found
    for rule in rules():
        score = _score(rule, name)
        if score > max(0.15, found.get(rule.kind, (0.0, ""))[0]):
            found[rule.kind] = (score, name.text)
    return found


def _score(rule: Rule, name: Name) -> float:
    spoken = [senses & rule.needs for senses in name.senses]
    if frozenset().union(*spoken) != rule.needs:
        return 0.0
    unknown = foreign = 0
    for senses, needed in zip(name.senses, spoken, strict=True):
        if needed or senses & rule.allows:
            continue
        if senses:
            foreign += 1
        else:
            unknown += 1
    return rule.score - UNKNOWN_WORD * min(unknown, 2) - FOREIGN_SENSE * foreign
