"""Builds shops: the tiny shop once, others where a test needs them, by dbt or as dbt compiled them.

What is tested of tables is tested of those that `Builder.run` makes, which takes seconds;
`Builder.build` is for what dbt and publishing do.
"""

import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from recsys import __version__
from recsys.pipeline import build as build_module
from recsys.pipeline.build import BuildResult, build
from recsys.pipeline.build_events import BuildEvent, WentOn
from recsys.pipeline.fresh_file import write_afresh
from recsys.pipeline.published_tables import published_choice
from recsys.settings.project import dbt_project_folder
from recsys.shop import attach_shop, load_shop
from recsys.storage.forgotten import Forgotten
from recsys.storage.scratch import PREFIX
from recsys.storage.work_folder import kept_folder, serving_folder, work_folder

from .compiled_project import CompiledProject

KILLED = """
import json, os, signal, sys
from pathlib import Path
from recsys.pipeline.build import build
from recsys.pipeline.build_events import NodeFinished, NodeStarted

shop, database, variables, when, step = sys.argv[1:]

def kill(event):
    kind = NodeStarted if when == "started" else NodeFinished
    if isinstance(event, kind) and event.name == step:
        os.kill(os.getpid(), signal.SIGKILL)

build(shop, Path(database), variables=json.loads(variables), progress=kill)
"""
"""A build that is killed."""
TOLD = "told.json"
"""What the tiny shop's build is asked about itself, beside its database."""
TINY_SHOP = Path(__file__).parents[1] / "tiny_shop"
Rows = list[tuple[Any, ...]]
Query = Callable[..., Rows]


@contextmanager
def leftovers_ignored() -> Iterator[None]:
    """Ignore what dbt leaves to the collector: its log file, an event loop per Python model."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


class Builder:
    """Builds shops one after the other under the same two paths.

    dbt reads the project afresh whenever an environment variable of its profile changes: with
    the same paths it reads it once, which makes a build three times as fast.
    """

    def __init__(self, folder: Path, project: CompiledProject) -> None:
        self.project = project
        self.shop = folder / "shop"
        self.database = folder / "work" / "recsys.duckdb"
        self.finished = folder / "finished"
        self.finished.mkdir(parents=True)

    def build(
        self,
        files: Mapping[str, str] | Path,
        *,
        onto: Path | None = None,
        jobs: int = 1,
        threads: int = 2,
        variables: Mapping[str, object] | None = None,
        killed: tuple[str, str] | None = None,
    ) -> Path:
        """Build the shop of these files (or this folder), and return its database.

        Its working tables are published, too: tests look at them. `killed` says at which moment
        the build is killed, to be gone on with: `started` or `finished`, and a step.
        """
        self._write(files)
        with leftovers_ignored():
            gc.collect()  # a build that failed may have left its connection to the collector
        self.database.unlink(missing_ok=True)
        if onto is not None:
            self.database.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(onto, self.database)
        wanted = {"keep_working_tables": True, **(variables or {})}
        if killed is not None:
            self._kill(wanted, *killed)
        events: list[BuildEvent] = []
        with pytest.MonkeyPatch.context() as patch, leftovers_ignored():
            patch.setenv("RECSYS_JOBS", str(jobs))
            arguments = build_module._arguments
            patch.setattr(
                build_module,
                "_arguments",
                lambda *given: [*arguments(*given), "--threads", str(threads)],
            )
            self.result: BuildResult = build(
                self.shop / "shop.yml",
                self.database,
                variables=wanted,
                progress=events.append,
            )
            gc.collect()
        assert any(isinstance(event, WentOn) for event in events) == (killed is not None)
        return self._put_away(self.database, self._next_folder())

    def _kill(self, variables: Mapping[str, object], when: str, step: str) -> None:
        """Let another process build, and be killed when a step has started or finished."""
        arguments = [self.shop / "shop.yml", self.database, json.dumps(variables), when, step]
        ran = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-c", KILLED, *map(str, arguments)],
            env=os.environ | {"RECSYS_JOBS": "1"},
            capture_output=True,
            check=False,
        )
        assert ran.returncode == -signal.SIGKILL, ran.stderr.decode()

    def run(
        self,
        files: Mapping[str, str] | Path,
        *,
        onto: Path | None = None,
        variables: Mapping[str, object] | None = None,
    ) -> Path:
        """Make the tables that a build would make of a shop, and test them, without dbt."""
        self._write(files)
        folder = self._next_folder()
        database = folder / "work" / "recsys.duckdb"
        database.parent.mkdir()
        if onto is not None:
            shutil.copy(onto, database)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RECSYS_JOBS", "1")
            self.warnings = self.project.build(self.shop / "shop.yml", database, variables)
        return self._put_away(database, folder)

    def _write(self, files: Mapping[str, str] | Path) -> None:
        shutil.rmtree(self.shop, ignore_errors=True)
        if isinstance(files, Path):
            shutil.copytree(files, self.shop)
            return
        self.shop.mkdir()
        for name, text in files.items():
            (self.shop / name).write_text(text, encoding="utf-8")

    def _next_folder(self) -> Path:
        folder = self.finished / str(len(list(self.finished.iterdir())))
        folder.mkdir()
        return folder

    def _put_away(self, database: Path, folder: Path) -> Path:
        finished = Path(shutil.move(database, folder / "recsys.duckdb"))
        kept = kept_folder(serving_folder(database))
        if kept.exists():
            shutil.move(kept, finished.with_suffix(".kept"))
        return finished

    def today(self, database: Path, model: str) -> str:
        """Return a FROM item: today's rows of a model that `keep_block_tables` named."""
        folder = database.with_suffix(".kept") / model
        return f"read_parquet('{folder}/*.parquet')"

    def ask(self, database: Path) -> Query:
        """Return a function that asks a finished database, opened anew for every question."""

        def ask(sql: str, *parameters: object) -> Rows:
            with duckdb.connect(database, read_only=True) as connection:
                return connection.execute(sql, parameters).fetchall()

        return ask


@pytest.fixture(scope="session")
def project(made_once: Callable[[str, Callable[[Path], None]], Path]) -> CompiledProject:
    """Return the project as dbt compiles it, with the defaults of all settings."""
    return CompiledProject(made_once("compiled", compile_project))


def compile_project(target: Path) -> None:
    project = str(dbt_project_folder())
    with pytest.MonkeyPatch.context() as patch, leftovers_ignored():
        patch.setenv("RECSYS_DATABASE", str(target / "recsys.duckdb"))
        patch.setenv("RECSYS_SHOP", str(TINY_SHOP / "shop.yml"))
        options = ["--project-dir", project, "--profiles-dir", project, "--no-introspect"]
        options += ["--target-path", str(target), "--log-path", str(target)]
        ran = dbtRunner().invoke(["compile", "--quiet", "--log-level-file", "none", *options])
        DuckDBConnectionManager.close_all_connections()
        gc.collect()
    assert ran.success, ran.exception


@pytest.fixture(scope="session")
def builder(
    tmp_path_factory: pytest.TempPathFactory, project: CompiledProject
) -> Iterator[Builder]:
    yield Builder(tmp_path_factory.mktemp("builds"), project)
    with leftovers_ignored():
        gc.collect()


@pytest.fixture(scope="session")
def tiny_shop() -> Path:
    return TINY_SHOP


@pytest.fixture(scope="session")
def tiny_variables() -> Mapping[str, object]:
    """Return the settings that the tiny shop is built with."""
    return {"keep_block_tables": "rec_bought_together, rec_content"}


@pytest.fixture(scope="session")
def tiny_database(
    builder: Builder,
    tiny_variables: Mapping[str, object],
    made_once: Callable[[str, Callable[[Path], None]], Path],
) -> Path:
    """Return the tiny shop, built once by dbt; nobody writes to it."""

    def build_into(folder: Path) -> None:
        built = builder.build(TINY_SHOP, variables=tiny_variables)
        shutil.copytree(built.parent, folder, dirs_exist_ok=True)
        left = [str(path) for path in builder.database.parent.rglob(f"{PREFIX}*")]
        said = {"shop": str(builder.shop), "left_behind": left}
        (folder / TOLD).write_text(json.dumps(said), encoding="utf-8")
        target = work_folder(builder.database) / "target"
        choice = published_choice(built, target, {"keep_working_tables": False})
        write_afresh(built, folder / "published.duckdb", choice)

    return made_once("tiny", build_into) / "recsys.duckdb"


@pytest.fixture(scope="session")
def published_file(tiny_database: Path) -> Path:
    """Return what a build of the tiny shop publishes for readers; nobody writes to it."""
    return tiny_database.with_name("published.duckdb")


@pytest.fixture(scope="session")
def ask_published(published_file: Path) -> Iterator[Query]:
    """Return a function that asks what a build of the tiny shop publishes."""
    with duckdb.connect(published_file, read_only=True) as connection:

        def ask(sql: str, *parameters: object) -> Rows:
            return connection.execute(sql, parameters).fetchall()

        yield ask


@pytest.fixture(scope="session")
def query(tiny_database: Path) -> Iterator[Query]:
    """Return a function that asks the tiny shop's database."""
    with duckdb.connect(tiny_database, read_only=True) as connection:

        def ask(sql: str, *parameters: object) -> Rows:
            return connection.execute(sql, parameters).fetchall()

        yield ask


@pytest.fixture(scope="session")
def ask_sampled(builder: Builder) -> Iterator[Query]:
    """Return a function that asks of the tiny shop, built with two judged folds of 8 customers."""
    database = builder.run(TINY_SHOP, variables={"judged_folds": 2, "judged_customers": 8})
    with duckdb.connect(database, read_only=True) as connection:

        def ask(sql: str, *parameters: object) -> Rows:
            return connection.execute(sql, parameters).fetchall()

        yield ask


REFUSE = ("stg_settings", "stg_formats")
"""Models of cleaning that refuse a shop."""


class Cleaner:
    """Runs models of cleaning alone, in memory: a shop in a moment."""

    def __init__(self, project: CompiledProject, folder: Path) -> None:
        self.folder = folder
        self.sql = {node["name"]: node["compiled_code"] for node in project.models}
        self._project = project

    def clean(
        self,
        files: Mapping[str, str],
        settings: Mapping[str, object] | None = None,
        forgotten: Forgotten | None = None,
    ) -> Query:
        """Attach the shop of these files, one of them shop.yml; return its query.

        A table is made when a question names it first, with those that it reads. Customers who are
        `forgotten` are kept out.
        """
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8", newline="")
        connection = duckdb.connect()
        connection.execute("set timezone = 'UTC'")
        connection.execute("attach ':memory:' as recsys")
        for schema in ("staging", "intermediate", "marts"):
            connection.execute(f"create schema recsys.{schema}")
        shop = load_shop(self.folder / "shop.yml")
        attach_shop(
            connection,
            shop,
            {"package_version": __version__, **shop.settings, **(settings or {})},
            forgotten=forgotten,
        )
        connection.execute("use recsys")
        made: set[str] = set()

        def make(names: Iterable[str]) -> None:
            for node in self._project.upstream(names):
                if node["name"] not in made:
                    made.add(node["name"])
                    connection.execute(
                        f"create table {node['relation_name']} as {node['compiled_code']}"
                    )

        def ask(sql: str, *parameters: object) -> Rows:
            make(set(re.findall(r"\w+", sql)) & self.sql.keys())
            return connection.execute(sql, parameters).fetchall()

        make(REFUSE)
        return ask


@pytest.fixture(scope="session")
def cleaner(tmp_path_factory: pytest.TempPathFactory, project: CompiledProject) -> Cleaner:
    """Return a cleaner of shops."""
    return Cleaner(project, tmp_path_factory.mktemp("cleaned"))


@pytest.fixture(scope="session")
def manifest(project: CompiledProject) -> Mapping[str, Any]:
    """Return what dbt knows of the project's models."""
    return project.manifest
