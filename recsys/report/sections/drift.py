"""What deviates from the builds before this one."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import chart, clean, colour
from recsys.report.source import Row, Source

MOST = 16
"""Measures that are shown, the farthest from what is expected."""
LONGEST = 60
"""Builds of the history of a measure."""
LEAST_BUILDS = 3
"""Fewer make no line."""
FARTHEST = 10
"""Spreads at which the plot ends; what is farther stands there."""
COLOURS = {"alarm": "bad", "watch": "second", "ok": "champion"}


def blocks(source: Source) -> list[Block]:
    """Return how far measures are from what was expected, and the farthest over time."""
    rows = source.rows(
        """
        select * from marts.drift
        where run_id = $run and deviation is not null
        order by
            case verdict when 'alarm' then 0 when 'watch' then 1 when 'ignored' then 3 else 2 end,
            abs(deviation) desc, measure, part
        """,
        run=source.run.run_id if source.run else "",
    )
    if not rows:
        return []
    found: list[Block] = [_deviations(rows)]
    history = _history(source, rows[0])
    if len(history) >= LEAST_BUILDS:
        found.append(_over_time(rows[0], history))
    return found


def _history(source: Source, measure: Row) -> list[Row]:
    rows = source.rows(
        """
        select drift.*
        from marts.drift as drift
        inner join marts.run_history as runs on drift.run_id = runs.run_id
        where drift.measure = $measure and drift.part = $part and drift.value is not null
        order by runs.started_at desc, drift.run_id
        limit $longest
        """,
        measure=measure["measure"],
        part=measure["part"],
        longest=LONGEST,
    )
    return rows[::-1]


def _deviations(rows: list[Row]) -> Figure:
    shown = rows[:MOST]
    return Figure(
        title="How far measures are from what was expected",
        reading=_reading(rows),
        draw=lambda width: _dots(shown, width),
        table=Table(
            headings=["", "value", "expected", "an alarm below", "above", "spreads", "verdict"],
            rows=[
                [
                    _name(row),
                    _value(row["value"]),
                    _value(row["expected"]),
                    _value(row["alarm_below"]),
                    _value(row["alarm_above"]),
                    numbers.signed(f"{abs(row['deviation']):.1f}", row["deviation"]),
                    str(row["verdict"]),
                ]
                for row in shown
            ],
            numbers=frozenset(range(1, 6)),
            note="Spreads: how far builds usually are from what is expected. marts.drift has all "
            "measures of all builds; docs/drift.md says what each is.",
        ),
        size="half",
        legend=[
            ("bad", "alarm"),
            ("second", "watched"),
            ("champion", "as expected, or with too few builds to say more"),
        ],
    )


def _reading(rows: list[Row]) -> str:
    alarms = sum(row["verdict"] == "alarm" for row in rows)
    watched = sum(row["verdict"] == "watch" for row in rows)
    builds = numbers.counted(max(row["earlier_runs"] for row in rows), "build", "builds")
    compared = f"{numbers.counted(len(rows), 'measure', 'measures')} against {builds} before it"
    if not alarms and not watched:
        return f"This build was compared in {compared}: nothing deviates."
    first = rows[0]
    return (
        f"Of {compared}, {numbers.counted(alarms, 'is an alarm', 'are alarms')} and "
        f"{numbers.counted(watched, 'is', 'are')} watched. The farthest is {_name(first)}: "
        f"{_value(first['value'])}, where {_value(first['expected'])} was expected."
    )


def _dots(rows: list[Row], width: int) -> Any:
    values = [
        {
            "name": f"{place:02d} {clean(_name(row), 28)}",
            "deviation": max(-FARTHEST, min(FARTHEST, row["deviation"])),
            "colour": colour(COLOURS.get(row["verdict"], "champion")),
            "tip": f"{clean(_name(row))}: {_value(row['value'])}, "
            f"expected {_value(row['expected'])}; {row['verdict']}",
        }
        for place, row in enumerate(rows)
    ]
    limit = min(float(rows[0]["threshold"]), FARTHEST)
    scale = alt.Scale(domain=[-FARTHEST, FARTHEST], nice=False)
    limits = (
        chart([{"at": -limit}, {"at": limit}])
        .mark_rule(color=colour("bad"), strokeDash=[4, 4])
        .encode(x=alt.X("at:Q", scale=scale))
    )
    dots = (
        chart(values)
        .mark_point(filled=True, opacity=1, size=70)
        .encode(
            x=alt.X(
                "deviation:Q",
                scale=scale,
                title="spreads from what was expected",
                axis=alt.Axis(values=[-FARTHEST, -limit, 0, limit, FARTHEST], format=".2~f"),
            ),
            y=alt.Y(
                "name:N", title=None, sort=None, axis=alt.Axis(labelExpr="slice(datum.label, 3)")
            ),
            color=alt.Color("colour:N", scale=None),
            description=alt.Description("tip:N"),
        )
    )
    return (limits + dots).properties(width=max(120, width - 260), height=alt.Step(20))


def _over_time(measure: Row, history: list[Row]) -> Figure:
    last = history[-1]
    return Figure(
        title=f"{numbers.sentence(_name(measure))}, build by build",
        reading=f"In the last {numbers.counted(len(history), 'build', 'builds')} it was between "
        f"{_value(min(row['value'] for row in history))} and "
        f"{_value(max(row['value'] for row in history))}; now it is {_value(last['value'])}.",
        draw=lambda width: _line(history, width),
        table=Table(
            headings=["looked at", "value", "expected", "verdict"],
            rows=[
                [
                    numbers.day(row["as_of"]),
                    _value(row["value"]),
                    _value(row["expected"]),
                    str(row["verdict"]),
                ]
                for row in reversed(history[-MOST:])
            ],
            numbers=frozenset({1, 2}),
            note="The measure that is farthest from what was expected.",
        ),
        size="half",
        legend=[("champion", "value"), ("muted", "expected"), ("bad", "alarm")],
    )


def _line(history: list[Row], width: int) -> Any:
    values = [
        {
            "ago": place - len(history) + 1,
            "value": row["value"],
            "expected": row["expected"],
            "colour": colour(COLOURS.get(row["verdict"], "champion")),
            "tip": f"{numbers.day(row['as_of'])}: {_value(row['value'])}, "
            f"expected {_value(row['expected'])}",
        }
        for place, row in enumerate(history)
    ]
    x = alt.X(
        "ago:Q",
        title="builds before this one",
        scale=alt.Scale(nice=False),
        axis=alt.Axis(labelExpr="abs(datum.value)", tickMinStep=1, tickCount=6, grid=False),
    )
    y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(format=".3~s"))
    base = chart(values).encode(x=x)
    expected = base.mark_line(
        color=colour("muted"),
        strokeDash=[4, 4],
        strokeWidth=1.5,
    ).encode(y=alt.Y("expected:Q"))
    line = base.mark_line(color=colour("champion"), strokeWidth=2).encode(y=y)
    points = base.mark_point(filled=True, opacity=1, size=40).encode(
        y=y, color=alt.Color("colour:N", scale=None), description=alt.Description("tip:N")
    )
    return (expected + line + points).properties(width=width - 80, height=300)


def _name(row: Row) -> str:
    name = numbers.words(str(row["measure"]))
    return name if row["part"] == "all" else f"{name}, {numbers.words(str(row['part']))}"


def _value(value: float | None) -> str:
    r"""Return a count in full, and a share or a metric in three digits.

    >>> _value(2040.2), _value(0.03121), _value(None)
    ('2,040', '0.0312', '\u2013')
    """
    if value is None:
        return numbers.NOTHING
    return numbers.count(value) if abs(value) >= 100 else f"{value:.3g}"


SECTION = Section(
    anchor="drift",
    title="Does this build deviate from those before?",
    question="Lines, prices, lists and metrics of this build against earlier builds.",
    needs=("marts.drift", "marts.run_history"),
    blocks=blocks,
    empty="There is no earlier build to compare with.",
    short="Drift",
)
