"""docs/api.md has every address, every number that Prometheus reads, and no others."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_address_is_described_and_no_other(client):
    described = client.get("/openapi.json").json()["paths"]
    addresses = {(method.upper(), path) for path, found in described.items() for method in found}
    table = re.findall(r"^\| `(GET|POST) (/\S*)` \|", PAGE, re.MULTILINE)
    assert sorted(table) == sorted(addresses)
    for _, path in addresses - {("GET", "/metrics")}:
        example = re.sub(r"\\{\w+\\}", r"\\w+", re.escape(path))
        assert re.search(rf"^curl .*localhost:8000{example}\W", PAGE, re.MULTILINE), path


def test_every_filter_and_limit_is_described(client):
    described = client.get("/openapi.json").json()["paths"]
    lists = described["/customers/{customer_id}/recommendations"]["get"]
    for parameter in lists["parameters"]:
        assert f"`{parameter['name']}" in PAGE or f"{{{parameter['name']}}}" in PAGE


def test_every_number_is_described(client):
    text = client.get("/metrics").text
    names = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    told = set(re.findall(r"`(recsys_\w+)", PAGE.split("## Prometheus")[1]))
    assert told == {name for name in names if not name.endswith("_created")}
