"""Whether a column of money is the price of one unit or the value of the line."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from recsys.cleaning_rules import rule
from recsys.draft.profiling import FileProfile
from recsys.draft.written import how_written
from recsys.shop.names import quoted

FEWEST_PRODUCTS = 10


def share_of_line_values(
    profile: FileProfile,
    product: str,
    quantity: str,
    money: str,
) -> float | None:
    """Return for which share of products money grows with quantity; None: too few show it.

    Products sold in several quantities: money per unit differs less from line to line than money
    itself where it is the line's value, and more where it is the price of one.
    """
    written = how_written(profile, (quantity,), (money,))
    value, units = _number(money, written.has_money_comma), _number(quantity, written.has_comma)
    products, share = profile.ask(
        f"""
        with lines as (
            select
                cast({quoted(product)} as varchar) as product,
                cast({value} as double) as money,
                cast({units} as double) as units
            from {profile.sample}
        ), spread as (
            select
                product,
                stddev_pop(money) / avg(money) as of_money,
                stddev_pop(money / units) / avg(money / units) as of_unit
            from lines where units > 0 and money > 0
            group by product having count(distinct units) > 1
        )
        select count(*), avg((of_unit < of_money)::int) from spread
        where of_unit <> of_money
        """
    )
    return float(share) if products >= FEWEST_PRODUCTS else None


def agreement(
    profile: FileProfile,
    quantity: str,
    price: str,
    amount: str,
) -> float | None:
    """Return for which share of lines quantity times price is the amount, to a cent or two."""
    written = how_written(profile, (quantity,), (price, amount))
    each, total = (_number(name, written.has_money_comma) for name in (price, amount))
    units = _number(quantity, written.has_comma)
    (share,) = profile.ask(
        f"select avg((abs(each * units - total) <= 0.02 + 0.005 * abs(units))::int) from (select "
        f"cast({each} as double) as each, cast({units} as double) as units, "
        f"cast({total} as double) as total from {profile.sample})"
    )
    return None if share is None else float(share)


def _number(column: str, comma: bool) -> str:
    return rule("clean_number", quoted(column), str(comma).lower())
