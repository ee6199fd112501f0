"""What the values of several columns together say: money, currencies, returns, scales, guests."""

from __future__ import annotations

from recsys.draft.clocks import add_clock
from recsys.draft.column_profile import ColumnProfile
from recsys.draft.draft import MISSING, Draft, DraftSetting, DraftTable
from recsys.draft.guesses import ranked
from recsys.draft.likes import ONE_SAID, draft_likes
from recsys.draft.money import agreement, share_of_line_values
from recsys.draft.order_customers import check_customers
from recsys.draft.orders import draft_orders
from recsys.draft.rating_words import RATING_IN_WORDS
from recsys.draft.statuses import draft_outcomes
from recsys.draft.undone_parts import mark_undone_parts
from recsys.shop.names import quoted

GUEST_SHARE = 0.05
GUEST_TIMES = 10
"""A customer with so many times the lines of the second is likely nobody in particular."""
COUNTING = {"day", "tag", "jour", "dia", "giorno", "date", "time", "week", "no", "nr", "number"}
"""Words of names of columns that count days and nothing else: not the hour of the day."""
FEWEST_DAYS = 8
"""Fewer values are days of the week."""
MOST_DAYS = 20_000
"""Larger numbers are dates of another form."""


def refine_purchases(draft: Draft, table: DraftTable) -> None:
    """Refine the columns of purchases by what they say together."""
    _money(table)
    _currency(table)
    _date_order(draft, table, "purchased_at")
    add_clock(table, "purchased_at")
    _counted_days(table)
    _anonymous(table)
    draft_orders(table)
    check_customers(table)
    draft_outcomes(table)
    mark_undone_parts(table)
    _guest(draft, table)
    _all_negative(table)


def refine_ratings(draft: Draft, table: DraftTable) -> None:
    """Refine the columns of ratings, and the scale."""
    if not draft_likes(draft, table):
        _scale(draft, table)
    _date_order(draft, table, "rated_at")
    add_clock(table, "rated_at")
    verified = ranked(table.profile.columns, "verified")
    if verified and draft.table("purchases") is None:
        draft.notes.append(
            f"ratings: '{verified[0].column.name}' marks ratings of verified purchases. To count "
            "these as purchases too, uncomment the block `purchases`"
        )


def _money(table: DraftTable) -> None:
    product = table.given("product_id")
    quantity = table.given("quantity")
    price = table.given("unit_price")
    amount = table.given("amount")
    if quantity is None and product is not None and price is not None and amount is not None:
        _counted_amount(table, (product, price, amount))
        return
    if quantity is None or product is None:
        return
    if price is not None and amount is not None:
        share = agreement(table.profile, quantity.name, price.name, amount.name)
        column = table.column("amount")
        if column is not None and column.doubt and (share is None or share < 0.9):
            table.columns.remove(column)
            table.left_out.append(f"{column.source} (beside a price, and not quantity x price)")
        elif column is not None and share is not None:
            column.evidence += f"; quantity x price in {100 * share:.0f} % of the lines"
            if share < 0.5:
                column.doubt = (
                    "differs from quantity x unit price in most lines: is it the line's value, "
                    "after discounts, or the whole order's?"
                )
        return
    for target, money in (("unit_price", price), ("amount", amount)):
        if money is None:
            continue
        share = share_of_line_values(table.profile, product.name, quantity.name, money.name)
        column = table.column(target)
        if share is None or column is None:
            continue
        grows = (
            f"grows with quantity for {100 * share:.0f} % of the products"
            if share >= 0.2
            else "the same for one as for many"
        )
        if (share > 0.8) == (target == "amount") or 0.2 < share < 0.8:
            column.evidence += f"; {grows}"
        elif target == "unit_price":
            column.target, column.evidence = "amount", f"{column.evidence}; {grows}"
            column.doubt = "named like a price, but it is the value of the line by its numbers"
        elif share < 0.2:
            column.target, column.evidence = "unit_price", f"{column.evidence}; {grows}"
            column.doubt = "named like an amount, but it is the price of one by its numbers"


def _all_negative(table: DraftTable) -> None:
    """Mark a file of returns alone; or of sales, written as what left the stock."""
    column, found = table.column("quantity"), table.given("quantity")
    if column is not None and found is not None and found.numbers.high < 0:
        column.doubt = (
            "no quantity is above 0, so every line is a return, and nothing could be built; if "
            f"these are sales, write  quantity: '-try_cast({quoted(found.name)} as double)'"
        )


def _counted_amount(
    table: DraftTable,
    columns: tuple[ColumnProfile, ColumnProfile, ColumnProfile],
) -> None:
    """Take an amount that counts for the quantity: the word means both."""
    product, price, amount = columns
    if amount.numbers.whole < 1 or amount.numbers.high >= price.numbers.high:
        return
    share = share_of_line_values(table.profile, product.name, amount.name, price.name)
    counted, money = table.column("amount"), table.column("unit_price")
    if share is None or counted is None or money is None:
        return
    counted.target = "quantity"
    counted.doubt = f"named like money, but whole numbers, smaller than '{price.name}'"
    if share > 0.8:
        money.target = "amount"
        money.doubt = f"it grows with '{amount.name}': the value of the line, not the price of one"


def _currency(table: DraftTable) -> None:
    found = table.given("currency")
    if found is None or found.distinct < 2:
        return
    first, lines = found.common[0]
    others = ", ".join(value for value, _ in found.common[1:5])
    table.restrict(
        f"{quoted(found.name)} = '{_escaped(first)}'",
        f"amounts of several currencies can't be added: only {first} ({lines:,} of "
        f"{found.present:,} lines) is read, not {others}; or convert the prices, and leave "
        "`currency` out",
    )


def _date_order(draft: Draft, table: DraftTable, target: str) -> None:
    found = table.given(target)
    if found is not None and found.times.order == "unknown":
        shown = "dates of both orders" if found.times.shows_both else "no date has a part above 12"
        draft.settings.append(
            DraftSetting(
                "date_order",
                "dmy",
                f"{found.name}: {found.values[0]}",
                f"{shown}: dmy is day, month, year; mdy is month, day, year",
            )
        )


def _counted_days(table: DraftTable) -> None:
    """Make times of days that are counted from 1, where there is nothing better."""
    column = table.column("purchased_at")
    if column is None or column.source != MISSING:
        return
    for found in table.profile.columns:
        numbers = found.numbers
        is_day = bool(found.parsed_name.words) and set(found.parsed_name.words) <= COUNTING
        is_count = numbers.share == numbers.whole == 1 and found.distinct >= FEWEST_DAYS
        if is_day and is_count and 0 <= numbers.low <= numbers.high < MOST_DAYS:
            of = f"try_cast({quoted(found.name)} as integer)"
            step = 7 if "week" in found.parsed_name.words else 1
            column.source = f"date '2000-01-01' + {of}" + (f" * {step}" if step > 1 else "")
            column.evidence = f"{found.name}: {numbers.low:.0f} to {numbers.high:.0f}"
            column.doubt = (
                f"'{found.name}' counts {'weeks' if step > 1 else 'days'}; from which day isn't "
                "known: 2000-01-01 stands for day 0"
            )
            return


def _anonymous(table: DraftTable) -> None:
    column = table.column("customer_id")
    if column is not None and column.source == MISSING:
        column.source = "cast(null as varchar)"
        column.doubt = (
            "no column says who bought: nothing can be personal, only what is bought together "
            f"and what is popular. {column.doubt}"
        )


def _guest(draft: Draft, table: DraftTable) -> None:
    found = table.given("customer_id")
    if found is None or len(found.common) < 2 or found.distinct < 20:
        return
    (first, lines), (_, second) = found.common[:2]
    if lines > GUEST_SHARE * found.present and lines > GUEST_TIMES * second:
        draft.notes.append(
            f"customer '{first}' has {100 * lines / found.present:.0f} % of the lines: if that is "
            f"a till or guests, say so with  guest_ids: ['{first}']"
        )


def _scale(draft: Draft, table: DraftTable) -> None:
    found = table.given("rating")
    if found is None:
        return
    values = [float(v.replace(",", ".")) for v, _ in found.common if _is_number(v)]
    said = [match for value in found.values if (match := RATING_IN_WORDS.fullmatch(value.strip()))]
    if len(said) > len(values):
        values = [float(match["value"].replace(",", ".")) for match in said]
    elif found.distinct > len(found.common) or not values:
        values = [found.numbers.low, found.numbers.high]
    tops = [float(match["top"].replace(",", ".")) for match in said if match["top"]]
    low, high = min(values), max([*values, *tops])
    if low == high:
        column = table.column("rating")
        if column is not None:
            column.mark(ONE_SAID.format(f"{low:g}"))
        if not 1 <= low <= 5:
            name = "rating_min" if low < 1 else "rating_max"
            draft.settings.append(DraftSetting(name, _plain(low), f"every rating is {low:g}"))
        return
    if low >= 1 and 3 < high <= 5:
        return
    top = next((scale for scale in (1, 5, 10, 20, 100) if high <= scale), high)
    seen = f"ratings from {low:g} to {high:g}"
    doubt = ""
    if low == 0 and high > 1:
        doubt = "is 0 a rating, or does it say that there is none? then set 1, and 0 is rejected"
    elif high != top or high <= 3:
        doubt = "is this the whole scale?"
    if low < 1:
        draft.settings.append(DraftSetting("rating_min", _plain(low), seen, doubt))
    if top != 5:
        draft.settings.append(
            DraftSetting("rating_max", _plain(top), seen, "" if low < 1 else doubt)
        )


def _is_number(value: str) -> bool:
    try:
        float(value.replace(",", "."))
    except ValueError:
        return False
    return True


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _escaped(value: str) -> str:
    return value.replace("'", "''")
