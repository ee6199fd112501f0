# ruff: noqa: PLC0415, PLR1711, B018 - cells are written as marimo writes them
"""A marimo notebook: what the RFM segments will probably spend on what their next baskets list.

pip install marimo altair duckdb
RECSYS_DATABASE=recsys.duckdb marimo edit docs/examples/segment_revenue.py
marimo export html docs/examples/segment_revenue.py -o segment_revenue.html
"""

import marimo

app = marimo.App(width="medium")


@app.cell
def _():
    import os

    import altair as alt
    import duckdb
    import marimo as mo

    return alt, duckdb, mo, os


@app.cell
def _(mo):
    mo.md("""
    # What will each segment spend?

    A product is worth its price times the probability that the customer buys it in the 28 days
    after the build, one piece of it. Bars are the mean over the customers of an RFM segment.
    """)
    return


@app.cell
def _(duckdb, os):
    # opened for one query: a connection that stays open would show this build for ever
    with duckdb.connect(os.environ.get("RECSYS_DATABASE", "recsys.duckdb"), read_only=True) as shop:
        answer = shop.execute("""
            select
                segment, count(distinct customer_id) as customers,
                sum(probability * price) / count(distinct customer_id) as expected_value
            from marts.recommendation_details
            where list_type = 'next_basket'
            group by segment
            order by expected_value desc
        """)
        names = [column[0] for column in answer.description]
        segments = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    return (segments,)


@app.cell
def _(alt, segments):
    chart = (
        alt.Chart(alt.Data(values=segments))
        .mark_bar()
        .encode(
            x=alt.X("expected_value:Q", title="Expected value per customer"),
            y=alt.Y("segment:N", sort="-x", title=None),
            tooltip=["segment:N", "customers:Q", alt.Tooltip("expected_value:Q", format=".2f")],
        )
        .properties(width=500)
    )
    chart
    return


@app.cell
def _(mo, segments):
    mo.ui.table(segments, selection=None)
    return


if __name__ == "__main__":
    app.run()
