"""What must hold of the tables of any shop, whatever its files have or lack."""

from .fuzzed_files import line_count

INPUTS = ("purchases", "ratings", "products", "customers")
CHEAP = (
    "settings: {min_customers_per_product: 1, bootstrap_resamples: 20, hybrid_training_folds: 1, "
    "rating_models: svd, recommenders: 'bought_together, svd, ease, item_knn, content'}"
)
"""Settings with which a small shop is built in seconds."""


def assert_sound(ask, files):
    for name in INPUTS:
        audited = ask("select coalesce(sum(rows), 0) from marts.input_audit where source = ?", name)
        assert audited == [(line_count(files, name),)], name
    bought = """
        exists (
            select 1 from marts.purchases as bought
            where bought.customer_id = listed.customer_id
                and bought.product_id = listed.product_id
        )
    """
    for wrong in (
        f"list_type = 'discover' and {bought}",
        f"list_type = 'buy_again' and not {bought}",
    ):
        sql = f"select * from marts.recommendations as listed where {wrong}"  # noqa: S608
        assert ask(sql) == [], wrong
    # ranks from 1 without gaps, each product once, at most ten
    assert (
        ask("""
        select customer_id, list_type from marts.recommendations group by all
        having min(rank) <> 1 or max(rank) <> count(*) or count(distinct rank) <> count(*)
            or count(distinct product_id) <> count(*) or count(*) > 10
        """)
        == []
    )
    assert (
        ask("""
        select product_id from marts.recommendations where probability not between 0 and 1
            or reason is null or product_id not in (
                select product_id from marts.products where is_recommendable
            )
        """)
        == []
    )
    assert (
        ask("""
        select * from marts.model_metrics
        where not isfinite(value) or value < 0 or ci_low > ci_high or customers < 1
            or (metric not in ('novelty', 'revenue') and value > 1)
        """)
        == []
    )
