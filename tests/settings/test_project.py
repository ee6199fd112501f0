from pathlib import Path

import pytest

from recsys.errors import RecsysError
from recsys.settings import project
from recsys.settings.project import database_path, dbt_project_folder


def test_in_a_checkout_the_database_lies_at_its_root(monkeypatch):
    monkeypatch.delenv("RECSYS_DATABASE", raising=False)
    assert database_path() == Path(__file__).parents[2] / "recsys.duckdb"
    assert (dbt_project_folder() / "dbt_project.yml").is_file()


def test_the_option_wins_over_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("RECSYS_DATABASE", str(tmp_path / "named.duckdb"))
    monkeypatch.chdir(tmp_path)
    assert database_path() == tmp_path / "named.duckdb"
    assert database_path(Path("chosen.duckdb")) == tmp_path / "chosen.duckdb"


def test_an_installed_wheel_uses_its_own_project_and_the_current_folder(monkeypatch, tmp_path):
    package = tmp_path / "site-packages" / "recsys"
    (package / "dbt_project").mkdir(parents=True)
    monkeypatch.setattr(project, "PACKAGE", package)
    monkeypatch.delenv("RECSYS_DATABASE", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecsysError, match="incomplete"):
        dbt_project_folder()
    (package / "dbt_project" / "dbt_project.yml").touch()
    assert dbt_project_folder() == package / "dbt_project"
    assert database_path() == tmp_path / "recsys.duckdb"
