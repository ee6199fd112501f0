"""What a section of the report is made of: plain data, which the page's template shows.

All texts are plain: the template escapes them, so what a shop calls its products can't become
part of the page. Only charts are markup, and those are drawn by the plotting library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from recsys.report.source import Source

Size = Literal["full", "half", "third"]
TableSize = Literal["full", "half", "two-thirds"]
Draw = Callable[[int], Any]
"""A function that draws an Altair chart for a width in pixels."""


@dataclass(frozen=True)
class Table:
    """A table of texts; columns in `numbers` (by place, from 0) stand to the right."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    numbers: frozenset[int] = frozenset()
    note: str = ""
    size: TableSize = "full"
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Figure:
    """A chart, one sentence that says what it shows, and its numbers as a table."""

    title: str
    reading: str
    draw: Draw
    table: Table
    size: Size = "full"
    legend: Sequence[tuple[str, str]] = ()
    """Pairs of a colour's name in the style sheet (`champion`, `other`) and what it stands for."""
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True)
class Tile:
    """One number that matters, what it is, and a few words beside it."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Tiles:
    """Numbers in a row."""

    tiles: Sequence[Tile]
    kind: ClassVar[str] = "tiles"


@dataclass(frozen=True)
class Words:
    """Sentences, each a paragraph."""

    sentences: Sequence[str]
    kind: ClassVar[str] = "words"


@dataclass(frozen=True)
class Card:
    """A decision: its heading, the number behind it, and why."""

    heading: str
    name: str
    value: str
    facts: Sequence[tuple[str, str]]
    why: str
    mark: Literal["good", "neutral", "bad"] = "neutral"


@dataclass(frozen=True)
class Cards:
    """Decisions side by side."""

    cards: Sequence[Card]
    kind: ClassVar[str] = "cards"


@dataclass(frozen=True)
class Line:
    """A product of an example, what is said of it, and whether it was a hit."""

    title: str
    detail: str = ""
    is_hit: bool = False


@dataclass(frozen=True)
class Example:
    """A customer of the judged fold: what was known, what was listed, and what was missed."""

    heading: str
    summary: str
    columns: Sequence[tuple[str, Sequence[Line], str]]
    """Heading, products, and what is said where there are more or none."""


@dataclass(frozen=True)
class Examples:
    """Customers side by side."""

    title: str
    examples: Sequence[Example]
    kind: ClassVar[str] = "examples"


@dataclass(frozen=True)
class Explorer:
    """The search of customers and products; `data` is gzipped JSON in base64."""

    data: str
    customers: str
    products: str
    note: str
    kind: ClassVar[str] = "explorer"


Block = Table | Figure | Tiles | Words | Cards | Examples | Explorer


@dataclass(frozen=True)
class Section:
    """A part of the report: which tables it needs, and what it makes of them."""

    anchor: str
    title: str
    question: str
    """What the section answers, as a question or a sentence under its title."""
    needs: Sequence[str]
    """Tables as `schema.name`; where one isn't there, the section is left out."""
    blocks: Callable[[Source], list[Block]]
    empty: str
    """What it means that there is nothing to show, as a sentence."""
    short: str = ""
    """The name in the navigation; empty: the title."""
    only_where_any: bool = False
    """Whether the section is left out where there is nothing to show, as most shops have none."""


@dataclass(frozen=True)
class Made:
    """A section with its blocks, ready for the template."""

    section: Section
    blocks: Sequence[Block] = field(default_factory=list)
