# ruff: noqa: S608 - names of our own tables
"""The page on other tools: its examples are well-formed, and each key it names joins."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from recsys.cli import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "connect.md").read_text(encoding="utf-8")
SCHEDULES = ROOT / "docs" / "schedules"
BUNDLE = ROOT / "docs" / "examples" / "superset" / "recsys"
NOTEBOOK = "docs/examples/segment_revenue.py"
JOINS = re.findall(r"^\| `(\w+)\.(\w+)` \| `(\w+)\.(\w+)` \| *(.*?) *\|$", PAGE, re.MULTILINE)
DRAWN = re.findall(r"^ {4}(\w+) (\|\||\|o)--o\{ (\w+) : (\w+)$", PAGE, re.MULTILINE)


def commands() -> set[str]:
    return {command.callback.__name__ for command in app.registered_commands}


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # names of systemd's settings have capital letters
    parser.read(SCHEDULES / name, encoding="utf-8")
    return parser


def recsys_call(line: str) -> str:
    """Return the command of recsys that a line runs."""
    return re.search(r"recsys (\w+)", line)[1]


def test_there_are_keys():
    assert len(JOINS) > 20
    assert len(set(JOINS)) == len(JOINS)


@pytest.mark.parametrize("join", JOINS, ids=lambda join: f"{join[0]}.{join[1]}")
def test_every_key_finds_exactly_one_row(ask_published, join):
    table, key, other, other_key, missing = join
    [(lost, empty)] = ask_published(f"""
        select
            count(*) filter (
                {key} is not null and {key} not in (select {other_key} from marts.{other})
            ),
            count(*) filter ({key} is null)
        from marts.{table}
    """)
    [(repeated,)] = ask_published(
        f"select count(*) - count(distinct {other_key}) from marts.{other}"
    )
    assert (lost, repeated) == (0, 0)
    assert missing or empty == 0


def test_every_id_of_a_public_table_is_among_the_keys(ask_published):
    """A new table's keys are documented, too: columns that are named like the ids of others."""
    found = ask_published("""
        select table_name, column_name from duckdb_columns()
        where schema_name = 'marts' and column_name in ('customer_id', 'product_id', 'run_id')
            and table_name not in ('customers', 'products', 'product_titles', 'run_history',
                'tuning_trials', 'tuned_parameters')
    """)
    assert sorted(found) == sorted(
        (table, key) for table, key, *_ in JOINS if key in {"customer_id", "product_id", "run_id"}
    )


def test_the_diagram_draws_what_the_table_says():
    drawn = {(child, key, parent, mark == "|o") for parent, mark, child, key in DRAWN}
    assert drawn == {
        (table, key, other, bool(missing))
        for table, key, other, _, missing in JOINS
        if other != "run_history"
    }


def test_the_units_of_systemd():
    build, timer = unit("recsys-build.service"), unit("recsys-build.timer")
    assert build["Service"]["Type"] == "oneshot"
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", timer["Timer"]["OnCalendar"])
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert unit("recsys-api.service")["Install"]["WantedBy"] == "multi-user.target"
    for name in ("recsys-build.service", "recsys-api.service"):
        service = unit(name)["Service"]
        assert recsys_call(service["ExecStart"]) in commands()
        assert service["Environment"].startswith("RECSYS_DATABASE=/var/lib/")
        assert service["StateDirectory"] == "recsys"  # the folder of the database may be written


def test_the_crontab():
    lines = (SCHEDULES / "recsys.crontab").read_text(encoding="utf-8").splitlines()
    [job] = [line for line in lines if re.match(r"[\d*]", line)]
    minute, hour, *others, command = job.split(None, 5)
    assert (0 <= int(minute) < 60, 0 <= int(hour) < 24, others) == (True, True, ["*", "*", "*"])
    assert recsys_call(command.replace("/bin/recsys", " recsys")) in commands()
    assert "%" not in command  # which cron takes for the end of a line


def test_compose_runs_commands_that_there_are():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"build", "api", "report"}
    assert services["build"]["command"][0] in commands()
    assert services["api"]["command"][0] in commands()
    for name in ("api", "report"):  # nobody else's machine reaches them unasked
        assert all(port.startswith("127.0.0.1:") for port in services[name]["ports"])


def test_the_image_copies_what_there_is():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ")]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied
    for name in (name for names in copied for name in names):
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored  # everything else isn't sent to the engine


def test_the_dashboard_is_whole():
    """Each chart has a data set, each data set the database, and the dashboard shows each chart."""
    files = {path: yaml.safe_load(path.read_text("utf-8")) for path in BUNDLE.rglob("*.yaml")}
    of = {
        folder: [
            read for path, read in files.items() if path.relative_to(BUNDLE).parts[0] == folder
        ]
        for folder in ("databases", "datasets", "charts", "dashboards")
    }
    [database], [dashboard] = of["databases"], of["dashboards"]
    assert database["extra"]["engine_params"]["connect_args"] == {"read_only": True}
    assert {data["database_uuid"] for data in of["datasets"]} == {database["uuid"]}
    assert {chart["dataset_uuid"] for chart in of["charts"]} <= {d["uuid"] for d in of["datasets"]}
    shown = [
        part["meta"]
        for part in dashboard["position"].values()
        if isinstance(part, dict) and part.get("type") == "CHART"
    ]
    assert {meta["uuid"] for meta in shown} == {chart["uuid"] for chart in of["charts"]}
    assert len({meta["chartId"] for meta in shown}) == len(of["charts"])


@pytest.mark.parametrize(
    "path", sorted((BUNDLE / "datasets").rglob("*.yaml")), ids=lambda p: p.stem
)
def test_the_dashboards_columns_and_metrics_can_be_asked(ask_published, path):
    data = yaml.safe_load(path.read_text("utf-8"))
    source = f"({data['sql']})" if data["sql"] else f"marts.{data['table_name']}"
    columns = ", ".join(column["column_name"] for column in data["columns"])
    metrics = ", ".join(metric["expression"] for metric in data["metrics"])
    ask_published(f"select {columns} from {source} as asked")
    assert ask_published(f"select {metrics} from {source} as asked")[0][0] > 0


def test_the_notebooks_query_can_be_asked(ask_published):
    text = (ROOT / NOTEBOOK).read_text(encoding="utf-8")
    [sql] = re.findall(r'execute\("""(.*?)"""\)', text, re.DOTALL)
    rows = ask_published(sql)
    assert rows
    assert all(customers > 0 for _, customers, _ in rows)


def test_the_notebook_runs_to_its_plot(published_file, tmp_path, monkeypatch):
    """Where marimo is installed, which it needn't be."""
    pytest.importorskip("marimo")
    monkeypatch.setenv("RECSYS_DATABASE", str(published_file))
    out = tmp_path / "notebook.html"
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "marimo", "export", "html", NOTEBOOK, "-o", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert "vega" in out.read_text("utf-8")
