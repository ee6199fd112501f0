"""Builds shops for real, in this process: the tiny shop once, others where a test needs them."""

import gc
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from recsys import build as build_module
from recsys.build import BuildResult, build

TINY_SHOP = Path(__file__).parents[1] / "tiny_shop"
Rows = list[tuple[Any, ...]]
Query = Callable[..., Rows]


class Builder:
    """Builds shops one after the other under the same two paths.

    dbt reads the project afresh whenever an environment variable of its profile changes: with
    the same paths it reads it once, which makes a build three times as fast.
    """

    def __init__(self, folder: Path) -> None:
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
    ) -> Path:
        """Build the shop of these files (or this folder), and return its database."""
        shutil.rmtree(self.shop, ignore_errors=True)
        if isinstance(files, Path):
            shutil.copytree(files, self.shop)
        else:
            self.shop.mkdir()
            for name, text in files.items():
                (self.shop / name).write_text(text, encoding="utf-8")
        gc.collect()  # a build that failed may have left its connection to the collector
        self.database.unlink(missing_ok=True)
        if onto is not None:
            self.database.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(onto, self.database)
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            # dbt leaves its log file and an event loop per Python model to the collector.
            warnings.simplefilter("ignore", ResourceWarning)
            patch.setenv("RECSYS_JOBS", str(jobs))
            arguments = build_module._arguments
            patch.setattr(
                build_module,
                "_arguments",
                lambda *given: [*arguments(*given), "--threads", str(threads)],
            )
            self.result: BuildResult = build(
                self.shop / "shop.yml", self.database, variables=variables
            )
            gc.collect()
        number = len(list(self.finished.iterdir()))
        return Path(shutil.move(self.database, self.finished / f"{number}.duckdb"))

    def ask(self, database: Path) -> Query:
        """Return a function that asks a finished database, opened anew for every question."""

        def ask(sql: str, *parameters: object) -> Rows:
            with duckdb.connect(database, read_only=True) as connection:
                return connection.execute(sql, parameters).fetchall()

        return ask


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    return Builder(tmp_path_factory.mktemp("builds"))


@pytest.fixture(scope="session")
def tiny_shop() -> Path:
    return TINY_SHOP


@pytest.fixture(scope="session")
def tiny_database(builder: Builder) -> Path:
    """Return the tiny shop, built once; nobody writes to it."""
    return builder.build(TINY_SHOP)


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
    database = builder.build(TINY_SHOP, variables={"judged_folds": 2, "judged_customers": 8})
    with duckdb.connect(database, read_only=True) as connection:

        def ask(sql: str, *parameters: object) -> Rows:
            return connection.execute(sql, parameters).fetchall()

        yield ask
