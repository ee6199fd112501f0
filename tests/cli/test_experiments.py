"""What the commands say of an experiment."""

import json
import sys

import duckdb
import pytest

from recsys.cli import main

EXPERIMENT = """
create view marts.experiment_groups as
select
    customer_id, 'lists' as experiment, .5 as bucket, date '2018-01-01' as assigned_since,
    case when customer_id = 'quiet' then 'control' else 'champion' end as arm
from marts.customers;
create table marts.uplift as
select
    'run-2' as run_id, 'lists' as experiment, 'champion' as arm, 'control' as baseline, metric,
    date '2018-01-01' as from_day, date '2018-01-21' as until_day, 21 as days, 1.5 as difference,
    'open' as verdict, summary
from (values
    ('revenue', 'The arm champion has 1.50 more revenue per customer than control.'),
    ('orders', 'No difference in orders per customer was found yet.')
) as rows (metric, summary)
"""


@pytest.fixture
def recsys(built, monkeypatch, capsys):
    """Return a function that runs the command and gives what it prints, or its JSON."""
    monkeypatch.setenv("RECSYS_DATABASE", str(built))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["recsys", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert (ended.value.code or 0, err) == (0, "")
        return json.loads(out) if "--json" in arguments else out

    return run


@pytest.fixture
def experiment(built):
    with duckdb.connect(built) as connection:
        connection.execute(EXPERIMENT)


@pytest.mark.usefixtures("experiment")
def test_a_customer_of_the_control_group_is_told_from_one_without_candidates(recsys):
    said = recsys("recommend", "quiet")
    assert "No lists: this customer is in the control group of the experiment" in said
    assert "no product qualifies" not in said
    assert recsys("recommend", "quiet", "--json")["arm"] == "control"
    assert recsys("recommend", "00123", "--json")["arm"] == "champion"
    why = recsys("why", "quiet", "P1", "--json")
    assert {one["answer"] for one in why["lists"]} == {
        "The customer is in the control group of the experiment, for which no lists are made."
    }
    assert why["note"] is None
    assert "control group" not in recsys("why", "00123", "P1")


def test_without_an_experiment_nobody_is_in_an_arm(recsys):
    assert recsys("recommend", "quiet", "--json")["arm"] is None
    assert "no product qualifies" in recsys("recommend", "quiet")
    assert "Experiment" not in recsys("status")
    assert recsys("status", "--json")["uplift"] == []


@pytest.mark.usefixtures("experiment")
def test_status_shows_what_lists_brought(recsys):
    said = recsys("status")
    assert "Experiment lists, 21 days from 2018-01-01" in said
    assert "  The arm champion has 1.50 more revenue per customer than control." in said
    assert "  No difference in orders per customer was found yet." in said
    rows = recsys("status", "--json")["uplift"]
    assert [(row["metric"], row["difference"]) for row in rows] == [
        ("revenue", 1.5),
        ("orders", 1.5),
    ]
