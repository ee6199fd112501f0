"""What a build's `marts.drift` says, for the messages of a build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from recsys.storage.connections import connect

DRIFT_TEST = "assert_no_measure_drifts_where_that_fails_the_build"
GROUPS = ["volume", "input", "mix", "lists", "quality"]
"""From causes to what they bring about."""
NAMED = 3
"""Measures that a message names; marts.drift has all."""


@dataclass(frozen=True)
class Deviation:
    """A measure of a build that is far from what was expected of it."""

    measure: str
    part: str
    value: float
    expected: float
    deviation: float
    """In spreads; negative: below what is expected."""
    verdict: str
    """`alarm` or `watch`."""

    def in_words(self) -> str:
        """Return the measure, its value and what was expected.

        >>> Deviation("lines", "purchases", 1020, 2040.4, -9, "alarm").in_words()
        'lines of purchases 1,020 (expected 2,040)'
        >>> Deviation("list_overlap", "discover", 0.0312, 0.8, -9, "alarm").in_words()
        'list overlap of discover 0.031 (expected 0.8)'
        """
        of = "" if self.part == "all" else f" of {self.part}"
        name = self.measure.replace("_", " ")
        return f"{name}{of} {_number(self.value)} (expected {_number(self.expected)})"


@dataclass(frozen=True)
class Drift:
    """The last run of a database against the runs before it."""

    measures: int = 0
    """Measures that were compared."""
    earlier_runs: int = 0
    alarms: tuple[Deviation, ...] = ()
    """Those of inputs before what follows of them, each group's farthest first."""
    watched: tuple[Deviation, ...] = ()


def drift_of(database: Path) -> Drift:
    """Read what the last run of a database deviates in; nothing where it has no such table."""
    try:
        with connect(database, read_only=True) as connection:
            rows = connection.execute(
                """
                select
                    measure, part, value, expected, deviation, verdict, earlier_runs
                from marts.drift
                where run_id = (
                    select last(run_id order by started_at, rowid) from marts.run_history
                )
                order by list_position($groups, measure_group), abs(deviation) desc, measure, part
                """,
                {"groups": GROUPS},
            ).fetchall()
    except duckdb.Error:
        return Drift()
    found = [Deviation(*row[:6]) for row in rows]
    return Drift(
        measures=sum(one.deviation is not None for one in found),
        earlier_runs=max((row[6] for row in rows), default=0),
        alarms=tuple(one for one in found if one.verdict == "alarm"),
        watched=tuple(one for one in found if one.verdict == "watch"),
    )


def in_words(found: Drift) -> str:
    """Return in one line what deviates.

    >>> in_words(Drift(measures=48, earlier_runs=30))
    'none of 48 measures deviates from 30 earlier builds'
    >>> in_words(Drift())
    'there is no earlier build to compare with'
    """
    if not found.earlier_runs:
        return "there is no earlier build to compare with"
    builds = f"{found.earlier_runs} earlier build{'' if found.earlier_runs == 1 else 's'}"
    far = (*found.alarms, *found.watched)
    if not far:
        return f"none of {found.measures} measures deviates from {builds}"
    counts = [
        f"{len(some)} {name}{'' if len(some) == 1 else plural}"
        for some, name, plural in ((found.alarms, "alarm", "s"), (found.watched, "watched", ""))
        if some
    ]
    named = "; ".join(one.in_words() for one in far[:NAMED])
    more = f"; and {len(far) - NAMED} more" if len(far) > NAMED else ""
    return f"{', '.join(counts)} of {found.measures} measures: {named}{more}"


def _number(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"
