"""Measure how well the lines of one order id agree on the customer, the day and the store."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.profiling import FileProfile
from recsys.storage.names import quoted

AGREEING = 0.95
"""Share of orders that must agree."""
SECONDS = {"seconds": 1, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}


@dataclass(frozen=True)
class Part:
    """A column, or what is taken of it, as a part of an order's id."""

    name: str
    """Their column."""
    sql: str
    is_filled: bool = True

    @property
    def text(self) -> str:
        """It as text, in SQL; empty where there is nothing."""
        return f"coalesce(trim(cast({self.sql} as varchar)), '')"

    @property
    def is_there(self) -> str:
        """The condition that there is something, in SQL."""
        return f"{self.text} <> ''"


@dataclass(frozen=True)
class Seen:
    """What the lines of an id are like; shares are of ids with several lines, 1 where none are."""

    orders: int
    grouped: int
    """Ids with several lines."""
    of_one_customer: float
    of_one_customer_at_all: float
    """Of all ids with a customer."""
    of_one_day: float
    days: float
    """Mean number of days."""
    lines: float
    """Mean number of lines."""
    of_one_place: tuple[float, ...]

    def said(self, places: Sequence[Part]) -> str:
        """Say in words in what the lines of one id differ."""
        found = []
        if self.of_one_customer < AGREEING:
            found.append(f"{_percent(1 - self.of_one_customer)} are of several customers")
        if self.of_one_day < AGREEING:
            days = f"{self.days:,.0f} in the mean"
            found.append(f"{_percent(1 - self.of_one_day)} are of several days ({days})")
        found += [
            f"{_percent(1 - share)} are of several values of '{place.name}'"
            for place, share in zip(places, self.of_one_place, strict=True)
            if share < AGREEING
        ]
        return f"of its numbers {', '.join(found)}" if found else "its lines agree"


def look(
    profile: FileProfile,
    key: Sequence[Part],
    customer: Part | None,
    day: Part | None,
    places: Sequence[Part],
) -> Seen:
    """Look at the lines of each id that `key` makes, its last part being the number."""
    nothing = "null::varchar"
    seen = {
        "customers": customer.text if customer else nothing,
        "days": day.text if day else nothing,
        **{f"place_{number}": place.text for number, place in enumerate(places)},
    }
    counted = ", ".join(
        f"count(distinct nullif({text}, '')) as {name}" for name, text in seen.items()
    )
    of_places = "".join(
        f", avg((place_{number} <= 1)::int) filter (where lines > 1)"
        for number in range(len(places))
    )
    orders, grouped, *shares = profile.ask(
        f"""
        select count(*), count(*) filter (where lines > 1),
            avg((customers <= 1)::int) filter (where lines > 1),
            avg((customers = 1)::int) filter (where customers > 0),
            avg((days <= 1)::int) filter (where lines > 1),
            avg(days) filter (where lines > 1), avg(lines){of_places}
        from (
            select count(*) as lines, {counted} from {profile.sample}
            where {key[-1].is_there} group by {", ".join(part.text for part in key)}
        )
        """
    )
    one_customer, at_all, one_day, days, lines, *one_place = (
        1.0 if s is None else float(s) for s in shares
    )
    return Seen(orders, grouped, one_customer, at_all, one_day, days, lines, tuple(one_place))


def same_orders(profile: FileProfile, one: Part, other: Part) -> bool:
    """Return whether two ids make the same orders."""
    ones, others, pairs = _differing(profile, one, other)
    return bool(ones == others == pairs)


def depends_on(profile: FileProfile, part: Part, whole: Part) -> bool:
    """Return whether one column follows from another, as a product's origin from the product."""
    _, wholes, pairs = _differing(profile, part, whole)
    return bool(pairs <= wholes * (2 - AGREEING))


def _differing(profile: FileProfile, one: Part, other: Part) -> tuple[int, ...]:
    """Return how many values of each differ, and how many pairs of them."""
    return profile.ask(
        f"select count(distinct {one.text}), count(distinct {other.text}), "
        f"count(distinct ({one.text}, {other.text})) from {profile.sample}"
    )


def part_of_column(column: ColumnProfile) -> Part:
    """Return a column as it stands."""
    return Part(column.name, quoted(column.name), column.filled > 1 - 1e-9)


def days_of(column: ColumnProfile) -> Part:
    """Return the day of a column of times; a column of days as it stands."""
    name, times = quoted(column.name), column.times
    unit = times.form.partition(" since 1970")[0]
    if unit in SECONDS:
        sql = f"cast(floor(try_cast({name} as double) / {86_400 * SECONDS[unit]:.0f}) as bigint)"
    elif column.type.startswith("TIMESTAMP"):
        sql = f"cast({name} as date)"
    elif times.form == "yyyymmdd" and times.has_clock:
        sql = f"left(cast({name} as varchar), 8)"
    elif times.has_clock and column.type == "VARCHAR":
        sql = f"regexp_replace({name}, '[ ,T]+[0-9]{{1,2}}[:.][0-9]{{2}}.*$', '')"
    else:
        sql = name
    return Part(column.name, sql)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
