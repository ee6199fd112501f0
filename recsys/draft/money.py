"""Money: the price of one unit or the value of the line, of one currency, of sales or returns."""

# ruff: noqa: S608 - names are quoted
from __future__ import annotations

from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import DraftTable
from recsys.draft.profiling import FileProfile
from recsys.draft.written import how_written, number_sql
from recsys.storage.names import quoted, text

OFF_THE_LINE = (
    "is it money taken off the line, beside `amount` or `unit_price`, which are what was paid? "
    "Of a share of the price, or an amount before discounts, write an expression"
)
FEWEST_PRODUCTS = 10


def draft_money(table: DraftTable) -> None:
    """Tell prices from amounts by how money and quantities go together."""
    product, quantity = table.given("product_id"), table.given("quantity")
    price, amount = table.given("unit_price"), table.given("amount")
    of_price, of_amount = table.column("unit_price"), table.column("amount")
    if product is None:
        return
    if quantity is None:
        if price and amount and of_price and of_amount:
            _counted_amount(table, (product, price, amount))
        return
    if price is not None and amount is not None and of_amount is not None:
        share = _agreement(table.profile, quantity, price, amount)
        if of_amount.doubt and (share is None or share < 0.9):
            table.leave_out(of_amount, "beside a price, and not quantity x price")
        elif share is not None:
            of_amount.evidence += f"; quantity x price in {100 * share:.0f} % of the lines"
            if share < 0.5:
                of_amount.doubt = (
                    "differs from quantity x unit price in most lines: is it the line's value, "
                    "after discounts, or the whole order's?"
                )
        return
    column, money = (of_price, price) if price is not None else (of_amount, amount)
    if column is None or money is None:
        return
    share = _share_of_line_values(table.profile, product, quantity, money)
    if share is None:
        return
    column.evidence += (
        f"; grows with quantity for {100 * share:.0f} % of the products"
        if share >= 0.2
        else "; the same for one as for many"
    )
    if column.target == "unit_price" and share > 0.8:
        column.target = "amount"
        column.doubt = "named like a price, but it is the value of the line by its numbers"
    elif column.target == "amount" and share < 0.2:
        column.target = "unit_price"
        column.doubt = "named like an amount, but it is the price of one by its numbers"


def _counted_amount(
    table: DraftTable, columns: tuple[ColumnProfile, ColumnProfile, ColumnProfile]
) -> None:
    """Use a column called amount as the quantity if it holds counts: the word means both."""
    product, price, amount = columns
    if amount.numbers.whole < 1 or amount.numbers.high >= price.numbers.high:
        return
    share = _share_of_line_values(table.profile, product, amount, price)
    counted, money = table.column("amount"), table.column("unit_price")
    if share is None or counted is None or money is None:
        return
    counted.target = "quantity"
    counted.doubt = f"named like money, but whole numbers, smaller than '{price.name}'"
    if share > 0.8:
        money.target = "amount"
        money.doubt = f"it grows with '{amount.name}': the value of the line, not the price of one"


def _share_of_line_values(
    profile: FileProfile, product: ColumnProfile, quantity: ColumnProfile, money: ColumnProfile
) -> float | None:
    """Return for which share of products money grows with quantity; None: too few show it.

    Products sold in several quantities: money per unit differs less from line to line than money
    itself where it is the line's value, and more where it is the price of one.
    """
    written = how_written(profile, [quantity.name], [money.name])
    value, units = (
        number_sql(money, written.has_money_comma),
        number_sql(quantity, written.has_comma),
    )
    products, share = profile.ask(
        f"""
        with lines as (
            select
                cast({quoted(product.name)} as varchar) as product,
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


def _agreement(
    profile: FileProfile, quantity: ColumnProfile, price: ColumnProfile, amount: ColumnProfile
) -> float | None:
    """Return for which share of lines quantity times price is the amount, to a cent or two."""
    written = how_written(profile, [quantity.name], [price.name, amount.name])
    each, total = (number_sql(one, written.has_money_comma) for one in (price, amount))
    units = number_sql(quantity, written.has_comma)
    (share,) = profile.ask(
        f"select avg((abs(each * units - total) <= 0.02 + 0.005 * abs(units))::int) from (select "
        f"cast({each} as double) as each, cast({units} as double) as units, "
        f"cast({total} as double) as total from {profile.sample})"
    )
    return None if share is None else float(share)


def restrict_currency(table: DraftTable) -> None:
    """Read the lines of the commonest currency only."""
    found = table.given("currency")
    if found is None or found.distinct < 2:
        return
    first, lines = found.common[0]
    others = ", ".join(value for value, _ in found.common[1:5])
    table.restrict(
        f"{quoted(found.name)} = {text(first)}",
        f"amounts of several currencies can't be added: only {first} ({lines:,} of "
        f"{found.present:,} lines) is read, not {others}; or convert the prices, and leave "
        "`currency` out",
    )


def mark_negative(table: DraftTable) -> None:
    """Mark a file of returns alone; or of sales, written as what left the stock."""
    column, found = table.column("quantity"), table.given("quantity")
    if column is not None and found is not None and found.numbers.high < 0:
        column.doubt = (
            "no quantity is above 0, so every line is a return, and nothing could be built; if "
            f"these are sales, write  quantity: '-try_cast({quoted(found.name)} as double)'"
        )
