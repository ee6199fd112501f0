"""What `scripts/bench` is told: passed on as values, or refused in one line before it measures."""

import importlib
import sys
from pathlib import Path

import duckdb
import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def bench(monkeypatch, capsys):
    """Return a function that gives the exit code, stdout, stderr and what would be measured."""
    monkeypatch.syspath_prepend(SCRIPTS)
    entry = importlib.import_module("benchmarks.__main__")
    arguments = importlib.import_module("benchmarks.arguments")

    def run(*words: str) -> tuple[int, str, str, list]:
        measured: list = []

        def instead(name: str, measurement):
            def measure(values: list) -> None:
                """Measures nothing."""
                measured.append((name, values))

            return arguments.Measurement(measure, measurement.argument)

        known = {name: instead(name, one) for name, one in entry.MEASUREMENTS.items()}
        monkeypatch.setattr(sys, "argv", ["bench", *words])
        code = 0
        with monkeypatch.context() as patch:
            patch.setattr(entry, "MEASUREMENTS", known)
            try:
                entry.main()
            except SystemExit as ended:
                code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err, measured

    return run


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["api"], []),
        (["api", "100", "2500"], [100, 2500]),
        (["build"], []),
        (["build", "2"], [2]),
        (["crash", "7", "readers"], [7, "readers"]),
        (["hybrid"], []),
        (["leaderboard", "some.duckdb"], [Path("some.duckdb")]),
        (["month"], []),
        (["quality", "movielens", "online_retail"], ["movielens", "online_retail"]),
        (["quality", "horizons"], ["horizons"]),
        (["reproducible"], []),
        (["scale"], []),
        (["scale", "1", "0.5", "1"], [1.0, 0.5]),
        (["scale", "grocery", "0.5"], ["grocery", 0.5]),
        (["scale", "webshop", "30000", "1000000"], ["webshop", 30_000, 1_000_000]),
        (["scale", "marketplace"], ["marketplace"]),
        (["staging", "4"], [4.0]),
        (["experiments", "a.duckdb"], [Path("a.duckdb")]),
        (["topn"], []),
    ],
)
def test_a_measurement_gets_values(bench, words, values):
    assert bench(*words) == (0, "", "", [(words[0], values)])


def test_a_month_may_be_shorter_and_of_another_shop(bench, tmp_path):
    shop = tmp_path / "shop.yml"
    shop.touch()
    words = ("days=3", "first=2024-05-01", f"shop={shop}")
    code, _, _, [(name, [wish])] = bench("month", *words)
    assert (code, name) == (0, "month")
    assert (wish.days, str(wish.first), wish.shop, wish.customers) == (3, "2024-05-01", shop, 300)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nosuch"], "'nosuch' (choose from"),
        (["crash", "nosuch"], "'nosuch' can't be used; use a whole number of at least 1"),
        (["quality", "nosuch"], "'nosuch' is unknown; use one of complete_journey, online_retail"),
        (["scale", "abc"], "'abc' can't be used; use a number of million lines of at least 0.01"),
        (["scale", "shop", "4"], "lines of at least 0.01, or first a shape: grocery, webshop, mar"),
        (["scale", "4", "nan"], "'nan' can't be used"),
        (["scale", "4", "webshop"], "'webshop' can't be used; use a number of million lines"),
        (["scale", "webshop", "0.5"], "'0.5' can't be used; use a whole number of customers of at"),
        (["scale", "marketplace", "99"], "customers of at least 100 (usage: scripts/bench scale"),
        (["scale", "-1"], "'-1' can't be used"),
        (["staging", "inf"], "'inf' can't be used"),
        (["month", "days=0"], "'days=0' can't be used; use days=30, first=2017-12-01, customers=3"),
        (["month", "first=1 May"], "'first=1 May' can't be used; use days=30, first=2017-12-01"),
        (["month", "shop=nosuch.yml"], "'shop=nosuch.yml' can't be used"),
        (["month", "week=1"], "'week=1' can't be used"),
        (["build", "abc"], "'abc' can't be used; use a whole number of at least 1"),
        (["build", "0"], "'0' can't be used"),
        (["build", "1", "2"], "unrecognized arguments: 2 (usage: scripts/bench build [-h] [RUNS])"),
        (["topn", "extra"], "unrecognized arguments: extra (usage: scripts/bench topn [-h])"),
    ],
)
def test_what_can_t_be_used_is_refused_in_one_line(bench, words, says):
    code, out, err, measured = bench(*words)
    assert (code, out, measured) == (2, "", [])
    assert err.startswith("scripts/bench")
    assert err.count("\n") == 1
    assert says in err


@pytest.mark.parametrize("word", ["--help", "help"])
def test_help_measures_nothing(bench, word):
    code, out, err, measured = bench("quality", word)
    assert (code, err, measured) == (0, "", [])
    assert out.startswith("usage: scripts/bench quality [-h] [SHOP ...]")


def test_help_says_all_that_a_measurement_says_of_itself(monkeypatch, capsys):
    monkeypatch.syspath_prepend(SCRIPTS)
    entry = importlib.import_module("benchmarks.__main__")
    monkeypatch.setattr(sys, "argv", ["bench", "scale", "--help"])
    with pytest.raises(SystemExit):
        entry.main()
    said = capsys.readouterr().out
    assert "\nscripts/bench scale webshop 30000 1000000     so many customers\n" in said


@pytest.mark.parametrize("words", [[], ["help"], ["--help"]])
def test_without_a_name_the_measurements_are_listed(bench, words):
    code, out, err, measured = bench(*words)
    assert (code, err, measured) == (0, "", [])
    for name in (
        "api",
        "build",
        "leaderboard",
        "month",
        "movielens",
        "quality",
        "reproducible",
        "scale",
        "topn",
    ):
        assert f"    {name} " in out or f"    {name}\n" in out


def test_a_shop_that_is_named_and_not_there_is_missed(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(SCRIPTS)
    monkeypatch.setenv("RECSYS_SHARED_DATA", str(tmp_path))
    quality = importlib.import_module("benchmarks.quality")
    with pytest.raises(SystemExit, match="online_retail: not there"):
        quality.main(["online_retail"])


def test_what_only_one_of_two_builds_has_is_a_difference(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(SCRIPTS)
    reproducible = importlib.import_module("benchmarks.reproducible")
    made = ["create table t as select 1 as x", "create table t as select 1 as x, 2 as y"]
    for name, statement in zip("ab", made, strict=True):
        with duckdb.connect(tmp_path / name) as connection:
            connection.execute(statement)
            if name == "b":
                connection.execute("create table extra as select 1 as z")
    found = reproducible.differences(tmp_path / "a", tmp_path / "b")
    assert found == {"main.extra": 1, "main.t": 1}
    assert reproducible.differences(tmp_path / "b", tmp_path / "b") == {
        "main.extra": 0,
        "main.t": 0,
    }
