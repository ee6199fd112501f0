import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from recsys.cli import main

COMMANDS = [
    *("init", "check", "build", "tune", "recommend", "why", "similar", "status", "report"),
    *("export", "serve", "builds", "rollback", "forget"),
]
ODD_IDS = ["00123", "a/b", "50%", "o'hara", "кот", 'say "hi"', "x y"]


@pytest.fixture
def recsys(built, monkeypatch, capsys):
    """Return a function that runs the command and gives its exit code, stdout and stderr."""
    monkeypatch.setenv("RECSYS_DATABASE", str(built))
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["recsys", *arguments])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_version(recsys):
    code, out, _ = recsys("--version")
    assert (code, out.split()[0]) == (0, "recsys")


@pytest.mark.parametrize("customer_id", ODD_IDS)
def test_recommend_takes_ids_as_they_are(recsys, customer_id):
    code, out, err = recsys("recommend", customer_id, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["customer"]["customer_id"] == customer_id


def test_an_id_that_looks_like_an_option(recsys):
    code, out, _ = recsys("recommend", "--", "-5")
    assert code == 0
    assert "Customer -5, loyal, 42 orders, spent 1,234.50, last purchase 2017-12-30" in out


def test_recommend_shows_lists_with_titles_and_reasons(recsys):
    code, out, _ = recsys("recommend", "00123")
    assert code == 0
    assert out.index("discover (by hybrid)") < out.index("next_basket (by hybrid)")
    assert "Café [crème], 250 g" in out
    assert "Recently bought" in out


def test_recommend_says_where_the_next_basket_is_what_is_bought_again(recsys, built):
    said = "next_basket (by hybrid), the same as buy_again"
    assert said in recsys("recommend", "00123")[1]
    with duckdb.connect(built) as connection:
        connection.execute(
            "update marts.recommendations set product_id = 'P9' "
            "where list_type = 'buy_again' and customer_id = '00123' and rank = 3"
        )
    assert said not in recsys("recommend", "00123")[1]


def test_one_list_cut_to_one(recsys):
    _, out, _ = recsys("recommend", "00123", "--list", "buy_again", "--k", "1", "--json")
    rows = json.loads(out)["recommendations"]
    assert [(row["list_type"], row["product_id"]) for row in rows] == [("buy_again", "P1")]
    assert rows[0]["generated_at"] == "2018-01-01T06:00:00+00:00"


@pytest.mark.parametrize(
    ("k", "said"),
    [
        ("3", ""),
        (
            "5",
            "note: the build stores 3 products per list, not 5. Build with list_length: 5, "
            "set in the shop file or by --set\n",
        ),
        (
            "50",
            "note: the build stores 3 products per list, not 50. Build with list_length: 20 "
            "(20 at most), set in the shop file or by --set\n",
        ),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_more_products_than_are_stored(recsys, k, said, options):
    code, out, err = recsys("recommend", "00123", "--list", "discover", "--k", k, *options)
    assert (code, err) == (0, said)
    assert "P/3" in out
    if options:
        assert len(json.loads(out)["recommendations"]) == 3


def test_more_than_any_setting_stores(recsys, built):
    with duckdb.connect(built) as connection:
        connection.execute("update marts.run_history set parameters = '{\"list_length\": 20}'")
    assert recsys("recommend", "00123", "--k", "21")[2] == (
        "note: the build stores 20 products per list, not 21: list_length can't be more than 20\n"
    )
    with duckdb.connect(built) as connection:
        connection.execute("update marts.run_history set parameters = null")
    assert recsys("recommend", "00123", "--k", "21")[::2] == (0, "")


def test_more_similar_products_than_are_stored(recsys):
    assert recsys("similar", "P1", "--k", "2")[2] == ""
    assert recsys("similar", "P1", "--k", "21")[2] == (
        "note: the build stores 2 similar products per method, not 21\n"
        "note: the build stores 20 products bought together with one, not 21. "
        "Build with pairs_per_product: 21, set in the shop file or by --set\n"
    )


@pytest.mark.parametrize("command", [(), *[(name,) for name in COMMANDS]])
def test_h_is_help(recsys, command):
    code, out, err = recsys(*command, "-h")
    assert (code, err) == (0, "")
    assert "Usage: recsys" in out
    assert out == recsys(*command, "--help")[1]


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("recsys stat", ["status"]),
        ("recsys recommend 1 --list ", ["discover", "buy_again", "next_basket"]),
        ("recsys export --fo", ["--format"]),
    ],
)
def test_shells_complete_commands_options_and_values(recsys, monkeypatch, words, completed):
    """As bash asks: the words so far in a variable, the answer one word a line."""
    monkeypatch.setenv("_RECSYS_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    assert recsys()[1].split() == completed


def test_the_script_that_a_shell_reads_is_shown(recsys):
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "recsys", "--show-completion", "bash"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "_RECSYS_COMPLETE=complete_bash" in done.stdout


def test_a_runs_id_is_short_on_a_terminal_and_whole_in_json(recsys, built):
    whole, other = "5de8d3ce-d784-4cc9-bbbb-5b8597e36022", "5de8d3ce-d799-4cc9-bbbb-5b8597e36022"
    with duckdb.connect(built) as connection:
        connection.execute(
            "update marts.run_history set run_id = ? where run_id = 'run-2'", [whole]
        )
    assert "Run 5de8d3ce, finished" in recsys("status")[1]
    assert json.loads(recsys("status", "--json")[1])["run"]["run_id"] == whole
    with duckdb.connect(built) as connection:
        connection.execute(
            "update marts.run_history set run_id = ? where run_id = 'run-1'", [other]
        )
    assert "Run 5de8d3ce-d78, finished" in recsys("status")[1]


def test_a_customer_without_lists_is_told_so(recsys):
    code, out, _ = recsys("recommend", "quiet")
    assert code == 0
    assert out.count("no product qualifies") == 3


def test_similar(recsys):
    code, out, _ = recsys("similar", "P1")
    assert code == 0
    for title in ("Similar by content", "Similar by collaborative", "Bought together"):
        assert title in out
    _, out, _ = recsys("similar", "P/3", "--method", "content", "--json")
    assert [row["similar_product_id"] for row in json.loads(out)["similar_products"]] == ["P1"]


def test_a_product_that_is_never_recommended_says_why(recsys):
    _, out, _ = recsys("similar", "007")
    assert "not recommended: no sale in 90 days" in out


def test_status_judges_the_newest_fold(recsys):
    code, out, _ = recsys("status")
    assert code == 0
    assert "judged on what was bought from 2017-12-04" in out
    assert "0.4200*" in out
    lines = [line.split() for line in out.splitlines()]
    assert ["judged", "2,000", "2,050"] in lines
    assert ["left", "out:", "nothing", "to", "find", "300", "250"] in lines
    assert ["left", "out:", "no", "history", "30", "30"] in lines
    assert "not in the sample" not in out
    assert ["purchases", "outside", "the", "catalogue", "37.5", "%", "35.0", "%"] in lines
    assert "1,469,307" in out
    assert "quantity is not a number (300)" in " ".join(out.split())
    _, out, _ = recsys("status", "--json")
    facts = json.loads(out)
    assert facts["run"]["run_id"] == "run-2"
    assert {row["fold"] for row in facts["leaderboard"]} == {"2017-12-04"}
    assert [(row["list_type"], row["customers_nothing_to_find"]) for row in facts["coverage"]] == [
        ("discover", 300),
        ("next_basket", 250),
        ("product_page", 400),
    ]


def test_status_of_a_shop_of_ratings_speaks_of_ratings(recsys, built):
    with duckdb.connect(built) as connection:
        for table in ("champions", "model_metrics", "evaluation_coverage"):
            connection.execute(f"delete from marts.{table} where list_type <> 'discover'")  # noqa: S608
    code, out, _ = recsys("status")
    assert code == 0
    assert "NDCG@10, judged on what was rated from 2017-12-04" in out
    assert ["ratings", "outside", "the", "catalogue", "37.5", "%"] in map(
        str.split, out.splitlines()
    )
    assert "bought" not in out


def test_status_of_a_shop_that_can_t_be_judged_names_no_day(recsys, built):
    with duckdb.connect(built) as connection:
        connection.execute("delete from marts.model_metrics")
    _, out, _ = recsys("status")
    assert "NDCG@10\n  no recommender was judged" in out
    assert "None" not in out


def test_status_says_what_the_shops_files_lack(recsys):
    _, out, _ = recsys("status")
    said = next(line for line in out.splitlines() if line.startswith("ratings "))
    assert "ratings are implied by purchases" in said
    assert "lines without a customer" not in out  # which is given
    missing = json.loads(recsys("status", "--json")[1])["missing_inputs"]
    assert [row["aspect"] for row in missing] == ["ratings"]


def test_status_marks_who_isn_t_surely_different_from_who_serves(recsys, built):
    """Hybrid serves: a tie with another baseline, segment, metric, k or fold says nothing of it."""
    _, out, _ = recsys("status")
    assert "0.1590" in out
    assert "0.1590~" not in out
    assert "* serves the list, ~ no significant difference from it" in out
    assert "+0.0200 " in out
    with duckdb.connect(built) as connection:
        connection.execute("update marts.model_comparisons set verdict = 'tie'")
        connection.execute("update marts.champions set verdict = 'tie'")
    _, out, _ = recsys("status")
    assert "0.1590~" in out
    assert "0.4200*" in out
    assert "+0.0200~" in out
    facts = json.loads(recsys("status", "--json")[1])
    [popularity] = [
        row
        for row in facts["leaderboard"]
        if (row["recommender"], row["list_type"]) == ("popularity", "next_basket")
    ]
    compared = ("baseline", "difference", "difference_low", "difference_high", "verdict")
    assert [popularity[key] for key in compared] == ["hybrid", -0.1, -0.2, 0.01, "tie"]
    assert {row["verdict"] for row in facts["champions"]} == {"tie"}
    with duckdb.connect(built) as connection:
        connection.execute("delete from marts.model_comparisons")
    code, out, _ = recsys("status")
    assert code == 0
    assert "0.1590" in out
    assert "0.1590~" not in out


def test_status_marks_who_is_surely_better_than_who_serves(recsys, built):
    _, out, _ = recsys("status")
    assert "+ significantly better" not in out
    with duckdb.connect(built) as connection:
        connection.execute("update marts.model_comparisons set verdict = 'better'")
    _, out, _ = recsys("status")
    assert "0.1590+" in out
    assert "+ significantly better than what serves the list" in out


@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize("command", [("recommend", "00123"), ("similar", "P1"), ("status",)])
def test_tables_fit_and_carry_no_escapes(recsys, monkeypatch, columns, command):
    monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = recsys(*command)
    assert "\x1b" not in out
    assert "…" not in out
    assert max(map(len, out.splitlines())) <= int(columns)


def test_long_ids_are_never_cut(recsys, built):
    wide = "C-" + "0123456789" * 6
    with duckdb.connect(built) as connection:
        connection.execute("update marts.recommendations set product_id = ?", [wide])
    _, out, _ = recsys("recommend", "00123", "--list", "discover")
    assert wide[:40] in out
    assert wide[40:] in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("recommend", "123"), "no customer '123' in this database. Ids like it: '00123'"),
        (("similar", "' or 1=1 --"), "no product"),
        (("export", "--to", "out", "--table", "nope"), "no public table 'nope'"),
        (("status", "--database", "none.duckdb"), "build it with `recsys build`"),
        (("build", "--shop", "none.yml"), "no shop file at"),
    ],
)
def test_errors_are_one_message_on_stderr(recsys, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    code, out, err = recsys(*arguments)
    assert code == (3 if "shop file" in says else 1)  # docs/schedules.md
    assert err.startswith("recsys: ")
    assert says in err
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    "arguments",
    [
        ("recommend",),
        ("recommend", "00123", "--list", "nope"),
        ("recommend", "00123", "--k", "0"),
        ("recommend", "-5"),
        ("nope",),
        ("export",),
    ],
)
def test_a_wrong_call_exits_with_two(recsys, arguments):
    code, _, err = recsys(*arguments)
    assert code == 2
    assert "Usage:" in err


def test_a_running_build_is_named(recsys, held):
    code, _, err = recsys("status")
    assert code == 4
    assert f"in use by process {held}" in err


def test_database_wins_over_the_variable(recsys, built, monkeypatch):
    monkeypatch.setenv("RECSYS_DATABASE", "/nowhere/at/all.duckdb")
    assert recsys("status")[0] == 1
    assert recsys("status", "--database", str(built))[0] == 0


def test_export(recsys, tmp_path):
    to = tmp_path / "out"
    code, out, _ = recsys(
        "export", "--to", str(to), "--format", "csv", "--table", "products", "--table", "champions"
    )
    assert code == 0
    assert sorted(path.name for path in to.iterdir()) == [
        "champions.csv",
        "manifest.json",
        "products.csv",
    ]
    assert "products.csv" in out


def test_serve_without_its_packages_says_what_to_install(recsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    code, _, err = recsys("serve")
    assert code == 1
    assert "pip install 'recsys[api]'" in err


def test_the_installed_command_survives_an_ascii_terminal(built: Path):
    done = subprocess.run(  # noqa: S603 - our own command
        [str(Path(sys.executable).with_name("recsys")), "recommend", "кот"],
        env={**os.environ, "RECSYS_DATABASE": str(built), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Caf\\xe9 [cr\\xe8me]" in done.stdout
