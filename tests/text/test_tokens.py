"""Texts become tokens: HTML, units, accents and scripts, each by hand."""

import pytest

from recsys.text.tokens import clean_text, tokens_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("MILK 16 OZ", ["milk", "16 oz"]),
        ("16OZ", ["16 oz"]),
        ("1 lb", ["16 oz"]),
        ("1 kg = 1.0 KG = 1000g = 1,000 g", ["1000 g"] * 4),
        ("1.5 L, 2,5 L, 75cl", ["1500 ml", "2500 ml", "750 ml"]),
        ("12x330ml", ["12 x", "x", "330 ml"]),
        ("12/18 pk", ["12", "18 pk", "pk"]),
        ("part 1234567", ["part", "1234567"]),
        ("ISBN 9780306406157", ["isbn", "9780306406157"]),
        ("serial 01234567890123456789", ["serial", "01234567890123456789"]),
        ("1.1 kg", ["1100 g"]),
        ("snake_case-word", ["snake", "case", "word"]),
        ("Crème brûlée, CREME BRULEE", ["creme", "brulee"] * 2),
        ("Straße КЕФИР ﬁne", ["strasse", "кефир", "fine"]),
        ("緑茶パック", ["緑茶", "茶パ", "パッ", "ック"]),
        ("牛乳1L", ["牛乳", "1000 ml"]),
        ("茶", ["茶"]),
        ("우유 초코우유", ["우유", "초코", "코우", "우유"]),
        ("हिन्दी चाय", ["हिन्दी", "चाय"]),
        ("\uff15\uff10\uff10\uff47", ["500 g"]),
        ("b12 3", ["b12", "3"]),
        ("v 1.2.3", ["v", "1.2.3"]),
        (" ,;- ", []),
        ("", []),
    ],
)
def test_tokens(text, tokens):
    assert list(tokens_of(text)) == tokens


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("caf&eacute; &amp;amp; t&#233;", "café & té"),
        ("<b>Bold</b><br/>next", " Bold  next"),
        ("<style>p {color: red}</style>red<!-- blue -->", " red "),
        ("<script>let a = '<b>';</script>tea", " tea"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("I <3 tea", "I <3 tea"),
    ],
)
def test_html_goes(text, cleaned):
    assert clean_text(text) == cleaned
