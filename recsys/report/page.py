"""The page: sections made of the published file, shown by one template with everything in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files
from itertools import count
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from recsys.report import numbers
from recsys.report.blocks import Figure, Made, Section
from recsys.report.charts import HALF, NARROW, WIDE, svg
from recsys.report.sections import SECTIONS
from recsys.report.source import Source
from recsys.terminal import printable

MARK = "<!doctype html>\n<!-- a report of recsys -->\n"
"""How a report begins: only files that begin so are replaced."""


def page(source: Source, sections: Sequence[Section] = SECTIONS) -> str:
    """Return the whole report as HTML that loads nothing."""
    made, missing = [], []
    for section in sections:
        lacks = [table for table in section.needs if not source.has(table)]
        if lacks and not section.only_where_any:
            missing.append((section.title, ", ".join(lacks)))
        elif not lacks:
            blocks = section.blocks(source)
            if blocks or not section.only_where_any:
                made.append(Made(section, blocks))
    template = _environment().get_template("page.html.j2")
    run = source.run
    shop = printable((run.shop if run else None) or "A shop")
    body = template.render(
        shop=shop,
        run=run,
        numbers=numbers,
        sections=made,
        missing=missing,
        fold=source.fold,
        style=Markup(_part("style.css")),  # noqa: S704 - of this package
        script=Markup(_part("report.js")),  # noqa: S704 - of this package
    )
    return MARK + body


def drawn(figure: Figure) -> Markup:
    """Return a figure's chart for wide and for narrow pages; both where they differ."""
    match figure.size:
        case "full":
            widths = [("wide", WIDE), ("narrow", NARROW)]
        case "half":
            widths = [("wide", HALF), ("narrow", NARROW)]
        case "third":
            widths = [("always", NARROW)]
    return Markup("").join(
        Markup('<div class="chart {}">{}</div>').format(name, Markup(svg(figure.draw(width))))  # noqa: S704
        for name, width in widths
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_part),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    figures = count(1)

    def draw(figure: Figure) -> Markup:
        return _with_ids_of_its_own(drawn(figure), f"f{next(figures)}")

    environment.filters["drawn"] = draw
    environment.filters["code"] = _with_code
    environment.filters["plain"] = printable
    return environment


def _with_ids_of_its_own(drawing: Markup, prefix: str) -> Markup:
    """Rename the ids of an SVG: figures share the page, and the library counts on for ever."""
    names: dict[str, str] = {}

    def renamed(found: re.Match[str]) -> str:
        return found[1] + names.setdefault(found[2], f"{prefix}-{len(names) + 1}")

    marked = re.sub(r'( id="|url\(#)([\w-]+)(?=["\)])', renamed, str(drawing))
    return Markup(marked)  # noqa: S704 - the plotting library escapes texts


def _with_code(text: str) -> Markup:
    """Return a sentence with what stands between backticks as code."""
    parts: list[Any] = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts)
    )


def _part(name: str) -> str:
    return (files("recsys.report") / "page" / name).read_text(encoding="utf-8")
