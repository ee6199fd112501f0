"""Customers whose lists are explained: an id that nobody has stops the build, by name."""

import duckdb
import pytest


@pytest.fixture(scope="module")
def audited(project):
    """Return a function that gives the keys of the customers whom settings audit."""
    [node] = [node for node in project.models if node["name"] == "int_audited_customers"]

    def keys(ids, customers=("00123", "o'hara", "a b")):
        with duckdb.connect() as connection:
            connection.execute(
                "attach ':memory:' as recsys; use recsys; create schema intermediate"
            )
            connection.execute(
                "create schema staging; create table staging.stg_settings as "
                "select 0 as audit_customers, $1::varchar as audit_customer_ids",
                [ids],
            )
            connection.execute(
                "create table intermediate.int_customers as select n::integer as customer_key, "
                "$1[n] as customer_id, 7::ubigint as customer_hash from range(1, 1 + $2) as r (n)",
                [list(customers), len(customers)],
            )
            connection.execute("attach ':memory:' as recsys_inputs")
            connection.execute(
                "create macro recsys_inputs.main.is_forgotten(id) as id = 'forgotten one'"
            )
            connection.execute(
                "create table intermediate.int_customer_arms (customer_key integer, arm varchar)"
            )
            connection.execute(
                "create table intermediate.int_customer_merges "
                "(customer_id varchar, merged_into varchar)"
            )
            return [key for (key,) in connection.execute(node["compiled_code"]).fetchall()]

    return keys


def test_ids_are_taken_as_they_are(audited):
    assert sorted(audited("00123, o'hara,a b")) == [1, 2, 3]
    assert audited(None) == audited(" , ") == []


def test_who_was_forgotten_is_nobody_and_stops_no_build(audited):
    assert audited("00123,forgotten one") == [1]


@pytest.mark.parametrize(("wrong", "nearest"), [("123", "00123"), ("O'Hara", "o'hara")])
def test_an_id_that_is_none_is_named_with_the_one_most_like_it(audited, wrong, nearest):
    with pytest.raises(duckdb.Error) as raised:
        audited(f"00123, {wrong}")
    assert (
        f"setting audit_customer_ids names '{wrong}', which is no customer of the shop; the id "
        f"most like it is '{nearest}'"
    ) in str(raised.value)


def test_a_shop_without_customers_has_nobody_to_audit(audited):
    assert audited(None, customers=()) == []
    with pytest.raises(duckdb.Error, match=r"names 'x', which is no customer of the shop$"):
        audited("x", customers=())
