"""What README and docs/questions.md show can be run: SQL, Python, commands, the shop file."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from recsys.shop.file import Shop

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUESTIONS = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
MOST_LINES = 180


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README + QUESTIONS, re.DOTALL)


COMMANDS = [
    line.split("#")[0].strip()
    for block in blocks("sh")
    for line in block.splitlines()
    if re.match(r"(\.venv/bin/)?recsys ", line)
]


def test_there_is_something_to_run():
    assert len(blocks("sql")) >= 10
    assert len(COMMANDS) >= 6


def test_the_readme_is_short():
    assert len(README.splitlines()) <= MOST_LINES


def test_every_page_of_the_docs_is_named_in_the_readme():
    pages = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert pages <= set(re.findall(r"\]\((docs/\w+\.md)\)", README))


@pytest.mark.parametrize("sql", blocks("sql"), ids=lambda sql: sql.split("\n")[0][:50])
def test_every_question_can_be_asked_of_any_shop(ask_published, sql):
    ask_published(sql)


def test_the_python_example_prints_a_recommendation(capsys):
    (example,) = blocks("python")
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102
    assert "'product_id': 'milk'" in capsys.readouterr().out


def test_the_example_shop_file_is_legal():
    (example,) = blocks("yaml")
    Shop.model_validate(yaml.safe_load(example))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_there_is(command):
    words = shlex.split(command)[1:2]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "recsys", *words, "--help"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    help_text = done.stdout.decode()
    for option in re.findall(r"--[a-z-]+", command):
        assert option in help_text


@pytest.mark.parametrize(
    "command", ["status", "recommend '00123' --list discover --k 5", "export --to {} --format csv"]
)
def test_the_commands_that_read_work_on_a_built_database(command, published_file, tmp_path):
    words = [word.format(tmp_path / "exports") for word in shlex.split(command)]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "recsys", *words, "--database", str(published_file)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_every_setting_the_readme_names_exists():
    project = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text("utf-8"))
    for name in re.findall(r"--set (\w+)=", README):
        assert name in project["vars"]


def anchors(page: Path) -> set[str]:
    """Return what a link may name of a page, as GitHub makes it of headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda page: page.stem
)
def test_every_link_of_the_docs_leads_somewhere(page):
    for target, anchor in re.findall(
        r"\]\((?!http)([^)#\s]*)#?([^)\s]*)\)", page.read_text(encoding="utf-8")
    ):
        file = page.parent / target if target else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"


@pytest.mark.slow
def test_the_answers_shown_are_those_of_the_default_shop(tmp_path):
    database = str(tmp_path / "default.duckdb")
    build = [sys.executable, "-m", "recsys", "build", "--shop", "complete_journey"]
    subprocess.run([*build, "--database", database], check=True)  # noqa: S603
    check = [sys.executable, str(ROOT / "scripts" / "refresh_readme.py"), database, "--check"]
    assert subprocess.run(check, check=False).returncode == 0  # noqa: S603
