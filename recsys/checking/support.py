"""What the cleaned data is sufficient for: lists, recommenders, folds, evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb

from recsys.checking.cost import Cost, estimated
from recsys.checking.questions import Rows, ask, ask_one
from recsys.checking.recommenders import Verdict, verdicts

FEWEST_JUDGED = 100
"""Fewer judged customers hardly ever show a difference that isn't chance."""

FACTS = """
select
    settings.as_of,
    (select min(occurred_at) from intermediate.int_events) as first_at,
    (select max(occurred_at) from intermediate.int_events) as last_at,
    (select count(*) from staging.stg_purchases where reject_reason is null) as purchase_lines,
    (select count(*) from staging.stg_purchases where reject_reason is null and is_return)
        as return_lines,
    (select count(*) from staging.stg_purchases where reject_reason is null and customer_id is null)
        as anonymous_lines,
    (select count(distinct order_id) from staging.stg_purchases where reject_reason is null)
        as orders,
    (select count(*) from staging.stg_ratings where reject_reason is null) as ratings,
    (select count(*) from intermediate.int_interactions where fold = 'serving'
        and rating is not null and given_rating is null) as implied_ratings,
    (select count(*) from intermediate.int_customers) as customers,
    (select count(*) from intermediate.int_products) as products,
    settings.label_window_days, settings.judged_folds, settings.hybrid_training_folds,
    settings.min_customers_per_product, settings.sold_within_days, settings.min_baskets_together
from staging.stg_settings as settings
"""

CATALOGUE = """
select coalesce(why_not, 'in the catalogue') as products, count(*) as number
from intermediate.int_fold_products where fold = 'serving'
group by why_not order by why_not is not null, number desc, products
"""

CUSTOMERS = """
with known as (
    select customer_key, count(*) filter (where in_catalogue) as products,
        sum(orders) filter (where in_catalogue) as orders
    from intermediate.int_interactions where fold = 'serving' group by customer_key
)
select
    count(*) filter (where products >= 2) as with_several_products,
    count(*) filter (where products = 1) as with_one_product,
    (select count(*) from intermediate.int_customers) - count(*) filter (where products >= 1)
        as with_none,
    count(*) filter (where orders > products) as bought_again,
    median(products) filter (where products >= 1) as median_products
from known
"""

FOLDS = """
select fold, purpose, cutoff_at, label_until from intermediate.int_folds
where purpose <> 'serve' order by cutoff_at
"""

LONGER = """
select
    windows.days as label_window_days,
    count(distinct after.customer_key) as customers
from unnest([56, 91, 182, 365]) as windows (days)
cross join staging.stg_settings as settings
cross join (select max(occurred_at) as last_at from intermediate.int_events) as ends
left join (
    select customer_key, product_key, min(occurred_at) as first_at
    from intermediate.int_events where customer_key is not null group by all
) as after
    on after.first_at >= ends.last_at - windows.days * interval 1 day
    and exists (
        select 1 from intermediate.int_events as before
        where before.customer_key = after.customer_key
        and before.occurred_at < ends.last_at - windows.days * interval 1 day
    )
where windows.days > settings.label_window_days and windows.days * 2 < ?
group by windows.days order by windows.days
"""
"""Customers of before the last so many days, with something new in them: as `discover` judges."""

JUDGED = """
select folds.fold, lists.list_type, count(distinct finders.customer_id) as customers
from intermediate.int_folds as folds
cross join intermediate.int_list_types as lists
left join (
    select after.* from intermediate.int_labels as after
    semi join (
        select fold, customer_id from intermediate.int_fold_customers where has_hits
    ) as sampled using (fold, customer_id)
    where after.in_catalogue
) as finders
    on folds.fold = finders.fold and {relevant}
where folds.purpose = 'judge'
group by all
order by folds.fold, lists.list_type
"""
RELEVANT = (
    "((finders.is_new and lists.takes_new) or (not finders.is_new and lists.takes_bought"
    " and (finders.was_bought or lists.takes_new)))"
)
"""As the macro is_relevant."""


@dataclass
class Support:
    """What the data can carry."""

    lists: list[str]
    history_days: int
    folds_possible: int
    """Cut-offs with a whole label window after them and something before."""
    folds: Rows
    """fold, purpose, cutoff_at, label_until: those that a build makes."""
    judged: Rows
    """fold, list_type, customers that could be judged."""
    catalogue: Rows
    """products, number: those that may be recommended today, and why others may not."""
    customers: dict[str, Any]
    """How many have several products of the catalogue, one, none."""
    recommenders: list[Verdict]
    longer_windows: Rows
    """label_window_days, customers: about how many discover could judge with longer windows."""
    cost: Cost
    """About what the build takes."""
    only_popularity: list[str] = field(default_factory=list)
    """Where popularity is all that can be justified, and why."""


def supported(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, Any], Support]:
    """Return counts of what was read, and what they support."""
    facts = ask_one(connection, FACTS)
    first, last = facts["first_at"], facts["last_at"]
    days = (last.date() - first.date()).days + 1 if first and last else 0
    facts["history_days"] = days
    lists = [row["list_type"] for row in ask(connection, "from intermediate.int_list_types")]
    support = Support(
        lists=sorted(lists, key=["discover", "buy_again", "next_basket"].index),
        history_days=days,
        folds_possible=max(0, (days - 2) // facts["label_window_days"]) if days else 0,
        folds=ask(connection, FOLDS),
        judged=ask(connection, JUDGED.format(relevant=RELEVANT)),
        catalogue=ask(connection, CATALOGUE),
        customers=ask_one(connection, CUSTOMERS),
        recommenders=[],
        longer_windows=ask(connection, LONGER, days),
        cost=estimated(connection),
    )
    support.recommenders = verdicts(connection, facts, support.customers)
    support.only_popularity = only_popularity(facts, support)
    return facts, support


def only_popularity(facts: dict[str, Any], support: Support) -> list[str]:
    """Say where nothing better than popularity can be justified."""
    said = []
    listed = next(
        (row["number"] for row in support.catalogue if row["products"] == "in the catalogue"), 0
    )
    if listed == 0:
        said.append("no product is in today's catalogue: every list is empty")
    if not facts["customers"]:
        said.append(
            "no line says who bought: nothing is personal, and there are no lists for customers. "
            "popular_products, bought_together and similar_products count orders"
        )
    none, one = support.customers["with_none"], support.customers["with_one_product"]
    total = facts["customers"]
    if none and total:
        said.append(
            f"{none:,} of {total:,} customers ({100 * none / total:.0f} %) have nothing in the "
            "catalogue: they get what is popular, or what their profile says"
        )
    if one and total:
        said.append(
            f"{one:,} customers ({100 * one / total:.0f} %) have one product only: little more can "
            "be said of them than what goes with it"
        )
    if facts["anonymous_lines"] and total:
        said.append(
            f"lines without a customer ({facts['anonymous_lines']:,}) count for popularity and for "
            "what is bought together, for nobody's lists"
        )
    if not support.folds:
        window = facts["label_window_days"]
        said.append(
            f"the history of {support.history_days:,} days has no past fold of {window} days: "
            "nothing can be judged"
            + (", and every list is served by popularity or habit, unproven" if total else "")
            + " (setting label_window_days)"
        )
    few = [row for row in support.judged if row["customers"] < FEWEST_JUDGED]
    if few:
        lists = ", ".join(f"{row['list_type']} ({row['customers']:,})" for row in few)
        said.append(
            f"{lists}: of fewer than {FEWEST_JUDGED} judged customers hardly any difference is "
            "more than chance, so a simple recommender is likely to serve"
            + _with_longer_windows(support.longer_windows)
        )
    return said


def _with_longer_windows(windows: Rows) -> str:
    if not windows:
        return ""
    counts = ", ".join(f"{row['label_window_days']} ({row['customers']:,})" for row in windows)
    return f". With label_window_days at {counts} customers had something new to find"
