"""The API says why, as described: addresses, parameters, unknown ids, answers that stay."""

from urllib.parse import quote

import duckdb
import pytest

from recsys.api.answers import WhyAnswer


def test_the_answer_is_as_described(client, built):
    with duckdb.connect(built) as writer:
        writer.execute(
            """
            insert into marts.recommendation_audit by name
            select '00123' as customer_id, 'discover' as list_type, '007' as product_id,
                13 as candidate_rank, .25 as probability, true as is_new, 'ease 1' as
                recommender_ranks, 'its price: 9 (odds x2.0)' as moved_by,
                'list_length' as dropped_by, 'P2' as in_its_place_id;
            update marts.products set is_recommendable = true, why_not = null
            """
        )
    answer = client.get("/customers/00123/why/007?list_type=discover")
    assert answer.status_code == 200
    found = WhyAnswer.model_validate_json(answer.content, strict=False)
    assert found.model_dump(mode="json") == answer.json()
    assert answer.json() | {"generated_at": None, "run_id": None} == {
        "run_id": None,
        "generated_at": None,
        "customer_id": "00123",
        "product_id": "007",
        "title": None,
        "counted_as": None,
        "is_recommendable": True,
        "why_not": None,
        "orders": 0,
        "last_bought_on": None,
        "rating": None,
        "probability": 0.25,
        "recommender_ranks": {"ease": 1},
        "moved_by": ["its price: 9 (odds x2.0)"],
        "is_audited": True,
        "lists": [
            {
                "list_type": "discover",
                "rank": None,
                "listed": 3,
                "answer": "It is candidate 13 and isn't listed: other products come first.",
                "reason": None,
                "recommender": None,
                "candidate_rank": 13,
                "dropped_by": "list_length",
                "in_its_place": {"product_id": "P2", "title": 'Milk "fresh"'},
            }
        ],
        "note": None,
    }


@pytest.mark.parametrize("customer_id", ["a/b", "50%", "кот", 'say "hi"', "x y"])
@pytest.mark.parametrize("product_id", ["P/3", "007"])
def test_ids_pass_through_untouched(client, customer_id, product_id):
    path = f"/customers/{quote(customer_id, safe='')}/why/{quote(product_id, safe='')}"
    found = client.get(path).json()
    assert (found["customer_id"], found["product_id"]) == (customer_id, product_id)
    assert [one["list_type"] for one in found["lists"]] == ["discover", "buy_again", "next_basket"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (
            "/customers/0123/why/P1",
            404,
            "no customer '0123' in this database. Ids like it: '00123'",
        ),
        ("/customers/00123/why/P9", 404, "no product 'P9'"),
        ("/customers/00123/why/", 404, "no product ''"),
        ("/customers/00123/why/P1?list=discover", 422, "list"),
        ("/customers/00123/why/P1?list_type=basket", 422, "discover"),
        ("/customers/00123/why/" + "x" * 201, 422, "200"),
    ],
)
def test_what_can_t_be_answered_is_said(client, path, status, said):
    answer = client.get(path)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


def test_an_answer_that_hasn_t_changed_isn_t_sent_again(client):
    first = client.get("/customers/00123/why/P1")
    again = client.get("/customers/00123/why/P1", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
