"""Each setting is said once: what dbt and people read is written from the model."""

import pytest
import yaml
from pydantic import ValidationError

from recsys.settings.model import SECTIONS, Settings
from recsys.settings.project import dbt_project_folder, setting_names
from scripts.write_settings import FIELDS, default, written


@pytest.mark.parametrize("path", written(), ids=lambda path: path.name)
def test_files_are_as_the_model_writes_them(path):
    text = path.read_text(encoding="utf-8")
    assert written()[path](text) == text, "run: python scripts/write_settings.py"


def test_dbt_has_the_same_names_and_defaults():
    project = (dbt_project_folder() / "dbt_project.yml").read_text(encoding="utf-8")
    variables = yaml.safe_load(project)["vars"]
    assert sorted(variables) == setting_names() == sorted(FIELDS)
    for name, value in variables.items():
        assert value == yaml.safe_load(default(FIELDS[name])), name
        assert Settings.model_validate({name: None if value == "" else value})


def test_a_setting_is_in_one_section_and_is_described():
    names = [name for section in SECTIONS for name in section.model_fields]
    assert len(names) == len(set(names)) == len(Settings.model_fields)
    assert [name for name in names if not (FIELDS[name].description or "").endswith(".")] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"list_length": 0},
        {"list_length": 21},
        {"list_length": "ten"},
        {"champion_k": 7},
        {"date_order": "ymd"},
        {"earliest_day": "soon"},
        {"list_lenght": 5},
    ],
)
def test_the_model_refuses_what_is_not_legal(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Settings.model_validate(wrong)
