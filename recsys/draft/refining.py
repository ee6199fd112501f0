"""Refine columns by several of them together: money, currencies, returns, scales, guests."""

from __future__ import annotations

from recsys.draft.draft import MISSING, Draft, DraftSetting, DraftTable
from recsys.draft.guesses import ranked
from recsys.draft.list_prices import draft_list_price, take_what_was_paid
from recsys.draft.moments import add_clock, count_days
from recsys.draft.money import draft_money, mark_negative, restrict_currency
from recsys.draft.order_customers import check_customers
from recsys.draft.orders import draft_orders
from recsys.draft.ratings import draft_ratings
from recsys.draft.statuses import draft_outcomes
from recsys.draft.undone_parts import mark_undone_parts

GUEST_SHARE = 0.05
GUEST_TIMES = 10
"""A customer with so many times the lines of the second is likely nobody in particular."""


def refine_purchases(draft: Draft, table: DraftTable) -> None:
    """Refine the columns of purchases by what they say together."""
    take_what_was_paid(table)
    draft_money(table)
    draft_list_price(table)
    restrict_currency(table)
    _date_order(draft, table, "purchased_at")
    add_clock(table, "purchased_at")
    count_days(table)
    _anonymous(table)
    draft_orders(table)
    check_customers(table)
    draft_outcomes(table)
    mark_undone_parts(table)
    _guest(draft, table)
    mark_negative(table)


def refine_ratings(draft: Draft, table: DraftTable) -> None:
    """Refine the columns of ratings, and the scale."""
    draft_ratings(draft, table)
    _date_order(draft, table, "rated_at")
    add_clock(table, "rated_at")
    verified = ranked(table.profile.columns, "verified")
    if verified and draft.table("purchases") is None:
        draft.notes.append(
            f"ratings: '{verified[0].column.name}' marks ratings of verified purchases. To count "
            "these as purchases too, uncomment the block `purchases`"
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
