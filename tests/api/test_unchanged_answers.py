"""Who has an answer already is told so."""

from pathlib import Path

import duckdb
import pytest

LISTS = "/customers/00123/recommendations"
TAGGED = [LISTS, "/products/P1/similar", "/products/P1", "/popular-products", "/champions"]


@pytest.mark.parametrize("path", [*TAGGED, "/products?search=milk", "/health"])
def test_an_answer_that_hasn_t_changed_isn_t_sent_again(client, path):
    first = client.get(path)
    tag = first.headers["ETag"]
    for told in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": told})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Recsys-Run-Id"] == "run-2"
    for told in ('"other"', tag.strip('"'), ""):
        assert client.get(path, headers={"If-None-Match": told}).content == first.content


def test_answers_differ_in_their_tags(client):
    tags = {client.get(path).headers["ETag"] for path in TAGGED}
    assert len(tags) == len(TAGGED)


def test_answers_are_for_who_asks_and_asked_for_again(client):
    assert client.get(LISTS).headers["Cache-Control"] == "private, no-cache"


def test_a_new_build_is_sent(client, built: Path, tmp_path: Path):
    first = client.get(LISTS)
    newer = tmp_path / "newer.duckdb"
    newer.write_bytes(built.read_bytes())
    with duckdb.connect(newer) as writer:
        writer.execute(
            "update marts.recommendations set run_id = 'run-3', "
            "generated_at = timestamptz '2018-02-01 06:00+00'"
        )
    newer.replace(built)
    again = client.get(LISTS, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert again.headers["Recsys-Run-Id"] == "run-3"
    assert again.headers["Recsys-Generated-At"] == "2018-02-01T06:00:00Z"
    assert again.json()["run_id"] == "run-3"


def test_a_build_without_lists_is_named_by_its_run(client, built):
    with duckdb.connect(built) as writer:
        writer.execute("delete from marts.recommendations")
    answer = client.get("/popular-products").json()
    assert (answer["run_id"], answer["generated_at"]) == ("run-2", "2018-01-01T06:00:00Z")
