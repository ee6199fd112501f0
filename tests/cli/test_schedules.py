"""The files of docs/schedules/ are well-formed, and what they start exists."""

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from recsys.cli import app

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "schedules"
PAGE = (ROOT / "docs" / "schedules.md").read_text(encoding="utf-8")
COMMANDS = {command.callback.__name__ for command in app.registered_commands if command.callback}
CRON = re.compile(r"[\d*]+ [\d*]+ [\d*]+ [\d*]+ [\d*]+")


def calls(name: str) -> list[ast.Call]:
    tree = ast.parse((FOLDER / name).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def called(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def given(call: ast.Call) -> dict[str, str]:
    """Return the arguments of a call by name that are plain values."""
    return {
        one.arg: ast.literal_eval(one.value)
        for one in call.keywords
        if one.arg and isinstance(one.value, ast.Constant | ast.Dict)
    }


def test_every_file_is_on_the_page():
    for file in FOLDER.iterdir():
        assert f"`{file.name}`" in PAGE


def test_airflow_s_task_runs_a_build():
    [task] = [given(call) for call in calls("airflow_dag.py") if called(call) == "BashOperator"]
    program, command, *_ = shlex.split(task["bash_command"])
    assert (Path(program).name, command in COMMANDS) == ("recsys", True)
    assert task["env"] == {"RECSYS_DATABASE": "/var/lib/recsys/recsys.duckdb"}
    [dag] = [given(call) for call in calls("airflow_dag.py") if called(call) == "DAG"]
    assert CRON.fullmatch(dag["schedule"])
    assert dag["catchup"] is False


@pytest.mark.parametrize("name", ["dagster_job.py", "dagster_dbt_assets.py"])
def test_dagster_s_schedule_is_one_of_cron(name):
    [schedule] = [given(call) for call in calls(name) if called(call) == "ScheduleDefinition"]
    assert CRON.fullmatch(schedule["cron_schedule"])


def test_github_s_workflow_builds_and_keeps_the_database():
    text = (FOLDER / "github_actions.yml").read_text(encoding="utf-8")
    workflow = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - `on` stays text
    assert [CRON.fullmatch(one["cron"]) is not None for one in workflow["on"]["schedule"]] == [True]
    [job] = workflow["jobs"].values()
    runs = [step.get("run", "") for step in job["steps"]]
    [build] = [line for line in runs if line.startswith("recsys ")]
    assert build.split()[1] in COMMANDS
    kept = [step["with"]["path"] for step in job["steps"] if "upload" in step.get("uses", "")]
    assert job["env"]["RECSYS_DATABASE"] in kept[0]


def cron_command(folder: Path, program: Path) -> str:
    """Return the crontab's command with the folder and the program of a test."""
    text = (FOLDER / "recsys.crontab").read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if CRON.match(line)]
    command = line.split(None, 5)[5]
    return command.replace("/var/lib/recsys", str(folder)).replace(
        "/opt/recsys/.venv/bin/recsys", str(program)
    )


@pytest.mark.skipif(sys.platform != "linux", reason="flock is Linux's")
@pytest.mark.parametrize(
    ("code", "mailed"), [(0, ""), (3, "recsys build failed with exit code 3: see {}/build.log\n")]
)
def test_cron_s_command_logs_and_mails_a_failure(tmp_path, code, mailed):
    program = tmp_path / "recsys"
    program.write_text(f"#!/bin/sh\necho called $*\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)
    ran = subprocess.run(  # noqa: S603 - as cron does it
        ["/bin/sh", "-c", cron_command(tmp_path, program)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, mailed.format(tmp_path), "")
    log = (tmp_path / "build.log").read_text(encoding="utf-8")
    assert log == "called build --shop /etc/recsys/my_shop.yml\n"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="flock is Linux's")
def test_cron_s_command_builds_a_shop(tmp_path):
    shop = ROOT / "tests" / "tiny_shop" / "shop.yml"
    program = Path(sys.executable).with_name("recsys")
    command = cron_command(tmp_path, program).replace("/etc/recsys/my_shop.yml", str(shop))
    database = tmp_path / "recsys.duckdb"
    ran = subprocess.run(  # noqa: S603 - as cron does it
        ["/bin/sh", "-c", command],
        env={**os.environ, "RECSYS_DATABASE": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("", "")
    assert "Drift: there is no earlier build" in (tmp_path / "build.log").read_text("utf-8")
    assert database.is_file()


@pytest.mark.slow
def test_dagster_builds_a_shop(tmp_path, monkeypatch):
    """Where Dagster is installed, the job runs in this process."""
    dagster = pytest.importorskip("dagster")
    monkeypatch.setenv("RECSYS_COMMAND", str(Path(sys.executable).with_name("recsys")))
    monkeypatch.setenv("RECSYS_SHOP", str(ROOT / "tests" / "tiny_shop" / "shop.yml"))
    monkeypatch.setenv("RECSYS_DATABASE", str(tmp_path / "recsys.duckdb"))
    defined: dict[str, object] = {}
    source = (FOLDER / "dagster_job.py").read_text(encoding="utf-8")
    exec(compile(source, "dagster_job.py", "exec"), defined)  # noqa: S102 - ours
    assert dagster.materialize([defined["recommendations"]]).success
    assert (tmp_path / "recsys.duckdb").is_file()
