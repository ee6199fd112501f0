"""Models rendered from their source without dbt: such as dbt would compile of a changed file."""

from typing import Any

from scripts.sql_style.macros import environment, read_macros, return_

from .compiled_project import CompiledProject


class Renderer:
    """Renders the source of models that ask dbt for nothing but relations and macros."""

    def __init__(self, project: CompiledProject) -> None:
        places = {node["name"]: node["relation_name"] for node in project.models}
        self._known: dict[str, Any] = {
            "ref": places.__getitem__,
            "source": lambda source, table: f'"{source}_inputs"."main"."{table}"',
            "config": lambda **given: "",
            "return": return_,
            "execute": True,
        }
        self._known.update(read_macros(self._known))
        self._known["refreshes"] = lambda: False  # what it asks of, no build is under way

    def render(self, source: str) -> str:
        """Return the SQL of a model's source."""
        return environment.from_string(source, globals=self._known).render()
