"""Customers who aren't known, and many customers at once."""

import duckdb
import pytest

MANY = "/customers/recommendations"


def test_popular_products_stand_in_where_asked_and_say_so(client):
    path = "/customers/nobody/recommendations"
    assert client.get(path).status_code == 404
    assert "fallback=popular" in client.get(path).json()["detail"]
    answer = client.get(f"{path}?fallback=popular").json()
    assert (answer["known"], answer["fallback"], answer["stored"]) == (False, "popular", {})
    assert answer["note"] == "No such customer: these are popular products."
    assert [
        (row["list_type"], row["rank"], row["product_id"], row["recommender"])
        for row in answer["recommendations"]
    ] == [("popular", 1, "P1", "popular_products"), ("popular", 2, "P2", "popular_products")]


def test_popular_products_pass_the_filters(client):
    path = "/customers/nobody/recommendations?fallback=popular"
    one = client.get(f"{path}&exclude=P1&k=1").json()["recommendations"]
    assert [row["product_id"] for row in one] == ["P2"]


def test_a_known_customer_gets_no_fallback(client):
    answer = client.get("/customers/00123/recommendations?fallback=popular").json()
    assert (answer["known"], answer["fallback"]) == (True, None)
    assert {row["list_type"] for row in answer["recommendations"]} == {
        "discover",
        "buy_again",
        "next_basket",
    }


@pytest.fixture
def experiment(built):
    """Run an experiment in which quiet, who has no list, is held out."""
    with duckdb.connect(built) as connection:
        connection.execute("""
            create view marts.experiment_groups as
            select
                customer_id,
                case when customer_id = 'quiet' then 'control' else 'champion' end as arm
            from marts.customers
        """)


@pytest.mark.usefixtures("experiment")
def test_who_is_held_out_gets_no_lists_and_popular_products_where_asked(client):
    path = "/customers/quiet/recommendations"
    answer = client.get(path)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["known"], told["held_out"], told["fallback"]) == (True, True, None)
    assert (told["recommendations"], told["stored"]) == ([], {})
    assert told["note"] == "No lists are made for the control group."
    told = client.get(f"{path}?fallback=popular").json()
    assert (told["known"], told["held_out"], told["fallback"]) == (True, True, "popular")
    assert told["note"] == "No lists are made for the control group: these are popular products."
    assert [row["product_id"] for row in told["recommendations"]] == ["P1", "P2"]
    many = client.post(MANY, {"customer_ids": ["quiet", "00123", "zz"]}).json()
    assert many["unknown"] == 1
    assert [one["held_out"] for one in many["results"]] == [True, False, False]
    assert 'total{answer="popular"} 0.0' in client.get("/metrics").text


def test_without_an_experiment_nobody_is_held_out(client):
    told = client.get("/customers/quiet/recommendations?fallback=popular").json()
    assert (told["known"], told["held_out"], told["fallback"]) == (True, False, None)


def test_slips_are_still_seen_in_the_server_s_numbers(client):
    for path in ("123/recommendations", "123/recommendations?fallback=popular"):
        client.get(f"/customers/{path}")
        client.get(f"/customers/{path}")
    client.post(MANY, {"customer_ids": ["00123", "123", "124"], "fallback": "popular"})
    numbers = client.get("/metrics").text
    assert 'recsys_unknown_customers_total{answer="unknown"} 2.0' in numbers
    assert 'recsys_unknown_customers_total{answer="popular"} 4.0' in numbers


def test_many_customers_are_answered_in_the_order_asked(client):
    answer = client.post(
        MANY, {"customer_ids": ["a/b", "zz", "00123", "a/b"], "list_type": "discover", "k": 1}
    ).json()
    assert answer["unknown"] == 1
    assert [
        (one["customer_id"], one["known"], len(one["recommendations"])) for one in answer["results"]
    ] == [("a/b", True, 1), ("zz", False, 0), ("00123", True, 1)]
    assert answer["run_id"] == "run-2"


def test_one_of_many_is_what_is_answered_alone(client):
    many = client.post(MANY, {"customer_ids": ["кот", "50%"], "category": ["DAIRY"]}).json()
    for one in many["results"]:
        [path] = [f"/customers/{one['customer_id'].replace('%', '%25')}/recommendations"]
        alone = client.get(f"{path}?category=DAIRY").json()
        build = {name: alone[name] for name in ("run_id", "generated_at")}
        assert alone == {**build, **one}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"customer_ids": []},
        {"customer_ids": "00123"},
        {"customer_ids": [123]},
        {"customer_ids": [str(at) for at in range(101)]},
        {"customer_ids": ["x" * 201]},
        {"customer_ids": ["00123"], "k": 0},
        {"customer_ids": ["00123"], "k": 101},
        {"customer_ids": ["00123"], "k": "3"},
        {"customer_ids": ["00123"], "k": True},
        {"customer_ids": ["00123"], "k": 2.5},
        {"customer_ids": ["00123"], "price_max": False},
        {"customer_ids": ["00123"], "list": "discover"},
        {"customer_ids": ["00123"], "list_type": "popular"},
        {"customer_ids": ["00123"], "price_min": -1},
        {"customer_ids": ["00123"], "in_stock": "yes"},
        {"customer_ids": ["00123"], "fallback": "nothing"},
        [],
        None,
    ],
)
def test_bodies_that_make_no_sense_are_refused(client, body):
    answer = client.post(MANY, body)
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"customer_ids": ["\\ud800"]}',
        b'{"customer_ids": ["1"], "\\ud800": 1}',
        b'{"customer_ids": ["1"], "price_min": NaN}',
        b'{"customer_ids": ["1"], "k": 1e999}',
        b'{"customer_ids": ["1"], "k": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_what_makes_no_sense_as_json_is_refused(client, body):
    told = {"Content-Type": "application/json"}
    answer = client.request("POST", MANY, content=body, headers=told)
    assert answer.status_code in {400, 422}
    assert answer.json()["detail"]


def test_a_body_that_isn_t_told_to_be_json_is_refused_with_the_header_to_send(client):
    told = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.request("POST", MANY, content=b'{"customer_ids": ["00123"]}', headers=told)
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["detail"][0]["msg"]


def test_a_slip_in_a_category_is_no_empty_answer_for_many(client):
    answer = client.post(MANY, {"customer_ids": ["00123"], "category": ["DAIRI"]})
    assert answer.status_code == 404
    assert "'DAIRY'" in answer.json()["detail"]
