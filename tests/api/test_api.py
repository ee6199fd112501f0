import asyncio
import json
import re
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from pydantic_core import to_json

from recsys.api.answering import Answering
from recsys.api.answers import (
    CustomerAnswer,
    CustomerHit,
    PopularAnswer,
    ProductAnswer,
    ProductHit,
    SimilarAnswer,
    TogetherAnswer,
)
from recsys.api.report_answers import Champion, Coverage, HealthReport, Metric
from recsys.pipeline.forgetting import forget_customers
from recsys.reading import shared_opening as serving
from recsys.reading.shared_opening import SharedWarehouse
from recsys.reading.warehouse import Warehouse

ODD_IDS = ["00123", "-5", "a/b", "50%", "o'hara", "кот", 'say "hi"', "x y"]
PATHS = [
    "/health",
    "/customers/00123/recommendations",
    "/customers/00123/why/P1",
    "/products/P1/similar",
    "/products/P1/bought-together",
    "/model-metrics",
    "/champions",
    "/coverage",
]


@pytest.mark.parametrize("customer_id", ODD_IDS)
def test_ids_pass_through_untouched(client, customer_id):
    answer = client.get(f"/customers/{quote(customer_id, safe='')}/recommendations")
    assert answer.status_code == 200
    assert len(answer.json()["recommendations"]) == 9


def test_one_list_cut_short(client):
    answer = client.get("/customers/00123/recommendations?list_type=buy_again&k=2")
    assert [(row["list_type"], row["rank"]) for row in answer.json()["recommendations"]] == [
        ("buy_again", 1),
        ("buy_again", 2),
    ]


def test_a_known_customer_without_lists_gets_an_empty_one(client):
    answer = client.get("/customers/quiet/recommendations").json()
    assert (answer["known"], answer["stored"], answer["recommendations"]) == (True, {}, [])
    assert answer["note"] == "The build stores no products for this."


def test_products(client):
    alike = client.get("/products/P1/similar?method=content&k=1").json()["similar"]
    assert [row["similar_product_id"] for row in alike] == ["P2"]
    assert client.get("/products/P%2F3/similar").json()["similar"][0]["similar_product_id"] == "P1"
    together = client.get("/products/P1/bought-together?k=1").json()
    assert [row["baskets"] for row in together["bought_together"]] == [120]


def test_metrics_and_champions(client):
    rows = client.get("/model-metrics?list_type=discover&metric=ndcg&k=10").json()
    assert [row["recommender"] for row in rows] == ["hybrid", "popularity"]
    assert (
        client.get("/model-metrics?recommender=popularity&list_type=next_basket").json()[0]["k"]
        == 10
    )
    assert [row["list_type"] for row in client.get("/model-metrics?k=10").json()][-2:] == [
        "product_page",
        "next_basket",  # of the fold before
    ]
    pages = client.get("/model-metrics?list_type=product_page").json()
    assert [(row["recommender"], row["metric"]) for row in pages] == [
        ("bought_together", "hit_rate")
    ]
    assert pages[0]["verdict"] == "tie"
    assert pages[0]["baseline"] == "popularity"
    champion = client.get("/champions").json()[0]
    assert (champion["list_type"], champion["verdict"]) == ("discover", "better")
    rows = client.get("/model-metrics?list_type=next_basket&metric=ndcg&k=10").json()
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
        "/model-metrics?list_type=nope",
        f"/model-metrics?k={10**44}",
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
def test_a_missing_database_is_503(client_of, tmp_path, path):
    answer = client_of(tmp_path / "none.duckdb").get(path)
    assert answer.status_code == 503
    assert "recsys build" in answer.json()["detail"]
    assert str(tmp_path) not in answer.text


def test_a_running_build_is_503_and_says_when_to_come_back(client, held):
    answer = client.get("/champions")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert f"in use by process {held}" in answer.json()["detail"]


def test_an_idle_server_keeps_no_build_out(client_of, built):
    client = client_of(idle_seconds=0.05)
    assert client.get("/champions").status_code == 200
    with connected_soon(built) as writer:
        writer.execute("update marts.champions set recommender = 'popularity'")
    assert client.get("/champions").json()[0]["recommender"] == "popularity"
    assert client.get("/customers/00123/recommendations").status_code == 200


def connected_soon(path: Path) -> duckdb.DuckDBPyConnection:
    """Connect for writing once nobody reads; the same process would be refused, too."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return duckdb.connect(path)
        except duckdb.ConnectionException:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_busy_server_opens_the_file_once(client, built, monkeypatch):
    opened: list[Path] = []

    class Counted(Warehouse):
        def __init__(self, path: Path) -> None:
            opened.append(path)
            super().__init__(path)

    monkeypatch.setattr(serving, "Warehouse", Counted)
    for customer_id in ODD_IDS:
        client.get(f"/customers/{quote(customer_id, safe='')}/recommendations")
    assert opened == [built]


@pytest.mark.skipif(sys.platform == "win32", reason="of POSIX files")
def test_a_customer_who_is_forgotten_is_unknown_to_a_server_that_runs(client, built: Path):
    address = "/customers/{}/recommendations"
    assert client.get(address.format("00123")).status_code == 200
    forget_customers(built, ["00123"])
    assert client.get(address.format("00123")).status_code == 404
    assert client.get(address.format("-5")).status_code == 200


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


ANSWERS = {
    "/health": HealthReport,
    "/customers/00123/recommendations": CustomerAnswer,
    "/customers/00123/recommendations?list_type=discover&k=2": CustomerAnswer,
    "/customers/nobody/recommendations?fallback=popular": CustomerAnswer,
    "/customers?search=0": list[CustomerHit],
    "/products/P1/similar": SimilarAnswer,
    "/products/P1/bought-together": TogetherAnswer,
    "/products/P1": ProductAnswer,
    "/products?search=milk": list[ProductHit],
    "/popular-products": PopularAnswer,
    "/model-metrics": list[Metric],
    "/champions": list[Champion],
    "/coverage": list[Coverage],
}


@pytest.mark.parametrize("path", ANSWERS)
def test_answers_are_what_the_description_says(client, path):
    """Once made and once kept: every field is there, and of its type; numbers are no texts."""
    first, again = client.get(path), client.get(path)
    described = TypeAdapter(ANSWERS[path]).validate_json(first.content, strict=True)
    assert json.loads(TypeAdapter(ANSWERS[path]).dump_json(described)) == first.json()
    assert again.content == first.content
    assert again.headers["content-type"] == "application/json"


def test_lists_by_id_are_those_of_the_warehouse(client, built):
    """What the API keeps in memory gives the rows that one join gives."""
    asked = [
        ("/customers/{}/recommendations", lambda w, one: w.recommendations(one), ODD_IDS),
        ("/products/{}/similar", lambda w, one: w.similar_products(one), ["P1", "P/3", "007"]),
        ("/products/{}/bought-together", lambda w, one: w.bought_together(one), ["P1", "P2"]),
    ]
    with Warehouse(built) as warehouse:
        for path, ask, ids in asked:
            for one in ids:
                rows = to_json(ask(warehouse, one).to_pylist(), fallback=float)
                found = client.get(path.format(quote(one, safe=""))).json()
                build = {name: found[name] for name in ("run_id", "generated_at")}
                listed = next(value for value in found.values() if isinstance(value, list))
                for row, answered in zip(json.loads(rows), listed, strict=True):
                    assert {**as_numbers(row), **build} == {**answered, **build}


def as_numbers(row: dict) -> dict:
    """Return the row with its price as a number; decimals are texts in pydantic's JSON."""
    decimals = ("price", "score", "probability", "similarity", "support", "confidence", "lift")
    return {
        name: float(value) if name.startswith(decimals) and value is not None else value
        for name, value in row.items()
    }


def test_a_variant_answers_like_what_it_is_recommended_as(client, built):
    with duckdb.connect(built) as writer:
        writer.execute(
            "insert into marts.products by name select * replace "
            "('P1 red' as product_id, 'P1' as recommend_as) from marts.products "
            "where product_id = 'P1'"
        )
    for what in ("similar", "bought-together"):
        answer = client.get(f"/products/P1%20red/{what}").json()
        name = what.replace("-", "_")
        assert answer[name]
        assert answer[name] == client.get(f"/products/P1/{what}").json()[name]


RFC_3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"


def test_moments_say_their_offset(client, built):
    """A build writes them as UTC in columns without a time zone."""
    with duckdb.connect(built) as writer:
        writer.execute("drop view marts.recommendation_details")
        for table, column in (("run_history", "finished_at"), ("recommendations", "generated_at")):
            writer.execute(
                f"alter table marts.{table} alter {column} type timestamp "
                f"using timestamp '2018-01-01 06:00:00.5'"
            )
    assert client.get("/health").json()["finished_at"] == "2018-01-01T06:00:00.500000Z"
    answer = client.get("/customers/00123/recommendations")
    assert re.fullmatch(RFC_3339, answer.json()["generated_at"])
    assert answer.json()["generated_at"] == "2018-01-01T06:00:00.500000Z"
    assert answer.headers["Recsys-Generated-At"] == "2018-01-01T06:00:00.500000Z"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/customers/00123/recommendations?list_typ=discover", "did you mean 'list_type'?"),
        ("/customers/00123/recommendations?K=2", "did you mean 'k'?"),
        ("/products/P1/similar?methods=content", "did you mean 'method'?"),
        (
            "/products/P1/bought-together?n=2",
            "(legal: brand, category, exclude, in_stock, k, price_max, price_min)",
        ),
        ("/model-metrics?recomender=svd&metric=ndcg", "did you mean 'recommender'?"),
        ("/health?k=2", "takes none"),
        ("/coverage?fold=2017-12-04", "takes none"),
        ("/champions?=", "takes none"),
        ("/model-metrics?metric=ndcg&metric=recall", "'metric' is given 2 times"),
        ("/customers/nobody/recommendations?list_typ=discover", "did you mean 'list_type'?"),
    ],
)
def test_unknown_and_repeated_parameters_are_refused(client, path, says):
    answer = client.get(path)
    assert answer.status_code == 422
    [problem] = answer.json()["detail"]
    assert problem["loc"][0] == "query"
    assert says in problem["msg"]


def test_the_description_needs_no_other_machine(client):
    page = client.get("/docs").text
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert any(one.endswith(".js") for one in loaded)
    assert any(one.endswith(".css") for one in loaded)
    assert "//" not in "".join(loaded)
    assert "validatorUrl" in page
    for one in loaded:
        answer = client.get(one)
        assert answer.status_code == 200
        assert len(answer.content) > 1000


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    wanted=st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            [
                "",
                "/",
                "..",
                "%",
                "%00",
                "\x00",
                "a/recommendations",
                "x" * 200,
                "x" * 201,
                "x" * 50_000,
            ]
        ),
    ),
    k=st.one_of(st.integers(), st.sampled_from([-(2**63), 2**63, 10**30]), st.text(max_size=5)),
)
def test_whatever_is_asked_gets_an_answer(client, wanted, k):
    for path in ("/customers/{}/recommendations", "/products/{}/similar"):
        address = path.format(quote(wanted.encode("utf-8", "surrogatepass"), safe=""))
        # clients make /customers/recommendations, which takes POST, of the id "."
        assert client.get(address).status_code in {200, 404, 405, 414, 422}
        answer = client.get(f"{address}?k={quote(str(k).encode('utf-8', 'surrogatepass'))}")
        assert answer.status_code in {200, 404, 405, 414, 422}
        assert answer.headers["content-type"] == "application/json"


def test_answers_that_are_kept_have_an_end(client, monkeypatch):
    monkeypatch.setattr("recsys.api.answering.MOST_BYTES", 5000)
    first = client.get("/customers/00123/recommendations")
    assert len(first.content) > 1000
    for customer_id in [*ODD_IDS, "00123"]:
        answer = client.get(f"/customers/{quote(customer_id, safe='')}/recommendations")
        assert answer.json()["customer_id"] == customer_id
        assert answer.json()["recommendations"] == first.json()["recommendations"]


def test_keys_of_answers_that_are_kept_count(built, monkeypatch):
    """Whoever asks chooses them, and the answer to a long one may be short."""
    monkeypatch.setattr("recsys.api.answering.MOST_BYTES", 50_000)

    async def ask_all() -> int:
        answering = Answering(SharedWarehouse(built))
        for at in range(30):
            scope = {"path": "/model-metrics", "query_string": f"{at}".encode() * 5000}
            await answering.kept(scope, lambda build: [])
        return sum(len(path) + len(query) for path, query in answering._kept)

    assert asyncio.run(ask_all()) < 50_000
