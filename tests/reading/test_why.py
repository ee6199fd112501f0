"""Why a list holds a product: answers from public tables that were made by hand."""

import duckdb
import pytest

from recsys.errors import UnknownCustomerError, UnknownProductError
from recsys.reading.warehouse import Warehouse
from recsys.reading.why import NamedProduct, why
from recsys.reading.why_texts import DROPPED_BY

CHANGES = """
delete from marts.recommendations
where customer_id = '00123' and (product_id = 'P/3' or list_type = 'buy_again');
insert into marts.recommendation_audit by name
select '00123' as customer_id, 'next_basket' as list_type, 'P1' as product_id, 2 as candidate_rank,
    1 as rank, 'hybrid' as recommender, .5 as score, .5 as probability, false as is_new,
    'ease 1, mean_imputed_svd 12' as recommender_ranks,
    'orders of it: 2 (odds x3.0); its price: 4.5 (odds x0.50)' as moved_by
union all by name
select *, .0125 as probability, true as is_new, '' as moved_by
from (values ('00123', 'next_basket', 'P/3', 13, 'variants', 'P1'))
    as rows (customer_id, list_type, product_id, candidate_rank, dropped_by, in_its_place_id);
"""


@pytest.fixture
def shop(built):
    """Return a function that changes the shop and asks why."""

    def asked(customer_id, product_id, list_type=None, sql=CHANGES):
        with duckdb.connect(built) as writer:
            writer.execute(sql)
        with Warehouse(built) as warehouse:
            return why(warehouse, customer_id, product_id, list_type)

    return asked


def answers(found):
    return {one.list_type: one.answer for one in found.lists}


def test_all_of_a_product_that_is_listed_and_audited(shop):
    found = shop("00123", "P1", "next_basket")
    assert (found.title, found.orders, str(found.last_bought_on)) == (
        "Café [crème], 250 g",
        2,
        "2017-12-30",
    )
    assert (found.probability, found.is_audited, found.note) == (0.5, True, None)
    assert found.recommender_ranks == {"ease": 1, "mean_imputed_svd": 12}
    assert found.moved_by == ["orders of it: 2 (odds x3.0)", "its price: 4.5 (odds x0.50)"]
    [one] = found.lists
    assert (one.rank, one.listed, one.candidate_rank, one.dropped_by) == (1, 2, 2, None)
    assert (one.answer, one.recommender) == ("It is at place 1 of 2.", "hybrid")
    assert one.reason == 'often bought with Milk "fresh"'


def test_what_took_the_place_of_a_candidate(shop):
    found = shop("00123", "P/3")
    assert (found.probability, found.moved_by, found.recommender_ranks) == (0.0125, [], {})
    of_basket = next(one for one in found.lists if one.list_type == "next_basket")
    assert of_basket.answer == (
        "It is candidate 13 and isn't listed: a variant of it takes its place."
    )
    assert of_basket.in_its_place == NamedProduct("P1", "Café [crème], 250 g")
    # the audit has candidates of next_basket alone
    assert answers(found)["discover"] == "The list has no candidates."


UNNAMED = ("list_length", "variants", "not_sold_at_stores")
"""What leaves out without a setting of that name."""


@pytest.mark.parametrize("setting", DROPPED_BY)
def test_each_setting_that_leaves_a_candidate_out_is_explained(shop, setting):
    sql = CHANGES.replace("'variants'", f"'{setting}'")
    [one] = shop("00123", "P/3", "next_basket", sql).lists
    assert one.dropped_by == setting
    assert one.answer.endswith(f"isn't listed: {DROPPED_BY[setting]}.")
    assert setting in DROPPED_BY[setting] or setting in UNNAMED


def test_a_rule_is_named(shop):
    sql = CHANGES.replace("'variants'", "'rule no tea'")
    [one] = shop("00123", "P/3", "next_basket", sql).lists
    assert one.answer == "The rule 'no tea' keeps it out of the list."


def test_a_product_that_is_recommended_to_nobody(shop):
    """It is in the audience of its product: that says the probability."""
    found = shop("00123", "007")
    assert (found.is_recommendable, found.why_not) == (False, "no sale in 90 days")
    assert set(answers(found).values()) == {"It isn't recommended to anyone: no sale in 90 days."}
    assert (found.orders, found.probability, found.note) == (0, 0.03125, None)


def test_without_an_audit_it_says_what_is_known_and_how_to_learn_more(shop):
    """-5 has three products in each list, the last of them without a probability."""
    sql = "delete from marts.recommendations where product_id = 'P1'"
    found = shop("-5", "P1", sql=sql)
    assert found.note == (
        "This customer's candidates aren't kept. To keep and explain them, build with the setting "
        "audit_customer_ids: recsys build --set audit_customer_ids=-5"
    )
    assert answers(found) == {
        "discover": "It isn't among the 2 products of the list.",
        "buy_again": "The customer never bought it: this list holds only what was bought before.",
        "next_basket": "It isn't among the 2 products of the list.",
    }


def test_without_an_audit_it_says_which_rule_keeps_it_from_everyone(shop):
    sql = """
        delete from marts.recommendations where product_id = 'P1';
        update marts.products set why_not = 'in no list: left out by the rule no cards'
        where product_id = 'P1';
    """
    [one] = shop("-5", "P1", "discover", sql).lists
    assert one.answer == (
        "It isn't among the 2 products of the list. "
        "No list of any customer holds it: left out by the rule no cards."
    )


@pytest.mark.parametrize(
    ("customer_id", "said"),
    [
        ("x y", "recsys build --set 'audit_customer_ids=x y'"),
        ("o'hara", """recsys build --set 'audit_customer_ids=o'"'"'hara'"""),
        ("a,b", "build with a larger setting audit_customers."),
    ],
)
def test_what_to_type_is_right_for_ids_with_signs(shop, customer_id, said):
    sql = "insert into marts.customers (customer_id) values ('a,b')"
    assert shop(customer_id, "P1", sql=sql).note.endswith(said)


def test_the_last_product_of_the_list_is_compared(shop):
    """P2, of probability .25, is the last; P1's own is that of its audience."""
    sql = "delete from marts.recommendations where product_id in ('P1', 'P/3');"
    [one] = shop("-5", "P1", "discover", sql).lists
    assert one.answer == (
        "It isn't among the 1 product of the list, the last of which has the probability 0.2500."
    )
    sql = "update marts.product_audiences set product_id = 'P1', customer_id = '-5'"
    [one] = shop("-5", "P1", "discover", sql).lists
    assert one.answer.endswith("the probability 0.2500; its own is 0.0312.")


def test_what_was_bought_or_rated_is_not_new(shop):
    found = shop("00123", "P2", sql="delete from marts.recommendations where product_id = 'P2'")
    assert answers(found)["discover"] == (
        "It isn't new: this list holds only what the customer has neither bought nor rated, and "
        "the customer bought it in 1 order."
    )
    sql = """
        insert into marts.ratings by name
        select '-5' as customer_id, 'P2' as product_id, 4.5 as rating, false as is_implied
    """
    found = shop("-5", "P2", sql=sql)
    assert (found.orders, found.rating) == (0, 4.5)
    assert answers(found)["discover"].endswith("and the customer rated it 4.5.")


def test_a_size_that_counts_as_another_product(shop):
    """Its lists are the other's, and so is what was bought."""
    sql = "update marts.products set recommend_as = 'P1' where product_id = '007'"
    found = shop("00123", "007", "discover", sql)
    assert (found.product_id, found.counted_as, found.is_recommendable) == ("007", "P1", True)
    assert found.orders == 2
    assert answers(found) == {"discover": "It is at place 1 of 3."}


def test_a_product_that_is_no_candidate_of_an_audited_customer(shop):
    shop("00123", "P1")
    sql = """
        delete from marts.recommendation_audit where product_id = 'P1';
        delete from marts.recommendations where product_id = 'P1'
    """
    [one] = shop("00123", "P1", "next_basket", sql).lists
    assert one.answer == "It isn't among the 13 candidates of the list."


def test_a_product_that_the_customers_stores_don_t_sell(shop):
    """It was left out before candidates were ranked, so that it has no place among them."""
    sql = CHANGES.replace("13, 'variants'", "null, 'not_sold_at_stores'")
    [one] = shop("00123", "P/3", "next_basket", sql).lists
    assert one.answer == "It isn't listed: the customer's stores don't sell it."


def test_a_customer_without_lists(shop):
    found = shop("quiet", "P1")
    assert answers(found)["next_basket"] == "The list is empty: no product qualifies."


def test_ids_that_aren_t_there(shop):
    with pytest.raises(UnknownCustomerError, match=r"no customer '0123'.*'00123'"):
        shop("0123", "P1")
    with pytest.raises(UnknownProductError, match="no product 'P9'"):
        shop("00123", "P9")
