"""The package's folders form layers: docs/architecture.md lists them, imports follow the list."""

import ast
import re
from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
LOOSE = {"__init__", "__main__", "errors", "terminal"}
"""Files beside the folders: the public face, and what every folder may use."""
FACE = {"__version__"}
"""What the package's own modules may take from its public face, which imports from all folders."""


def declared_folders() -> list[str]:
    section = PAGE.split("## Folders of `recsys/`")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def modules() -> dict[str, Path]:
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in sorted((ROOT / "recsys").rglob("*.py"))
    }


def imported(source: str, known: Iterable[str]) -> set[str]:
    """Return the modules and names of the package that a source imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            for name in node.names:
                whole = f"{module}.{name.name}"
                found.add(whole if whole in known or module == "recsys" else module)
    return {name for name in found if name.split(".")[0] == "recsys"}


def folder_of(module: str) -> str:
    return module.split(".")[1]


def back_up(order: list[str], imports: dict[str, set[str]]) -> list[str]:
    """Return the imports of one folder from another that stands below it."""
    place = {folder: number for number, folder in enumerate([*LOOSE, *order])}
    return sorted(
        f"{module} imports {other}"
        for module, others in imports.items()
        for other in others
        if place[folder_of(other)] > place[folder_of(module)]
    )


def package_imports() -> dict[str, set[str]]:
    """Return what each module imports, but for the public face's own imports."""
    known = modules()
    face = {f"recsys.{name}" for name in FACE}
    return {
        module: imported(file.read_text(encoding="utf-8"), known) - face
        for module, file in known.items()
        if module not in ("recsys", "recsys.__main__")
    }


def test_a_planted_import_of_a_later_folder_is_found():
    known = {"recsys.data.a", "recsys.cli.b"}
    source = "def later():\n    from recsys.cli import b"
    imports = {"recsys.data.a": imported(source, known), "recsys.cli.b": {"recsys.data.a"}}
    assert back_up(["data", "cli"], imports) == ["recsys.data.a imports recsys.cli.b"]
    assert back_up(["cli", "data"], imports) == ["recsys.cli.b imports recsys.data.a"]


def test_every_folder_is_declared_and_only_the_public_face_is_loose():
    package = ROOT / "recsys"
    folders = {file.parent.name for file in package.glob("*/*.py")}
    assert folders == set(declared_folders())
    assert {file.stem for file in package.glob("*.py")} == LOOSE


def test_tests_stand_in_folders_of_the_same_names():
    across = {"contract", "durability", "scripts", "tiny_shop"}
    folders = {file.parent.name for file in (ROOT / "tests").glob("*/*.py")}
    assert folders - across <= set(declared_folders())


def test_no_import_leads_back_up():
    assert back_up(declared_folders(), package_imports()) == []


def test_modules_import_each_other_in_no_circle():
    imports = package_imports()
    graph = {module: others & set(imports) for module, others in imports.items()}
    assert list(TopologicalSorter(graph).static_order())


COINED = re.compile(
    r"\b(teach\w*|taught|lessons?|exchange tables?|octaves?|(int_)?bought_after)\b", re.IGNORECASE
)
"""Words that were coined here, where the field has its own: docs/architecture.md has a glossary."""


def test_words_are_those_of_the_glossary():
    kinds = {".py", ".sql", ".yml", ".md"}
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for folder in ("recsys", "dbt_project", "docs", "scripts", "tests", "README.md")
        for file in [ROOT / folder, *sorted((ROOT / folder).rglob("*"))]
        if file.suffix in kinds and file != Path(__file__) and file.is_file()
        for match in COINED.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == []
