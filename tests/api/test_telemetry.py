"""What Prometheus reads; its own parser reads it here."""

import time
from datetime import UTC, datetime

import duckdb
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families


def samples(text, parse=text_string_to_metric_families):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in parse(text)
        for sample in family.samples
    }


def requests(found):
    return {
        tuple(value for _, value in key[1:]): value
        for key, value in found.items()
        if key[0] == "recsys_http_requests_total"
    }


def test_requests_are_counted_by_route_and_status(client):
    for customer_id in ("00123", "00123", "a%2Fb", "nobody"):
        client.get(f"/customers/{customer_id}/recommendations")
    client.post("/basket/recommendations", {"product_ids": ["P1"]})
    client.get("/champions?k=1")
    found = samples(client.get("/metrics").text)
    assert requests(found) == {
        ("GET", "/customers/{customer_id}/recommendations", "200"): 3,  # the second was kept
        ("GET", "/customers/{customer_id}/recommendations", "404"): 1,
        ("POST", "/basket/recommendations", "200"): 1,
        ("GET", "/champions", "422"): 1,
    }
    route = ("route", "/customers/{customer_id}/recommendations")
    assert found["recsys_http_request_duration_seconds_count", route] == 4
    assert found["recsys_http_request_duration_seconds_sum", route] > 0


def test_labels_have_an_end(client):
    """Whoever asks for addresses and methods that don't exist makes no new ones."""
    for at in range(20):
        client.get(f"/no/{at}")
        client.request(f"METHOD{at}", "/champions")
        client.get(f"/customers/{at}/recommendations?unknown{at}=1")
    found = requests(samples(client.get("/metrics").text))
    assert found == {
        ("GET", "other", "404"): 20,
        ("other", "/champions", "405"): 20,
        ("GET", "/customers/{customer_id}/recommendations", "422"): 20,
    }


def test_the_build_and_its_age_are_told(client):
    found = samples(client.get("/metrics").text)
    moment = datetime(2018, 1, 1, 6, tzinfo=UTC).timestamp()
    assert found["recsys_database_readable",] == 1
    assert found["recsys_build_generated_timestamp_seconds",] == moment
    assert 0 <= time.time() - moment - found["recsys_build_age_seconds",] < 60
    assert found["recsys_build_info", ("run_id", "run-2")] == 1


def test_another_build_takes_the_place_of_the_one_before(client_of, built):
    client = client_of(idle_seconds=0)
    client.get("/metrics")
    deadline = time.monotonic() + 60
    while True:
        try:
            writer = duckdb.connect(built)
            break
        except duckdb.ConnectionException:  # until the server lets go of the file
            assert time.monotonic() < deadline
            time.sleep(0.01)
    with writer:
        writer.execute("update marts.recommendations set run_id = 'run-3'")
    found = samples(client.get("/metrics").text)
    builds = [key[1][1] for key in found if key[0] == "recsys_build_info"]
    assert builds == ["run-3"]


def test_without_a_build_the_numbers_say_so(client_of, tmp_path):
    client = client_of(tmp_path / "none.duckdb")
    client.get("/champions")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    found = samples(answer.text)
    assert found["recsys_database_readable",] == 0
    assert requests(found) == {("GET", "/champions", "503"): 1}
    assert not any(key[0].startswith("recsys_build") for key in found)


def test_it_speaks_openmetrics_where_asked(client):
    client.get("/champions")
    answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
    assert samples(answer.text, openmetrics)["recsys_database_readable",] == 1
