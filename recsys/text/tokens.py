"""Tokens of product texts: any script, HTML and units cleaned up, no list of any language's words.

Accents are taken off, so that 'CREME BRULEE' is 'crème brûlée'. Scripts that are written without
spaces are cut into pairs of characters, as Lucene's CJKAnalyzer does. A number sticks to the unit
after it, and units of one kind become one: '1 KG', '1000g' and '1,0 kg' are the same token.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Iterator

_INVISIBLE = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_TIMES = re.compile(r"(?<=\d)\s*[x\u00d7*]\s*(?=\d)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_DECIMAL_COMMA = re.compile(r"(\d+),(\d{1,2}|\d{4,})")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")

MOST_EXACT = 1e15
"""Larger numbers have digits that a float loses: they are left as they are."""

# scripts without spaces between words, and Korean, whose words are compounds: blocks of Unicode
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"  # kana, Han, Hangul
    "\U00020000-\U0003ffff"
)

UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(["mg", "milligram", "milligrams"], ("g", 0.001)),
    **dict.fromkeys(["g", "gr", "gm", "gram", "grams", "gramme", "grammes"], ("g", 1)),
    **dict.fromkeys(["kg", "kgs", "kilo", "kilos", "kilogram", "kilograms"], ("g", 1000)),
    **dict.fromkeys(["ml", "millilitre", "millilitres", "milliliter", "milliliters"], ("ml", 1)),
    "cl": ("ml", 10),
    "dl": ("ml", 100),
    **dict.fromkeys(["l", "lt", "ltr", "litre", "litres", "liter", "liters"], ("ml", 1000)),
    **dict.fromkeys(["mm", "millimetre", "millimetres", "millimeter", "millimeters"], ("cm", 0.1)),
    **dict.fromkeys(["cm", "centimetre", "centimetres", "centimeter", "centimeters"], ("cm", 1)),
    **dict.fromkeys(["m", "metre", "metres", "meter", "meters"], ("cm", 100)),
    **dict.fromkeys(["oz", "ounce", "ounces"], ("oz", 1)),
    **dict.fromkeys(["lb", "lbs", "pound", "pounds"], ("oz", 16)),
}
"""What a unit is called, and how much of which one it is."""


def clean_text(text: str) -> str:
    """Return the text without HTML: entities become characters, tags, scripts and comments go.

    Entities that were escaped twice are, too. What only looks like a tag stays.

    >>> clean_text("<p>Salt &amp;amp; vinegar<br/>crisps</p>")
    ' Salt & vinegar crisps '
    >>> clean_text("size < 5 > 3")
    'size < 5 > 3'
    """
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(" ", _INVISIBLE.sub(" ", text))
    return text


def tokens_of(text: str) -> Iterator[str]:
    """Cut text into folded words of any script, and numbers with their unit.

    >>> list(tokens_of("Crème BRÛLÉE 2x"))
    ['creme', 'brulee', '2 x', 'x']
    >>> list(tokens_of("MILK 1.50L, No 7"))
    ['milk', '1500 ml', 'no', '7']
    >>> list(tokens_of("緑茶パック"))
    ['緑茶', '茶パ', 'パッ', 'ック']
    """
    found = _token().findall(_TIMES.sub(" x ", _folded(clean_text(text))))
    for place, token in enumerate(found):
        if not token[0].isdigit():
            if place and token in UNITS and found[place - 1][0].isdigit():
                continue  # said with its number
            yield from _pairs(token) if _is_unspaced(token) else [token]
            continue
        following = found[place + 1] if place + 1 < len(found) else "0"
        yield _measure(token, "" if following[0].isdigit() else following)


def _folded(text: str) -> str:
    """Return the text in lower case and one form, Latin, Greek and Cyrillic without accents."""
    text = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", "".join(c for c in text if not "\u0300" <= c <= "\u036f"))


def _measure(number: str, following: str) -> str:
    """Return a number, with the word after it if it has one, in the unit's base."""
    try:
        value = float(_plain(number))
    except ValueError:  # a date, a version
        value = MOST_EXACT
    if value >= MOST_EXACT:
        return f"{number} {following}".strip()
    unit, factor = UNITS.get(following, (following, 1))
    return f"{value * factor:.15g} {unit}".strip()


def _plain(number: str) -> str:
    if _GROUPED.fullmatch(number):
        return number.replace(",", "")
    return _DECIMAL_COMMA.sub(r"\1.\2", number)


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


@functools.cache
def _token() -> re.Pattern[str]:
    """Return what finds a run without spaces, a word that starts with a letter, or a number."""
    # vowel signs and the like are part of a word, but no letters to `re`
    marks = "".join(
        re.escape(chr(code))
        for code in range(0x0370, 0x10000)
        if unicodedata.category(chr(code)) in {"Mn", "Mc"}
    )
    unspaced = f"[{_UNSPACED}]"
    letter = rf"(?:(?!{unspaced})[^\W\d_])"
    return re.compile(
        rf"(?:(?![\d_]){unspaced})+|{letter}(?:(?!{unspaced})(?:[^\W_]|[{marks}]))*"
        rf"|{_NUMBER.pattern}"
    )


def _is_unspaced(token: str) -> bool:
    return re.match(f"[{_UNSPACED}]", token) is not None
