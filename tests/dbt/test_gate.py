"""What is served must be shown to be better, where the shop asks for that, or the build fails."""

import gc
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from recsys.errors import RecsysError
from recsys.pipeline.build import build

from .compiled_project import CompiledProject, rows_found

# dbt leaves its log file and an event loop per Python model to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

WARNS = "assert_champions_beat_popularity_and_habit"
FAILS = f"{WARNS}_where_required"
BETTER, TIE, WORSE = (0.1, 0.3), (-0.1, 0.3), (-0.3, -0.1)


@pytest.fixture
def database(tiny_database: Path, tmp_path: Path) -> Path:
    """Return a fresh copy."""
    return Path(shutil.copy(tiny_database, tmp_path / "recsys.duckdb"))


def judge(database: Path, against: dict[tuple[str, str], tuple[float, float]]) -> None:
    """Let the hybrid serve `discover` alone, with these intervals by fold and baseline."""
    with duckdb.connect(database) as connection:
        connection.execute("delete from marts.champions where list_type <> 'discover'")
        connection.execute("""
            update marts.champions set recommender = 'hybrid', baseline = 'popularity'
        """)
        connection.execute("delete from marts.model_comparisons")
        for (fold, baseline), (low, high) in against.items():
            connection.execute(
                """
                insert into marts.model_comparisons values (
                    'run', ?, 'discover', 'all', 'all', 'ndcg', 10, 'hybrid', ?, 0.1, ?, ?, 'any'
                )
                """,
                [fold, baseline, low, high],
            )


@pytest.fixture
def outcome(project: CompiledProject, tiny_shop: Path) -> Callable[..., set[str]]:
    """Return a function that says which tests of a database's tables find something."""
    nodes = {node["name"]: node for node in (*project.models, *project.tests)}

    def found(database: Path, *tests: str, **settings: object) -> set[str]:
        with project.opened(tiny_shop / "shop.yml", database, settings) as connection:
            project.make(connection, nodes["stg_settings"])
            return {name for name in tests if rows_found(connection, nodes[name])}

    return found


@pytest.fixture
def gate(outcome: Callable[..., set[str]]) -> Callable[..., set[str]]:
    """Return a function that says which of the two tests finds something."""
    return lambda database, required: outcome(
        database, WARNS, FAILS, require_better_champion=required
    )


def built(database: Path, shop: Path, *, required: bool) -> set[str]:
    """Return which of the two tests is heard of in a build: one warns, the other fails."""
    try:
        found = build(
            shop / "shop.yml",
            database,
            select=["stg_settings", WARNS, FAILS],
            variables={"require_better_champion": required, "keep_working_tables": True},
        )
    except RecsysError as error:
        assert FAILS in str(error)  # noqa: PT017
        return {FAILS}
    finally:
        gc.collect()
    return {node.name for node in found.warnings} & {WARNS}


def test_a_champion_no_better_than_simple_warns_or_fails(database, tiny_shop):
    assert built(database, tiny_shop, required=False) == {WARNS}
    assert built(database, tiny_shop, required=True) == {FAILS}


@pytest.mark.parametrize(
    ("popularity", "habit", "is_proven"),
    [(BETTER, BETTER, True), (BETTER, TIE, False), (BETTER, WORSE, False), (TIE, BETTER, False)],
)
def test_it_has_to_beat_popularity_and_habit_both(database, gate, popularity, habit, is_proven):
    judge(database, {("2024-05-02", "popularity"): popularity, ("2024-05-02", "buy_again"): habit})
    assert gate(database, required=True) == (set() if is_proven else {FAILS})


@pytest.mark.parametrize(("of_store", "is_proven"), [(BETTER, True), (TIE, False)])
def test_where_stores_are_known_it_has_to_beat_what_is_popular_there(
    database, gate, of_store, is_proven
):
    simple = dict.fromkeys(("popularity", "buy_again"), BETTER) | {"store_popularity": of_store}
    judge(database, {("2024-05-02", name): found for name, found in simple.items()})
    assert gate(database, required=True) == (set() if is_proven else {FAILS})


def test_what_an_earlier_fold_says_is_no_excuse(database, gate):
    judge(database, {("2024-04-04", "popularity"): BETTER, ("2024-05-02", "popularity"): TIE})
    assert gate(database, required=True) == {FAILS}
    judge(database, {("2024-04-04", "popularity"): TIE, ("2024-05-02", "popularity"): BETTER})
    assert gate(database, required=True) == set()


def test_where_nothing_was_judged_nothing_is_proven(database, gate):
    judge(database, {})
    with duckdb.connect(database) as connection:
        connection.execute("update marts.champions set recommender = 'popularity', baseline = null")
    assert gate(database, required=False) == set()
    assert gate(database, required=True) == {FAILS}


BEATEN = "assert_no_recommender_beats_the_champion"


@pytest.mark.parametrize(
    ("compared", "pinned", "warns"),
    [
        (("hybrid", "better"), "", True),
        (("hybrid", "tie"), "", False),
        (("popularity", "better"), "", False),
        (("hybrid", "better"), "hybrid", False),
    ],
)
def test_a_recommender_that_beats_what_serves_is_warned_of(
    database, outcome, compared, pinned, warns
):
    judge(database, {("2024-05-02", "popularity"): BETTER})
    with duckdb.connect(database) as connection:
        connection.execute(
            """
            insert into marts.model_comparisons values
                ('run', '2024-05-02', 'discover', 'all', 'all', 'ndcg', 10, 'ease', ?, 0.1,
                 0.1, 0.3, ?),
                ('run', '2024-04-04', 'discover', 'all', 'all', 'ndcg', 10, 'als', 'hybrid', 0.1,
                 0.1, 0.3, 'better'),
                ('run', '2024-05-02', 'discover', 'all', 'all', 'recall', 10, 'als', 'hybrid', 0.1,
                 0.1, 0.3, 'better')
            """,
            compared,
        )
    assert (BEATEN in outcome(database, BEATEN, pinned_champion=pinned)) is warns


UNFAITHFUL = "assert_reasons_are_faithful"


@pytest.mark.parametrize(("rows", "fell", "warns"), [(100, 80, True), (4, 3, False), (1, 0, False)])
def test_reasons_whose_evidence_does_not_matter_are_warned_of(database, outcome, rows, fell, warns):
    """The 95 % intervals of Wilson end at 86.7 %, 95.4 % and 79.3 %."""
    high = {80: 0.867, 3: 0.954, 0: 0.793}[fell]
    with duckdb.connect(database) as connection:
        connection.execute("delete from marts.reason_faithfulness")
        connection.execute(
            "insert into marts.reason_faithfulness by name select 'run' as run_id, "
            "'popular' as reason_kind, ? as rows, ? as fell, ? as share, 0.3 as ci_low, "
            "? as ci_high, 0.1 as mean_fall",
            [rows, fell, fell / rows, high],
        )
    assert (UNFAITHFUL in outcome(database, UNFAITHFUL)) is warns
