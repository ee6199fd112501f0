"""How much of the catalogue customers get to see, and how much of it is what sells anyway."""

from __future__ import annotations

from typing import Any

import altair as alt

from recsys.report import numbers
from recsys.report.blocks import Block, Figure, Section, Table
from recsys.report.charts import chart, clean, colour, percent_axis
from recsys.report.source import LIST_NAMES, Row, Source

STEPS = 50
"""Points of a curve."""
LINES = {"discover": "first", "buy_again": "second", "next_basket": "third"}
TOP = 10
ROOM = (0.45, 0.08)
"""What a label needs, as shares of the plot: across, and from top to bottom."""


def blocks(source: Source) -> list[Block]:
    """Return today's reach, its curve, the recommenders compared, and what is listed most."""
    reach = _reach(source)
    made: list[Block] = []
    if reach:
        made.append(_curve(source, reach))
    made += _most_listed(source)
    made += _recommenders(source)
    return made


def _reach(source: Source) -> list[Row]:
    """Return, per list, the products it shows, and how concentrated its places are."""
    return source.rows(
        """
        with listed as (
            select list_type, product_id, count(*) as places
            from marts.recommendations
            group by list_type, product_id
        ),
        ranked as (
            select
                list_type, places,
                row_number() over (partition by list_type order by places desc) as place,
                sum(places) over (partition by list_type order by places desc, product_id) as sofar,
                sum(places) over (partition by list_type) as places_of_list
            from listed
        ),
        catalogue as (
            select greatest(count(*), 1) as products from marts.products where is_recommendable
        )
        select
            list_type,
            count(*) as products,
            count(*) / any_value(catalogue.products) as share,
            any_value(catalogue.products) as recommendable,
            max(sofar) filter (where place <= $top) / any_value(places_of_list) as top_share,
            list_sort(list({
                'place': place / catalogue.products, 'share': sofar / places_of_list
            }) filter (
                where place = 1
                or place % greatest(catalogue.products // $steps, 1) = 0
                or sofar = places_of_list
            )) as points
        from ranked
        cross join catalogue
        group by list_type
        """,
        steps=STEPS,
        top=TOP,
    )


def _curve(source: Source, reach: list[Row]) -> Figure:
    rows = sorted(reach, key=lambda row: list(LINES).index(row["list_type"]))
    least = min(rows, key=lambda row: row["share"])
    return Figure(
        title="Concentration of today's lists",
        reading=f"{LIST_NAMES[least['list_type']]} shows {numbers.count(least['products'])} of "
        f"{numbers.count(least['recommendable'])} products that may be recommended "
        f"({numbers.percent(least['share'])}), and the ten most listed take "
        f"{numbers.percent(least['top_share'])} of its places.",
        draw=lambda width: _lines(rows, width),
        table=Table(
            headings=["list", "products shown", "share of catalogue", "places of the ten first"],
            rows=[
                [
                    LIST_NAMES[row["list_type"]],
                    numbers.count(row["products"]),
                    numbers.percent(row["share"], 1),
                    numbers.percent(row["top_share"], 1),
                ]
                for row in rows
            ],
            numbers=frozenset({1, 2, 3}),
        ),
        size="half",
        legend=[(LINES[row["list_type"]], LIST_NAMES[row["list_type"]]) for row in rows],
    )


def _lines(rows: list[Row], width: int) -> Any:
    values = [
        {
            "list": row["list_type"],
            "colour": colour(LINES[row["list_type"]]),
            "place": point["place"],
            "share": point["share"],
        }
        for row in rows
        for point in [{"place": 0, "share": 0}, *(row["points"] or [])]
    ]
    return (
        chart(values)
        .mark_line(strokeWidth=2.5, interpolate="monotone")
        .encode(
            x=alt.X(
                "place:Q",
                title="share of recommendable products, most listed first",
                axis=percent_axis(),
            ),
            y=alt.Y("share:Q", title="share of places", axis=percent_axis()),
            color=alt.Color("colour:N", scale=None),
            detail="list:N",
        )
        .properties(width=width - 75, height=250)
    )


def _most_listed(source: Source) -> list[Block]:
    rows = source.rows(
        """
        with listed as (
            select product_id, count(*) as customers
            from marts.recommendations
            where list_type = 'discover'
            group by product_id
            order by customers desc, product_id
            limit $top
        )
        select
            coalesce(products.title, listed.product_id) as title,
            coalesce(products.category, products.department) as category,
            listed.customers,
            (
                select approx_count_distinct(customer_id) from marts.recommendations
                where list_type = 'discover'
            ) as all_customers
        from listed
        left join marts.products as products on listed.product_id = products.product_id
        order by listed.customers desc, listed.product_id
        """,
        top=TOP,
    )
    if not rows:
        return []
    return [
        Table(
            headings=["product", "category", "customers", "share"],
            rows=[
                [
                    clean(row["title"], 80),
                    clean(row["category"] or "", 40),
                    numbers.count(row["customers"]),
                    numbers.percent(min(row["customers"] / max(row["all_customers"], 1), 1)),
                ]
                for row in rows
            ],
            caption="Most listed in Discover today",
            numbers=frozenset({2, 3}),
            size="half",
        )
    ]


def _recommenders(source: Source) -> list[Block]:
    coverage = {
        (row["list_type"], row["recommender"]): row["value"]
        for row in source.metrics("coverage", 10)
    }
    bias = source.metrics("popularity_bias", 10)
    made: list[Block] = []
    for name in source.lists():
        rows = [
            {**row, "coverage": coverage[name, row["recommender"]]}
            for row in bias
            if row["list_type"] == name and (name, row["recommender"]) in coverage
        ]
        if rows:
            made.append(_scatter(source, name, rows))
    return made


def _scatter(source: Source, name: str, rows: list[Row]) -> Figure:
    serving, baseline = source.champions[name], source.baselines[name]
    own = next((row for row in rows if row["recommender"] == serving), None)
    widest = max(rows, key=lambda row: row["coverage"])
    reading = f"{numbers.words(widest['recommender'])} shows most of the catalogue"
    reading += f" ({numbers.percent(widest['coverage'])})"
    if own is not None:
        reading += (
            f"; {numbers.words(serving)}, which serves, shows {numbers.percent(own['coverage'])}, "
            f"on average products more popular than {numbers.percent(own['value'])} of the others"
        )
    labelled = _labelled(rows, [serving, baseline, widest["recommender"]])
    return Figure(
        title=f"{LIST_NAMES[name]}: coverage and popularity",
        reading=numbers.sentence(f"{reading}."),
        draw=lambda width: _points(rows, serving, labelled, width),
        table=Table(
            headings=["recommender", "coverage@10", "popularity bias@10"],
            rows=[
                [
                    numbers.words(row["recommender"]),
                    numbers.percent(row["coverage"], 1),
                    numbers.percent(row["value"], 1),
                ]
                for row in sorted(rows, key=lambda row: -row["coverage"])
            ],
            numbers=frozenset({1, 2}),
            note="Coverage: share of the catalogue in at least one judged customer's first ten. "
            "Popularity bias: mean percentile of listed products by number of customers.",
        ),
        size="third",
        legend=[("champion", "serves the list"), ("other", "others")],
    )


def _labelled(rows: list[Row], wanted: list[str | None]) -> set[str]:
    """Return those recommenders whose labels have room; the first ones have precedence."""
    across = max(row["coverage"] for row in rows) or 1
    heights = [row["value"] for row in rows]
    tall = max(heights) - min(heights) or 1
    kept: dict[str, tuple[float, float]] = {}
    for name in wanted:
        for row in rows:
            if row["recommender"] == name and name not in kept:
                place = (row["coverage"] / across, row["value"] / tall)
                if all(
                    abs(place[0] - x) > ROOM[0] or abs(place[1] - y) > ROOM[1]
                    for x, y in kept.values()
                ):
                    kept[name] = place
    return set(kept)


def _points(rows: list[Row], serving: str, labelled: set[str], width: int) -> Any:
    right = max(row["coverage"] for row in rows)
    values = [
        {
            "coverage": row["coverage"],
            "bias": row["value"],
            "label": clean(numbers.words(row["recommender"]), 18)
            if row["recommender"] in labelled
            else "",
            "side": "left" if row["coverage"] < right / 2 else "right",
            "colour": colour("champion" if row["recommender"] == serving else "other"),
            "tip": f"{numbers.words(row['recommender'])}: coverage "
            f"{numbers.percent(row['coverage'], 1)}, popularity {numbers.percent(row['value'], 1)}",
        }
        for row in sorted(rows, key=lambda row: row["recommender"] == serving)  # on top
    ]
    base = chart(values).encode(
        x=alt.X("coverage:Q", title="coverage of the catalogue", axis=percent_axis()),
        y=alt.Y(
            "bias:Q",
            title="popularity of what is listed",
            scale=alt.Scale(zero=False, nice=True),
            axis=percent_axis(tickCount=5),
        ),
    )
    dots = base.mark_point(filled=True, opacity=0.95, size=85).encode(
        color=alt.Color("colour:N", scale=None), description=alt.Description("tip:N")
    )
    left = (
        base.transform_filter("datum.side == 'left'")
        .mark_text(align="left", dx=9, dy=-7)
        .encode(text="label:N")
    )
    right_side = (
        base.transform_filter("datum.side == 'right'")
        .mark_text(align="right", dx=-9, dy=-7)
        .encode(text="label:N")
    )
    return (dots + left + right_side).properties(width=width - 75, height=230)


SECTION = Section(
    anchor="coverage",
    title="Coverage and popularity",
    question="How much of the catalogue the lists reach, and how far they show what sells anyway.",
    needs=("marts.recommendations", "marts.products", "marts.model_metrics"),
    blocks=blocks,
    empty="There are no lists for customers in this shop.",
    short="Coverage",
)
