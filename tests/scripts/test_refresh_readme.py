"""The pages show what the database answers, and --check says which don't."""

import importlib.util
from pathlib import Path

import pytest

from recsys.storage.connections import connect

SCRIPT = Path(__file__).parents[2] / "scripts" / "refresh_readme.py"
PAGE = """How many?

```sql
select count(*) as rows, 'a' as name from marts.things
```

```text
rows  name
0     b
```

The end.
"""


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location("refresh_readme", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def database(tmp_path):
    with connect(tmp_path / "things.duckdb") as connection:
        connection.execute("create schema marts; create table marts.things as from range(3)")
    return tmp_path / "things.duckdb"


def test_every_page_is_there(script):
    assert all(page.is_file() for page in script.PAGES)


def test_stale_answers_are_found_and_then_refreshed(
    script, database, tmp_path, monkeypatch, capsys
):
    pages = [tmp_path / "README.md", tmp_path / "questions.md"]
    pages[0].write_text("No question.\n", encoding="utf-8")
    pages[1].write_text(PAGE, encoding="utf-8")
    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setattr(script, "PAGES", pages)
    monkeypatch.setattr("sys.argv", ["refresh_readme.py", str(database), "--check"])
    assert script.main() == 1
    assert capsys.readouterr().out == "questions.md\n"
    assert pages[1].read_text(encoding="utf-8") == PAGE
    monkeypatch.setattr("sys.argv", ["refresh_readme.py", str(database)])
    assert script.main() == 0
    assert pages[1].read_text(encoding="utf-8") == PAGE.replace("0     b", "3     a")
    monkeypatch.setattr("sys.argv", ["refresh_readme.py", str(database), "--check"])
    assert script.main() == 0
    assert pages[0].read_text(encoding="utf-8") == "No question.\n"
