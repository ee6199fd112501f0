"""`recsys status` says what the last run changed."""

import json

import duckdb
import pytest
from typer.testing import CliRunner

from recsys.cli import app

CHANGED = """
create table marts.champions_history as
select * from (values
    ('run-1', 'discover', 'popularity', date '2017-12-30'),
    ('run-1', 'next_basket', 'hybrid', date '2017-12-20'),
    ('run-2', 'discover', 'hybrid', date '2017-12-31'),
    ('run-2', 'next_basket', 'hybrid', date '2017-12-20')
) as rows (run_id, list_type, recommender, serves_since);
create table marts.list_changes as
select 'run-2' as run_id, 'run-1' as previous_run_id, *
from (values ('next_basket', 8::bigint, 9::bigint, 2::bigint, .975)) as rows (
    list_type, customers_before, customers_after, customers_changed, kept_share
);
update marts.run_history set purchases = 1469300 where run_id = 'run-1';
"""


@pytest.fixture
def status(built, monkeypatch):
    """Return a function that asks for the status of a database with a run before."""
    monkeypatch.setenv("COLUMNS", "120")

    def ask(*options: str) -> str:
        done = CliRunner().invoke(app, ["status", "--database", str(built), *options])
        assert done.exit_code == 0, done.output
        return done.stdout

    return ask


def test_what_changed_is_said_in_counts_champions_and_lists(status, built):
    with duckdb.connect(built) as connection:
        connection.execute(CHANGED)
    lines = [" ".join(line.split()) for line in status().splitlines()]
    assert "purchases 1,469,300 1,469,000" in lines
    assert "serves discover popularity hybrid since 2017-12-31" in lines
    assert "serves next_basket hybrid hybrid since 2017-12-20" in lines
    # two of nine customers, and 2.5 % of the places have another product
    assert "next_basket 8 9 2 22.2 % 97.5 %" in lines
    changes = json.loads(status("--json"))["changes"]
    assert changes["previous_run_id"] == "run-1"
    assert changes["counts"]["purchases"] == [1469300, 1469000]
    assert [row["recommender_before"] for row in changes["champions"]] == ["popularity", "hybrid"]
    assert changes["lists"][0]["customers_changed"] == 2


def test_a_file_of_an_earlier_version_says_nothing_of_changes(status):
    assert "What changed" not in status()
    assert json.loads(status("--json"))["changes"] is None


def test_a_first_run_has_changed_nothing(status, built):
    with duckdb.connect(built) as connection:
        connection.execute(CHANGED)
        connection.execute("delete from marts.run_history where run_id = 'run-1'")
    assert "What changed" not in status()


def test_lists_of_another_run_are_not_said_to_be_of_this_one(status, built):
    with duckdb.connect(built) as connection:
        connection.execute(CHANGED)
        connection.execute("update marts.list_changes set run_id = 'selected'")
    assert "it isn't known of this run" in status()
