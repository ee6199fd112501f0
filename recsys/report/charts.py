"""Charts as SVG: drawn when the report is made, so that they need no script and no network.

Colours are variables of the page's style sheet, `var(--champion)`, so one drawing serves the light
and the dark page. Every mark carries its text as `aria-label`, which the page shows as a tooltip.
"""

from __future__ import annotations

import json
import re
from typing import Any

import altair as alt
import vl_convert

from recsys.terminal import printable

WIDE, HALF, NARROW = 1100, 510, 330
"""Widths in pixels: of a whole row, of half a row, and of a phone or a third of a row."""
FONT = "system-ui, sans-serif"

COLOURS = {"champion", "other", "good", "bad", "ink", "muted", "line", "first", "second", "third"}


def colour(name: str) -> str:
    """Return a colour of the style sheet.

    >>> colour("champion")
    'var(--champion)'
    """
    if name not in COLOURS:
        raise KeyError(f"no colour {name}: {', '.join(sorted(COLOURS))}")
    return f"var(--{name})"


LOOK: dict[str, Any] = {
    "background": None,
    "font": FONT,
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": colour("muted"),
        "titleColor": colour("muted"),
        "gridColor": colour("line"),
        "domainColor": colour("line"),
        "tickColor": colour("line"),
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelPadding": 9,
        "titlePadding": 8,
        "tickSize": 0,
        "domain": False,
        "labelLimit": 400,
        "labelFlush": False,
    },
    "axisY": {"labelColor": colour("ink")},
    "header": {"labelColor": colour("ink"), "labelFontSize": 13, "title": None},
    "text": {"color": colour("ink"), "fontSize": 12},
    "legend": {"disable": True},
}


def svg(chart: Any) -> str:
    """Return an Altair chart as SVG without a size of its own: it fills its box.

    Parameters
    ----------
    chart
        An Altair chart whose data are rows in the chart.

    """
    specification = chart.to_dict()
    specification["config"] = LOOK
    drawn = vl_convert.vegalite_to_svg(json.loads(json.dumps(specification)))
    return _without_frame(drawn)


def chart(rows: list[dict[str, Any]]) -> Any:
    """Return an Altair chart of these rows, to which marks and encodings are added."""
    return alt.Chart(data(rows))


def data(rows: list[dict[str, Any]]) -> Any:
    """Return rows as the data of a chart of charts."""
    return alt.Data(values=rows)  # type: ignore[no-untyped-call]


def percent_axis(**options: Any) -> alt.Axis:
    """Return an axis of shares, written as `numbers.percent` writes them."""
    label = "replace(datum.label, '%', '\u00a0%')"
    return alt.Axis(**{"format": ".2~%", "tickCount": 4, "labelExpr": label, **options})


def clean(text: object, longest: int = 60) -> str:
    r"""Return a text for a chart: one line, not too long, without what reorders the letters.

    >>> clean("MILK\nWHITE", longest=8)
    'MILK WH…'
    """
    line = " ".join(printable(str(text)).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _without_frame(drawn: str) -> str:
    """Take the fixed size away, and from screen readers what the page's sentence says already."""
    found = re.match(r'<svg [^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)">', drawn)
    if found is None:
        raise ValueError("the plotting library returned no SVG")
    width, height = found.groups()
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'style="max-width:{float(width):.0f}px" aria-hidden="true" focusable="false">'
    )
    return head + drawn[found.end() :].replace(f'font-family="{FONT}"', "")
