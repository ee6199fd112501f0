"""The meanings of the words in names of columns and files, in many languages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LEXICON = Path(__file__).with_name("lexicon.yml")
TYPED = re.compile(r":(token|token_seq|float|float_seq)$")
"""Some data sets write the type behind the name: user_id:token."""
EASTERN = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff]")
"""Chinese, Japanese and Korean (taken apart into its letters): nothing stands between words."""
FEWEST_LETTERS = 3
"""Of the first part of a word glued together: custno, but not a word that begins like another."""
ENDINGS = ("s", "n", "e", "en", "er", "es")
"""Plurals, and what languages put between the parts of a word: Kunden-n-ummer, Auftrag-s-datum."""
LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "đ": "d", "ı": "i"})  # noqa: RUF001


@dataclass(frozen=True)
class Name:
    """A name's words, and what each may mean; no senses where a word isn't known."""

    words: tuple[str, ...]
    senses: tuple[frozenset[str], ...]

    @property
    def known(self) -> frozenset[str]:
        """All senses of all words."""
        return frozenset().union(*self.senses)

    @property
    def text(self) -> str:
        """The words with blanks between them."""
        return " ".join(self.words)


@cache
def lexicon() -> dict[str, frozenset[str]]:
    """Return the senses of each word."""
    senses: dict[str, set[str]] = {}
    for sense, words in content()["words"].items():
        for word in words.split():
            senses.setdefault(plain(word), set()).add(sense)
    return {word: frozenset(found) for word, found in senses.items()}


@cache
def system_names() -> dict[str, tuple[str, str]]:
    """Return the whole names that a system uses, as words: what it is, and which system's."""
    return {
        name: (kind, system.replace("HundM", "H&M"))
        for system, names in content()["systems"].items()
        for name, kind in names.items()
    }


@cache
def listed(name: str) -> frozenset[str]:
    """Return a list of words of the lexicon: likes, yes and no, means of payment."""
    return frozenset(entry.strip() for entry in content()["lists"][name].split(","))


@cache
def content() -> dict[str, Any]:
    """Return the lexicon as it is written."""
    loaded: dict[str, Any] = yaml.safe_load(LEXICON.read_text(encoding="utf-8"))
    return loaded


def parse_name(name: str) -> Name:
    """Take a name apart into words of the lexicon.

    >>> parse_name("KundenNr").words, parse_name("kundennummer").words
    (('kunden', 'nr'), ('kunden', 'nummer'))
    >>> parse_name("unixReviewTime").words, parse_name("user_id:token").words
    (('unix', 'review', 'time'), ('user', 'id'))
    >>> sorted(parse_name("Größe").known)
    ['size']

    """
    words: list[str] = []
    for token in tokens(name):
        words += _parts(token) or [token]
    return Name(tuple(words), tuple(_senses(word) for word in words))


def tokens(name: str) -> list[str]:
    """Return the words of a name or a value as they stand there, plain: aB, a_b and a-b are two.

    >>> tokens("PendingPayment"), tokens("N\u00e3o-Pago")
    (['pending', 'payment'], ['nao', 'pago'])

    """
    text = TYPED.sub("", name.strip())
    # composed letters first, so that camelCase is seen before accents go
    text = re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])", " ", text)
    text = re.sub("[#№]", " nr ", text)
    return re.findall(r"[^\W_]+", plain(text))


def plain(text: str) -> str:
    """Return text in small letters without accents; what stands for a letter is that letter."""
    letters = unicodedata.normalize("NFKD", text.lower().translate(LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _senses(word: str) -> frozenset[str]:
    known = lexicon()
    for form in _forms(word):
        if form in known:
            return known[form]
    return frozenset()


def _forms(word: str) -> list[str]:
    plurals = [word[: -len(end)] for end in ENDINGS if word.endswith(end) and len(word) > 4]
    stem = [word.rstrip("0123456789")] if word[-1:].isdigit() and word.rstrip("0123456789") else []
    german = [word.replace("ae", "a").replace("oe", "o").replace("ue", "u")]
    if word.endswith("ies"):
        plurals.append(word[:-3] + "y")
    return [word, *german, *plurals, *stem]


def _parts(token: str) -> list[str] | None:
    """Return the words glued together in a token, the longest first part first; None: unknown."""
    if _senses(token):
        return [token]
    fewest, last = FEWEST_LETTERS, 2
    if EASTERN.match(token):
        fewest = last = 1  # a Chinese or Japanese sign may be a word
    for at in range(len(token) - last, fewest - 1, -1):
        head, tail = token[:at], token[at:]
        if not _senses(head):
            continue
        if _senses(tail):
            return [head, tail]
        rest = _parts(tail) if len(tail) > fewest else None
        if rest is not None:
            return [head, *rest]
    return None
