"""How good the list of each judged customer was: NDCG@10 and hits of what serves a list."""

from __future__ import annotations

from recsys.report.source import Row, Source

NEEDED = (
    "intermediate.int_held_out",
    "intermediate.int_list_types",
    "intermediate.int_fold_customers",
    "intermediate.int_ranked_lists",
    "intermediate.int_folds",
)
"""Published for recomputing metrics (docs/evaluation.md); an older file may lack them."""

RELEVANT = """
    relevant as (
        select held_out.customer_id, held_out.product_id
        from intermediate.int_held_out as held_out
        inner join intermediate.int_list_types as types on types.list_type = $list_type
        semi join intermediate.int_fold_customers as ranked_for
            on held_out.fold = ranked_for.fold and held_out.customer_id = ranked_for.customer_id
        where
            held_out.fold = $fold
            and case when held_out.is_new then types.takes_new
                else types.takes_bought and (held_out.was_bought or types.takes_new) end
    ),
    listed as (
        select customer_id, product_id, rank
        from intermediate.int_ranked_lists
        where fold = $fold and recommender = $recommender and list_type = $list_type and rank <= 10
    )
"""
"""What each judged customer's list could have found, and what stood in it."""

JUDGED = """
    ideals as (
        select
            customer_id, count(*) as relevant,
            list_sum([1 / log2(n + 1) for n in range(1, least(10, count(*)) + 1)]) as dcg
        from relevant
        group by customer_id
    ),
    gains as (
        select listed.customer_id, count(*) as hits, sum(1 / log2(listed.rank + 1)) as dcg
        from relevant
        inner join listed using (customer_id, product_id)
        group by listed.customer_id
    ),
    judged as (
        select
            ideals.customer_id, ideals.relevant, coalesce(gains.hits, 0) as hits,
            coalesce(gains.dcg, 0) / ideals.dcg as ndcg
        from ideals
        left join gains using (customer_id)
    )
"""
"""The NDCG@10 of each judged customer, as docs/evaluation.md recomputes it."""


def hits(source: Source, list_type: str) -> list[Row]:
    """Return how many judged customers had no, one, two hits and so on in their ten products."""
    return source.rows(
        f"with {RELEVANT}, {JUDGED} "  # noqa: S608 - of this module
        "select hits, count(*) as customers from judged group by hits order by hits",
        **_asked(source, list_type),
    )


def extremes(source: Source, list_type: str, each: int, fewest: int) -> list[Row]:
    """Return the best and the worst predicted customers, at most `each` of both.

    Of customers with at least `fewest` relevant products. Of equal ones those with more of them
    come first: a perfect list is harder for them, and an empty one worse.
    """
    return source.rows(
        f"""
        with {RELEVANT}, {JUDGED},
        ranked as (
            select
                *,
                row_number() over (order by ndcg desc, relevant desc, customer_id) as from_best,
                row_number() over (order by ndcg, relevant desc, customer_id) as from_worst
            from judged
            where relevant >= $fewest and customer_id in (select customer_id from listed)
        )
        select customer_id, relevant, hits, ndcg, from_best <= from_worst as is_best
        from ranked
        where from_best <= $each or from_worst <= $each
        order by is_best desc, if(is_best, from_best, from_worst)
        """,  # noqa: S608 - of this module
        each=each,
        fewest=fewest,
        **_asked(source, list_type),
    )


def listed(source: Source, list_type: str, customer_id: str) -> list[Row]:
    """Return a judged customer's list with titles, and which of it were hits."""
    return source.rows(
        f"""
        with {RELEVANT}
        select
            listed.rank, coalesce(products.title, listed.product_id) as title, products.category,
            relevant.product_id is not null as is_hit
        from listed
        left join relevant using (customer_id, product_id)
        left join marts.products as products on listed.product_id = products.product_id
        where listed.customer_id = $customer_id
        order by listed.rank
        """,  # noqa: S608 - of this module
        customer_id=customer_id,
        **_asked(source, list_type),
    )


def missed(source: Source, list_type: str, customer_id: str, shown: int) -> list[Row]:
    """Return what a judged customer bought that wasn't in the list; `others` counts the rest."""
    return source.rows(
        f"""
        with {RELEVANT}
        select
            coalesce(products.title, relevant.product_id) as title, products.category,
            count(*) over () - $shown as others
        from relevant
        anti join listed
            on
                relevant.customer_id = listed.customer_id
                and relevant.product_id = listed.product_id
        left join marts.products as products on relevant.product_id = products.product_id
        where relevant.customer_id = $customer_id
        order by products.customers desc nulls last, relevant.product_id
        limit $shown
        """,  # noqa: S608 - of this module
        customer_id=customer_id,
        shown=shown,
        **_asked(source, list_type),
    )


def known(source: Source, customer_id: str, shown: int) -> list[Row]:
    """Return what a customer had bought most often before the cut-off; `others` counts the rest."""
    return source.rows(
        """
        select
            coalesce(any_value(products.title), purchases.product_id) as title,
            any_value(products.category) as category,
            count(distinct coalesce(purchases.order_id, cast(purchases.purchased_at as varchar)))
                as orders,
            count(*) over () - $shown as others
        from marts.purchases as purchases
        left join marts.products as products on purchases.product_id = products.product_id
        where
            purchases.customer_id = $customer_id
            and not coalesce(purchases.is_return, false)
            and purchases.purchased_at < (
                select cutoff_at from intermediate.int_folds where fold = $fold
            )
        group by purchases.product_id
        order by orders desc, max(purchases.purchased_at) desc, purchases.product_id
        limit $shown
        """,
        customer_id=customer_id,
        shown=shown,
        fold=source.fold,
    )


def _asked(source: Source, list_type: str) -> dict[str, object]:
    return {
        "fold": source.fold,
        "list_type": list_type,
        "recommender": source.champions[list_type],
    }
