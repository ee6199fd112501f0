import asyncio
import threading
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import duckdb
import httpx
import pytest
from fastapi import FastAPI

from recsys.api import create_app

ODD_IDS = ["00123", "-5", "a/b", "50%", "o'hara", "кот", 'say "hi"', "x y"]
PATHS = [
    "/health",
    "/customers/00123/recommendations",
    "/products/P1/similar",
    "/products/P1/bought-together",
    "/metrics",
    "/champions",
    "/coverage",
]


class Client:
    """Asks the app in-process; FastAPI's own test client needs a package that its users don't."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def request(self, method: str, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, path)

        return asyncio.run(ask())

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)


@pytest.fixture
def client(built):
    return Client(create_app(built))


@pytest.mark.parametrize("customer_id", ODD_IDS)
def test_ids_pass_through_untouched(client, customer_id):
    answer = client.get(f"/customers/{quote(customer_id, safe='')}/recommendations")
    assert answer.status_code == 200
    assert len(answer.json()) == 9


def test_one_list_cut_short(client):
    answer = client.get("/customers/00123/recommendations?list_type=buy_again&k=2")
    assert [(row["list_type"], row["rank"]) for row in answer.json()] == [
        ("buy_again", 1),
        ("buy_again", 2),
    ]


def test_a_known_customer_without_lists_gets_an_empty_one(client):
    assert client.get("/customers/quiet/recommendations").json() == []


def test_products(client):
    alike = client.get("/products/P1/similar?method=content&k=1").json()
    assert [row["similar_product_id"] for row in alike] == ["P2"]
    assert client.get("/products/P%2F3/similar").json()[0]["similar_product_id"] == "P1"
    assert client.get("/products/P1/bought-together?k=1").json()[0]["baskets"] == 120


def test_metrics_and_champions(client):
    rows = client.get("/metrics?list_type=discover&metric=ndcg&k=10").json()
    assert [row["recommender"] for row in rows] == ["hybrid", "popularity"]
    assert client.get("/metrics?recommender=popularity&list_type=next_basket").json()[0]["k"] == 10
    assert [row["list_type"] for row in client.get("/metrics?k=10").json()][-2:] == [
        "product_page",
        "next_basket",  # of the fold before
    ]
    pages = client.get("/metrics?list_type=product_page").json()
    assert [(row["recommender"], row["metric"]) for row in pages] == [
        ("bought_together", "hit_rate")
    ]
    assert pages[0]["verdict"] == "tie"
    assert pages[0]["baseline"] == "popularity"
    champion = client.get("/champions").json()[0]
    assert (champion["list_type"], champion["verdict"]) == ("discover", "better")
    rows = client.get("/metrics?list_type=next_basket&metric=ndcg&k=10").json()
    assert [(row["fold"], row["recommender"], row["verdict"]) for row in rows] == [
        ("2017-12-04", "hybrid", None),
        ("2017-12-04", "popularity", "worse"),
        ("2017-11-06", "hybrid", None),
    ]
    left_out = client.get("/coverage").json()
    assert [row["customers_nothing_to_find"] for row in left_out] == [300, 250, 400, 301]


def test_health_names_the_run_but_not_the_folder(client, built):
    report = client.get("/health").json()
    assert (report["status"], report["run_id"]) == ("ok", "run-2")
    assert report["database"] == built.name


@pytest.mark.parametrize("wanted", ["123", "x'; drop table marts.customers; --", "$1", "a\x00b"])
def test_unknown_ids_are_404_with_a_reason(client, wanted):
    for path in ("customers/{}/recommendations", "products/{}/similar"):
        answer = client.get("/" + path.format(quote(wanted, safe="")))
        assert answer.status_code == 404
        assert answer.json()["detail"].startswith("no ")
    assert client.get("/health").json()["customers"] == 9


@pytest.mark.parametrize(
    "path",
    [
        "/customers/00123/recommendations?list_type=nope",
        "/customers/00123/recommendations?k=0",
        "/customers/00123/recommendations?k=ten",
        "/products/P1/similar?method=magic",
        "/metrics?list_type=nope",
        f"/metrics?k={10**44}",
    ],
)
def test_wrong_parameters_are_422(client, path):
    answer = client.get(path)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "query"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_but_get(client, path, method):
    assert client.request(method, path).status_code == 405


@pytest.mark.parametrize("path", PATHS)
def test_a_missing_database_is_503(tmp_path, path):
    answer = Client(create_app(tmp_path / "none.duckdb")).get(path)
    assert answer.status_code == 503
    assert "recsys build" in answer.json()["detail"]
    assert str(tmp_path) not in answer.text


def test_a_running_build_is_503_and_says_when_to_come_back(client, held):
    answer = client.get("/champions")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert f"in use by process {held}" in answer.json()["detail"]


def test_an_idle_server_keeps_no_build_out(client, built):
    assert client.get("/champions").status_code == 200
    with duckdb.connect(built) as writer:  # the same process would be refused, too
        writer.execute("update marts.champions set recommender = 'popularity'")
    assert client.get("/champions").json()[0]["recommender"] == "popularity"


def test_a_replaced_file_shows_at_once_under_load(client, built: Path, tmp_path):
    newer = tmp_path / "newer.duckdb"
    newer.write_bytes(built.read_bytes())
    with duckdb.connect(newer) as writer:
        writer.execute("update marts.champions set recommender = 'newer'")
    stop = threading.Event()
    codes: set[int] = set()

    def ask() -> None:
        while not stop.is_set():
            codes.add(client.get("/customers/00123/recommendations").status_code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    newer.replace(built)
    served = client.get("/champions").json()[0]["recommender"]
    stop.set()
    for thread in threads:
        thread.join()
    assert served == "newer"
    assert codes == {200}


def test_the_description_names_the_package_s_version_and_its_errors(client):
    described = client.get("/openapi.json").json()
    assert described["info"]["version"] == version("recsys")
    found = described["paths"]["/customers/{customer_id}/recommendations"]["get"]["responses"]
    assert {"200", "404", "422", "503"} <= set(found)
