"""A web shop: many customers who order now and then, half of them once, from a changing range.

30,000 customers have 10.7 lines and 4.3 orders each, on average, within two years: 321,877 lines.
50% order once, a fifth buy one line, a tenth 28 or more; 71% don't come in the last three months.
17,538 of 20,000 products are sold, half of them at least 7 times, 10% once and 18% at most twice;
a hundredth of them have 22% of the lines, a tenth 60%. Each week 96 products are new, and as many
are no longer sold. 12% of the lines are of products that the customer bought before.

A million customers have 10,648,562 lines, and 46,945 of 48,000 products are sold, half of them at
least 73 times, 1% once; a hundredth have 32% of the lines, a tenth 67%.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.shops.drawing import write_shop

PRODUCTS_AT_30_000 = 20_000
"""Of both years. Ranges grow with the fourth root of the customers, to 48,000 at a million."""
CATEGORIES = 200
BRANDS = 1_000

LINES = """
with

visitors as (
    select
        customer,
        -- customers keep coming, a few more every month, and most stay for less than a year
        728 * draw(customer, 0, 'joined') ** .8 as joined,
        least(728 - joined, 30 + 300 * wait(customer, 0, 'life')) as span
    from range($customers) as numbers (customer)
),

customers as (
    select
        *,
        -- half order once; no one orders much more often than every fourth day
        1 + floor(least(2.1 * wait(customer, 0, 'activity') ** 2, span / 4))::int as orders
    from visitors
),

orders as (
    select
        customer,
        number,
        case
            when number = 0 then joined
            else joined + span * draw(customer, number, 'day')
        end as days,
        1 + floor(1.96 * wait(customer, number, 'lines'))::int as lines
    from customers, unnest(range(orders)) as numbers (number)
),

lines as (
    select customer, number, days, 1000 * number + line as line
    from orders, unnest(range(lines)) as numbers (line)
),

drawn as (
    select
        *,
        draw(customer, line, 'habit') as habit,
        floor(5 * draw(customer, line, 'which'))::bigint as which
    from lines
),

places as (
    select
        *,
        case
            when habit < .15 then zipf(draw(customer, which, 'staple'), $places, 50.0)
            else zipf(draw(customer, line, 'product'), $places, 50.0)
        end as place
    from drawn
),

chosen as (
    select
        * exclude (place),
        -- a seventh is one of five things that the customer buys again, two fifths are of one of
        -- three favourite categories, the rest is anything
        case
            when habit between .15 and .55
                then place - place % $categories
                    + floor($categories * draw(customer, which % 3, 'taste'))::bigint
            else place
        end as place
    from places
)

select
    customer,
    number,
    line,
    days,
    -- every place in the range goes to a new product once, at the start of one of 104 weeks
    case
        when days >= 7 * floor(104 * draw(place, 0, 'renewed')) then place + $places
        else place
    end as product
from chosen
"""


def places_of(customers: int) -> int:
    """Return how many products are on sale at any time: half of the products of both years.

    >>> places_of(30_000), places_of(1_000_000)
    (10000, 24000)
    """
    products = PRODUCTS_AT_30_000 * (customers / 30_000) ** 0.25
    return CATEGORIES * round(products / 2 / CATEGORIES)  # as many of every category


def make_webshop(folder: Path, customers: int) -> Path:
    """Write a shop of so many customers into `folder`; return its shop file."""
    places = places_of(customers)
    sizes = {
        "customers": customers,
        "places": places,
        "products": 2 * places,
        "categories": CATEGORIES,
        "brands": BRANDS,
    }
    return write_shop(folder, LINES, sizes)
