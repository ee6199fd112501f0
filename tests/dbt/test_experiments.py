"""A shop with an experiment: who gets which lists, and that builds keep it so."""

import hashlib

import pytest

SETTINGS = {
    "control_share": 0.3,
    "challenger_share": 0.3,
    "challenger": "ease",
    "experiment_started_on": "2024-05-03",
    # held out, so that there is nothing to explain; and a product that is listed for its text
    "audit_customer_ids": "O'Hara",
    "recommend_new_products": 1,
}
SERVED = [
    *("recommendations", "predicted_ratings", "customer_preferences", "product_audiences"),
    "replenishment",
    *("recommendation_audit", "recommendation_details"),
]


def arm_of(customer_id: str) -> str:
    """Return the arm by the documented hash, by Python's own MD5."""
    digest = hashlib.md5(f"lists:{customer_id}".encode(), usedforsecurity=False).hexdigest()
    bucket = int(digest[:13], 16) / 16**13
    return "control" if bucket < 0.3 else "challenger" if bucket >= 0.7 else "champion"


@pytest.fixture(scope="module")
def ask(builder, tiny_shop):
    """Return a function that asks the tiny shop, whose last 28 days are an experiment."""
    return builder.ask(builder.run(tiny_shop, variables=SETTINGS))


def test_everyone_is_in_the_arm_that_the_hash_says(ask):
    groups = dict(ask("select customer_id, arm from marts.experiment_groups"))
    assert len(groups) == 14
    assert groups == {customer_id: arm_of(customer_id) for customer_id in groups}
    counts = dict(ask("select arm, customers from marts.experiment_arms"))
    assert counts == {arm: list(groups.values()).count(arm) for arm in set(groups.values())}


@pytest.mark.parametrize("table", SERVED)
def test_nothing_is_served_of_the_control_group(ask, table):
    served = {one for (one,) in ask(f"select distinct customer_id from marts.{table}")}  # noqa: S608
    # the tiny shop is too small for the probabilities that audiences need
    both = set() if table == "product_audiences" else {"champion", "challenger"}
    assert {arm_of(one) for one in served} == both


def test_lists_of_each_arm_are_by_its_recommender(ask):
    champions = dict(ask("select list_type, recommender from marts.champions"))
    rows = ask("select distinct customer_id, list_type, recommender from marts.recommendations")
    own_lists = {"champion": 0, "challenger": 0}
    for customer_id, list_type, recommender in rows:
        own = {"champion": champions[list_type], "challenger": "ease"}[arm_of(customer_id)]
        # what fills lists up, new products, and customers with a profile and no history
        own_lists[arm_of(customer_id)] += recommender == own
        assert recommender in {own, "popularity", "content", "profile"}
    assert all(own_lists.values())


def test_purchases_since_the_first_day_are_compared(ask):
    """By hand from the mart of purchases."""
    days = ask("select distinct cast(from_day as varchar), days from marts.uplift")
    assert days == [("2024-05-03", 28)]
    bought = ask("""
        select customer_id, count(distinct order_id)
        from marts.purchases as purchases
        where not is_return and purchased_at >= '2024-05-03' and exists (
            from marts.purchases as earlier
            where earlier.customer_id = purchases.customer_id
                and cast(earlier.purchased_at as date) < cast(purchases.purchased_at as date)
        )
        group by customer_id
    """)
    [(value, customers)] = ask(
        "select baseline_value, baseline_customers from marts.uplift "
        "where baseline = 'control' and arm = 'champion' and metric = 'orders'"
    )
    of_control = [orders for customer_id, orders in bought if arm_of(customer_id) == "control"]
    assert of_control
    assert value == pytest.approx(sum(of_control) / customers, abs=1e-6)
    assert {row[0] for row in ask("select distinct verdict from marts.uplift")} == {"too few"}


LINES = "c,p,t\n" + "".join(
    f"{customer},{product},2024-0{month}-1{day}\n"
    for customer in ("ann", "bob", "cat", "dan", "eve", "fay")
    for month in (1, 2, 3)
    for day, product in enumerate(("tea", "jam", "oil"))
)
COLUMNS = {
    "ratings alone": ("ratings", "{customer_id: c, product_id: p, rated_at: t, rating: '1'}"),
    "no prices": ("purchases", "{customer_id: c, product_id: p, purchased_at: t}"),
    "nobody is named": ("purchases", "{customer_id: 'null', product_id: p, purchased_at: t}"),
    "one customer": ("purchases", "{customer_id: \"'ann'\", product_id: p, purchased_at: t}"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COLUMNS)
def test_shops_with_little_in_them_have_experiments_too(builder, name):
    """The read-out says that nothing can be said yet, whatever is missing."""
    source, columns = COLUMNS[name]
    shop = f"name: little\n{source}:\n  path: lines.csv\n  columns: {columns}\n"
    settings = "settings: {min_customers_per_product: 1, control_share: 0.5}\n"
    ask = builder.ask(builder.run({"shop.yml": shop + settings, "lines.csv": LINES}))
    held_out = ask("select customer_id from marts.experiment_groups where arm = 'control'")
    served = ask("select distinct customer_id from marts.recommendations")
    assert not set(held_out) & set(served)
    customers = ask("select count(*) from marts.customers")
    assert customers == ask("select count(*) from marts.experiment_groups")
    assert ask("select sum(customers) from marts.experiment_arms") == customers
    rows = ask("select metric, difference is null, ci_low, verdict from marts.uplift")
    assert {row[0] for row in rows} == {"orders", "buyers"}
    assert {row[2:] for row in rows} == {(None, "not begun")}
