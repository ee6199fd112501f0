"""Who may ask: keys, names of the server, and sites that browsers ask from."""

import pytest

from recsys.api import Access
from recsys.api.access import THIS_MACHINE

KEYS = ("first-key-0123456789", "second-key-0123456789")
LISTS = "/customers/00123/recommendations"
CLOSED = [LISTS, "/customers", "/products/P1", "/popular-products", "/metrics", "/champions", "/no"]
OPEN = ["/health", "/docs", "/openapi.json", "/demo", "/demo/demo.js", "/demo/demo.css"]


@pytest.fixture
def locked(client_of):
    return client_of(access=Access(keys=KEYS))


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": KEYS[0][:-1]},
        {"X-API-Key": KEYS[0] + "x"},
        {"X-API-Key": "first-key-0123456789, second-key-0123456789"},
        {"Authorization": KEYS[0]},
        {"Authorization": f"Basic {KEYS[0]}"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic dXNlcjp3b3Jk", "X-API-Key": KEYS[0]},
        {"Authorization": "Bearer no-key-0123456789", "X-API-Key": KEYS[0]},
        {"Authorization": f"Bearer {KEYS[0]}", "X-API-Key": ""},
    ],
)
def test_without_a_key_nothing_is_told(locked, path, headers):
    answer = locked.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "Authorization: Bearer KEY" in answer.json()["detail"]
    assert "first-key" not in answer.text


@pytest.mark.parametrize("key", KEYS)
def test_any_of_the_keys_opens_the_server(locked, key):
    for headers in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}):
        assert locked.get(LISTS, headers=headers).status_code == 200
    both = {"X-API-Key": KEYS[0], "Authorization": f"Bearer {key}"}
    assert locked.get(LISTS, headers=both).status_code == 200
    basket = {"product_ids": ["P1"]}
    path = "/basket/recommendations"
    assert locked.post(path, basket).status_code == 401
    assert locked.post(path, basket, headers={"X-API-Key": key}).status_code == 200


@pytest.mark.parametrize("path", OPEN)
def test_health_and_pages_need_no_key(locked, path):
    assert locked.get(path).status_code == 200


def test_what_was_answered_to_a_key_is_told_to_nobody_else(locked):
    assert locked.get(LISTS, headers={"X-API-Key": KEYS[0]}).status_code == 200
    assert locked.get(LISTS).status_code == 401


def test_the_description_says_where_a_key_is_asked_for(locked, client):
    described = locked.get("/openapi.json").json()
    paths = described["paths"]
    assert "401" in paths["/customers/{customer_id}/recommendations"]["get"]["responses"]
    assert paths["/metrics"]["get"]["security"] == [{"Bearer": []}, {"Key": []}]
    assert "security" not in paths["/health"]["get"]
    assert set(described["components"]["securitySchemes"]) == {"Bearer", "Key"}
    assert "securitySchemes" not in client.get("/openapi.json").json()["components"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("http://localhost:8000", 200),
        ("http://127.0.0.1:8000", 200),
        ("http://LOCALHOST", 200),
        ("http://[::1]:8000", 200),
        ("http://evil.example:8000", 421),
        ("http://localhost.evil.example", 421),
        ("http://127.0.0.1.evil.example:8000", 421),
    ],
)
def test_without_a_key_foreign_names_are_refused(client_of, address, status):
    """A page can point a name of its own to this machine, and would then read the answers."""
    client = client_of(address=address, access=Access(hosts=THIS_MACHINE))
    assert client.get(LISTS).status_code == status


def test_with_a_key_any_name_is_answered(client_of):
    access = Access(keys=KEYS, hosts=THIS_MACHINE)
    client = client_of(address="http://shop.example", access=access)
    assert client.get(LISTS, headers={"X-API-Key": KEYS[0]}).status_code == 200


def test_browsers_of_named_sites_may_ask(client_of):
    client = client_of(access=Access(keys=KEYS, origins=("https://shop.example",)))
    told = {"Origin": "https://shop.example"}
    asked = {**told, "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "x-api-key, content-type"
    before = client.request("OPTIONS", "/basket/recommendations", headers=asked)
    assert before.status_code == 200  # browsers ask before they send a key
    assert before.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    answer = client.get(LISTS, headers={**told, "X-API-Key": KEYS[0]})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    # what is kept answers the next site, which isn't allowed
    other = client.get(LISTS, headers={"Origin": "https://x.example", "X-API-Key": KEYS[0]})
    assert "Access-Control-Allow-Origin" not in other.headers
    refused = client.get(LISTS, headers=told)  # a page can read why it is refused
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def test_without_the_setting_no_site_may_ask(client):
    answer = client.get(LISTS, headers={"Origin": "https://shop.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers
