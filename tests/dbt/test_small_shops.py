"""Shops with hardly anything in them: each builds, with lists as full as they can be.

Where nothing can be judged, nothing is: the metrics are empty and the champions say why.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from recsys.errors import RecsysError, ShopFileError
from recsys.storage.work_folder import unpublished

PURCHASES = """
name: small
purchases:
  path: lines.csv
  columns: {customer_id: c, product_id: p, purchased_at: t}
"""
RATINGS = """
ratings:
  path: ratings.csv
  columns: {customer_id: c, product_id: p, rating: r, rated_at: t}
"""
SETTINGS = "settings: {min_customers_per_product: 1}\n"
NOT_JUDGED = "no past fold could be judged"


def day(number: int) -> str:
    return (date(2024, 1, 1) + timedelta(days=number)).isoformat()


def csv(heads: str, rows: list[str]) -> str:
    return "\n".join([heads, *rows, ""])


@pytest.fixture
def shop(builder) -> Callable:
    """Return a function that builds a shop of purchase lines and returns its query."""

    def built(lines: list[str], **more: str):
        files = {"shop.yml": PURCHASES + SETTINGS, "lines.csv": csv("c,p,t", lines)}
        files |= {name.replace("_", "."): text for name, text in more.items()}
        return builder.ask(builder.run(files))

    return built


def listed(ask) -> dict:
    """Return the listed products by list type and customer, in their order."""
    rows = ask("""
        select list_type, customer_id, list(product_id order by rank)
        from marts.recommendations group by all
    """)
    return {(list_type, customer): products for list_type, customer, products in rows}


def assert_nothing_judged(ask):
    assert ask("select count(*) from marts.model_metrics") == [(0,)]
    assert ask("select count(*) from marts.preference_metrics") == [(0,)]
    assert ask("select count(*) from marts.rating_metrics where fold <> 'serving'") == [(0,)]
    rows = ask("select value, baseline, difference, why from marts.champions")
    assert set(rows) == {(None, None, None, NOT_JUDGED)}


def test_a_single_line(builder):
    """Built by dbt: whatever it makes of tables without rows."""
    lines = csv("c,p,t", ["0007,x,2024-01-01"])
    ask = builder.ask(builder.build({"shop.yml": PURCHASES + SETTINGS, "lines.csv": lines}))
    assert listed(ask) == {("buy_again", "0007"): ["x"], ("next_basket", "0007"): ["x"]}
    assert_nothing_judged(ask)
    assert ask("select fold from intermediate.int_folds") == [("serving",)]
    assert ask("select customers, products from marts.run_history") == [(1, 1)]
    # what was bought comes once more; nobody says what was paid, and there are no categories
    assert ask("""
        select level, product_id, expected_buyers, buyers_low, expected_quantity, expected_revenue
        from marts.expected_demand
    """) == [("product", "x", 1.0, None, 1.0, None)]
    assert ask("select count(*) from marts.demand_metrics") == [(0,)]


def test_a_single_customer(shop):
    ask = shop([f"only,p{number * number % 7},{day(number * 5)}" for number in range(30)])
    lists = listed(ask)
    assert {len(products) for products in lists.values()} == {4}  # 0, 1, 2 and 4
    assert set(lists) == {("buy_again", "only"), ("next_basket", "only")}
    rows = ask("select distinct list_type, customers, ci_low from marts.model_metrics")
    # one customer has no spread, hence no interval
    assert {row[1:] for row in rows} == {(1, None)}
    assert {row[0] for row in rows} == {"buy_again", "next_basket"}


def test_a_single_product(shop):
    ask = shop([f"c{number % 6},x,{day(number * 3)}" for number in range(40)])
    lists = listed(ask)
    assert len(lists) == 2 * 6
    assert all(products == ["x"] for products in lists.values())
    assert ask("select count(*) from marts.bought_together") == [(0,)]
    assert ask("select count(*) from marts.similar_products") == [(0,)]
    assert ask("select count(*) from marts.customer_preferences") == [(0,)]


def test_a_single_day(shop):
    pairs = [(c, p) for c in range(5) for p in range(6) if (c + p) % 3]
    ask = shop([f"c{c},p{p},2024-02-29" for c, p in pairs])
    lists = listed(ask)
    for c in range(5):
        had = {f"p{p}" for customer, p in pairs if customer == c}
        assert set(lists["buy_again", f"c{c}"]) == had
        assert set(lists["discover", f"c{c}"]) == {f"p{p}" for p in range(6)} - had
        assert len(lists["next_basket", f"c{c}"]) == 6
    assert_nothing_judged(ask)
    rows = ask("select distinct fold, how, ratings from marts.rating_metrics")
    assert rows == [("serving", "random_20", round(len(pairs) / 5))]


def test_preferences_need_no_customer_file(builder):
    """Even customers buy tea every week, odd ones jam; of nobody anything else is known."""
    lines = [
        f"c{c},{'jam' if c % 2 else 'tea'}{week % 3},{day(week * 7 + c % 5)}"
        for c in range(20)
        for week in range(16)
    ]
    goods = [f"{name}{n},{name}" for name in ("tea", "jam") for n in range(3)]
    yml = PURCHASES + "products: {path: goods.csv, columns: {product_id: p, category: k}}\n"
    files = {"lines.csv": csv("c,p,t", lines), "goods.csv": csv("p,k", goods)}
    ask = builder.ask(builder.run({"shop.yml": yml + SETTINGS} | files))
    rows = ask("select customer_id, category, basis from marts.customer_preferences where rank = 1")
    assert len(rows) == 20
    for customer, category, basis in rows:
        assert (category, basis) == ("jam" if int(customer[1:]) % 2 else "tea", "history")
    [(ours, base)] = ask("""
        select max(value) filter (where model = 'classifier'),
            max(value) filter (where model = 'base_rate')
        from marts.preference_metrics where metric = 'log_loss' and segment = 'all'
    """)
    assert ours < base
    assert ask("select count(*) from marts.preference_metrics where segment = 'cold'") == [(0,)]


def test_customers_and_products_that_nobody_knows_enough_of(shop):
    """With the usual five customers per product there is no catalogue, and it is said why."""
    ask = shop(["a,x,2024-01-01", "b,y,2024-06-01"], shop_yml=PURCHASES)
    assert listed(ask) == {}
    rows = ask("select distinct is_recommendable, why_not from marts.products")
    assert rows == [(False, "bought by too few customers")]
    assert_nothing_judged(ask)


def test_nobody_in_particular_and_nothing_paid(shop):
    """Lines without a customer make no list; lines that cost nothing make no interest."""
    with_price = PURCHASES.replace("t}", "t, unit_price: price}") + SETTINGS
    lines = csv("c,p,t,price", [",x,2024-01-01,1", "b,y,2024-02-01,0", ",x,2024-04-01,2"])
    ask = shop([], shop_yml=with_price, lines_csv=lines)
    assert listed(ask) == {}
    assert ask("select customer_id, orders from marts.customers") == [("b", 1)]
    assert ask("select product_id, orders from marts.products order by 1") == [("x", 2), ("y", 0)]


def test_dates_and_numbers_as_text_and_as_they_come(shop):
    with_quantity = PURCHASES.replace("t}", "t, quantity: q, amount: a}") + SETTINGS
    rows = [
        "00123,ключ,2024-01-01 10:30:00,NaN,1",
        "00123,ключ,2024-01-01T10:30:00,1.5,3",
        "nan,ключ,2024-03-01,-2,-4",
        '"Zoë ""Z"" O\'Neil",007,2024-05-01,1,',
        "NULL,007,01/02/2024,1,1",
        "00123,007,2024-05-01,inf,1",
        ",007,2024-05-02,1,NaN",
        "back,007,2024-05-03,-1,-2",
    ]
    ask = shop([], shop_yml=with_quantity, lines_csv=csv("c,p,t,q,a", rows))
    assert ask("""
        select customer_id, product_id, quantity, amount::double, unit_price::double, is_return
        from marts.purchases order by purchased_at
    """) == [
        ("00123", "ключ", 1.5, 3, 2, False),
        (None, "ключ", -2, -4, 2, True),
        ('Zoë "Z" O\'Neil', "007", 1, None, None, False),
        ("back", "007", -1, -2, 2, True),
    ]
    assert ("discover", "back") not in listed(ask)  # what came back isn't new to the customer
    assert ask("select row_number, reason from marts.rejected_rows order by 1") == [
        (1, "unreadable_quantity"),
        (5, "ambiguous_purchased_at"),  # nothing shows whether day or month comes first
        (6, "unreadable_quantity"),
        (7, "unreadable_price"),
    ]


def test_ratings_only(builder):
    """Even customers love even products and loathe odd ones, and the other way round."""
    told = {
        (c, p): 5 if c % 2 == p % 2 else 1
        for c in range(12)
        for p in range(12)
        if (c + p) % 6 not in {c % 3, 3}
    }
    rows = [f"c{c},p{p},{r},{day((c * 7 + p * 5) % 100)}" for (c, p), r in told.items()]
    rows += ["c0,p0,9,2024-01-01", "c0,p1,good,2024-01-01"]  # off the scale, and no number
    yml = "name: rated\n" + RATINGS + SETTINGS
    files = {"shop.yml": yml, "ratings.csv": csv("c,p,r,t", rows)}
    listed_models = {"recommenders": "svd, nmf, knn"}
    ask = builder.ask(builder.run(files, variables=listed_models))
    built = ask("select distinct recommender from marts.predicted_ratings order by 1")
    assert built == [("knn",), ("nmf",), ("svd",)]
    others = ask("select count(*) from recommenders.rec_mean_imputed_svd")
    assert others == [(0,)]

    lists = listed(ask)
    assert {list_type for list_type, _ in lists} == {"discover"}
    for c in range(12):
        unknown = {f"p{p}" for p in range(12) if (c, p) not in told}
        assert set(lists["discover", f"c{c}"]) == unknown
    assert ask("select distinct is_implied from marts.ratings") == [(False,)]
    assert ask("select count(*) from marts.expected_demand") == [(0,)]
    assert ask("select count(*) from marts.demand_backtest") == [(0,)]
    assert ask("select reason, count(*) from marts.rejected_rows group by 1 order by 1") == [
        ("rating_off_scale", 1),
        ("unreadable_rating", 1),
    ]
    verbs = ask("select distinct contains(reason, 'bought') from marts.recommendations")
    assert verbs == [(False,)]
    assert ask("select count(*) > 0 from marts.rating_metrics") == [(True,)]
    # what is loved and what is loathed can be told from the ratings: these models must find it
    rows = ask("""
        select recommender, avg(predicted_rating) filter (where own_taste)
            - avg(predicted_rating) filter (where not own_taste)
        from (
            select *, customer_id[2:]::int % 2 = product_id[2:]::int % 2 as own_taste
            from marts.predicted_ratings
        ) group by 1
    """)
    ahead = dict(rows)
    assert ahead["svd"] > 0  # of a hundred ratings it learns next to nothing
    assert min(ahead["nmf"], ahead["knn"]) > 1


def test_ratings_without_a_time_serve_but_can_t_be_judged(builder):
    yml = "name: rated\n" + RATINGS.replace(", rated_at: t", "") + SETTINGS
    told = [f"c{c},p{p},{1 + (c * p) % 5}" for c in range(8) for p in range(8) if (c + p) % 4]
    ask = builder.ask(builder.run({"shop.yml": yml, "ratings.csv": csv("c,p,r", told)}))
    assert {len(products) for products in listed(ask).values()} == {2}
    assert_nothing_judged(ask)
    # hiding each rating once needs no time
    rows = ask("select distinct fold, how, ratings from marts.rating_metrics")
    assert rows == [("serving", "cv5", len(told))]
    assert ask("select count(*) from marts.rating_metrics") == [(2 * 2,)]


def test_one_rating(builder):
    yml = "name: rated\n" + RATINGS + SETTINGS
    ask = builder.ask(builder.run({"shop.yml": yml, "ratings.csv": "c,p,r,t\na,x,4,2024-01-01\n"}))
    assert listed(ask) == {}
    assert ask("select customer_id, product_id, rating from marts.ratings") == [("a", "x", 4)]
    assert_nothing_judged(ask)


def test_purchases_and_ratings_with_lists_cut_short(builder):
    """A rating given counts instead of the implied one; limits are limits."""
    lines = [f"c{c},p{(c + j) % 5},{day(j * 9 + c)}" for c in range(8) for j in range(12)]
    rated = [f"c{c},p{p},{1 + (c + p) % 5},{day(c + p)}" for c in range(9) for p in range(9)]
    rated += ["c9,p0,5,2024-01-01", "c9,p1,5,2024-01-01"]
    settings = (
        "settings: {min_customers_per_product: 1, sold_within_days: 0, list_length: 2, "
        "candidates_per_customer: 3}\n"
    )
    ask = builder.ask(
        builder.run(
            {
                "shop.yml": PURCHASES + RATINGS + settings,
                "lines.csv": csv("c,p,t", lines),
                "ratings.csv": csv("c,p,r,t", rated),
            }
        )
    )
    rows = ask("""
        select rating, is_implied from marts.ratings where customer_id = 'c0' and product_id = 'p0'
    """)
    assert rows == [(1, False)]
    tables = ask("select table_name from duckdb_tables() where schema_name = 'recommenders'")
    for (table,) in tables:
        rows = ask(f"select count(*) from recommenders.{table} group by fold, customer_key, is_new")  # noqa: S608
        assert {count for (count,) in rows} <= {1, 2, 3}, table
    assert max(len(products) for products in listed(ask).values()) == 2
    # whoever only rated is a customer, too, and what was rated isn't new
    lists = listed(ask)
    assert len(lists["next_basket", "c9"]) == len(lists["discover", "c9"]) == 2
    assert set(lists["discover", "c9"]) <= {"p2", "p3", "p4"}


def test_nothing_usable_is_an_error_and_the_reasons_can_be_read(builder, tiny_database):
    """What the last build left stays: nobody is shown an empty list for a failed export."""
    lines = csv("c,p,t", ["a,x,yesterday", "b,,2024-01-01"])
    with pytest.raises(RecsysError, match="no purchase or rating can be used"):
        builder.build({"shop.yml": PURCHASES + SETTINGS, "lines.csv": lines}, onto=tiny_database)
    assert builder.database.read_bytes() == tiny_database.read_bytes()
    ask = builder.ask(unpublished(builder.database))
    assert ask("select row_number, reason from marts.rejected_rows order by 1") == [
        (1, "unreadable_purchased_at"),
        (2, "missing_product_id"),
    ]
    assert ask("select count(*) > 0 from marts.recommendations") == [(True,)]


def test_an_error_of_the_shop_file_comes_through_the_build_as_it_is(builder):
    with pytest.raises(ShopFileError) as caught:
        builder.build({"shop.yml": PURCHASES, "lines.csv": "c,p,t\n"})
    assert str(caught.value) == "purchases: no rows in 'lines.csv'"
    with pytest.raises(ShopFileError) as caught:
        builder.build(
            {"shop.yml": PURCHASES + "settings: {list_lenght: 5}", "lines.csv": "c,p,t\na,b,c\n"}
        )
    message = "settings: unknown setting 'list_lenght'; did you mean 'list_length'? (legal: "
    assert str(caught.value).startswith(message)
