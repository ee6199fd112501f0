"""What stands in a shop's files is shown on a terminal, never obeyed by it."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest
from rich.console import Console

from recsys.cli import output
from recsys.cli.output import Column, print_error, print_json, print_line, print_table
from recsys.draft.yaml_text import scalar
from recsys.shop.strict_yaml import read_mapping
from recsys.terminal import escaped, printable

ESCAPES = (
    "\x1b[31mred\x1b[0m \x9b2J \x1b]0;title\x07 a\rb\nc\td\x08 \u202egpj.exe\u202c \u2028 \x7f"
)
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
HARMLESS = "Crème brûlée 女 👩\u200d👧 ab\u200cc 100 % [red]not markup[/red]"


def test_text_is_shown_as_it_is_and_what_would_be_obeyed_as_blanks():
    assert printable(HARMLESS) == HARMLESS
    assert printable("a\x1b[31mb\x00\u202ec\ud800") == "a [31mb  c "
    assert not OBEYED.search(printable(ESCAPES))
    assert "\n" not in printable(ESCAPES)


def test_json_says_the_same_without_them():
    value = {"title": ESCAPES, "plain": HARMLESS, "\x1b": "\U000e0041"}
    text = escaped(json.dumps(value, indent=2, ensure_ascii=False))
    assert json.loads(text) == value
    assert not OBEYED.search(text)
    assert HARMLESS in text


def test_every_way_to_print(capsys, monkeypatch):
    monkeypatch.setattr(output, "console", lambda: Console(highlight=False, width=300))
    print_line(ESCAPES + HARMLESS)
    print_table(ESCAPES, [Column(ESCAPES, "id")], [(ESCAPES + HARMLESS,)], empty="none")
    print_table("title", [Column("a")], [], empty=ESCAPES)
    print_json({ESCAPES: ESCAPES})
    print_error(f"first {ESCAPES}\n  second")
    printed = capsys.readouterr()
    assert not OBEYED.search(printed.out + printed.err)
    assert "[red]not markup[/red]" in printed.out
    assert printed.err.startswith("recsys: first")
    assert printed.err.endswith("\n  second\n")


@pytest.mark.parametrize(("value", "has_styles"), [(None, True), ("", True), ("1", False)])
def test_no_color_prints_no_style_at_all(monkeypatch, capsys, value, has_styles):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if value is not None:
        monkeypatch.setenv("NO_COLOR", value)
    print_table("bold title", [Column("a")], [("b",)], empty="none")
    print_line("yellow line", "yellow")
    assert ("\x1b[" in capsys.readouterr().out) is has_styles


@pytest.mark.parametrize("arguments", [("--help",), ("status", "-h"), ("recommend",)])
def test_no_color_takes_styles_from_help_and_wrong_calls(tmp_path, monkeypatch, arguments):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    styled = recsys(tmp_path, *arguments)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = recsys(tmp_path, *arguments)
    assert "\x1b[" in styled.stdout + styled.stderr
    assert "\x1b[" not in plain.stdout + plain.stderr


def test_a_drafted_name_is_read_as_the_same_name(tmp_path):
    for name in (ESCAPES, "a\x85b", "a\x9bb", "a\u2028b", "\ufeffa", "[red]", "a: b # c"):
        (tmp_path / "shop.yml").write_text(f"name: {scalar(name)}\n", encoding="utf-8")
        assert read_mapping(tmp_path / "shop.yml") == {"name": name}
        assert not OBEYED.search((tmp_path / "shop.yml").read_text(encoding="utf-8"))


def recsys(folder, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "recsys", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_headers_and_ids_of_a_hostile_file(tmp_path):
    evil = "\x1b[2Jcol\u202eumn"
    lines = "".join(f"c\x1b[31m{n % 5},p{n % 3},2024-01-{n + 1:02},[red]{n}\n" for n in range(28))
    (tmp_path / "p.csv").write_text(f"customer_id,product_id,date,{evil}\n{lines}")
    drafted = recsys(tmp_path, "init", "p.csv")
    assert drafted.returncode == 0
    (tmp_path / "shop.yml").write_text("""
name: x
purchases:
  path: p.csv
  columns: {customer_id: no_such, product_id: product_id, purchased_at: date}
""")
    refused = recsys(tmp_path, "build", "--shop", "shop.yml", "--database", "x.duckdb")
    asked = recsys(tmp_path, "check", "--shop", "shop.yml", "--json")
    assert (refused.returncode, asked.returncode) == (3, 3)  # wrong input
    assert "col" in refused.stderr
    assert "col" in json.loads(asked.stdout)["error"]
    for done in (drafted, refused, asked):
        assert not OBEYED.search(done.stdout + done.stderr)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGTERM, 143, "recsys: ended by SIGTERM before it was done\n"),
        (signal.SIGHUP, 129, "recsys: ended by SIGHUP before it was done\n"),
        (signal.SIGINT, 130, ""),
    ],
)
def test_a_command_ends_on_signals_and_puts_its_files_away(tmp_path, number, code, said):
    (tmp_path / "tmp").mkdir()
    program = (
        "import signal, sys\n"
        # whoever runs the tests in the background ignores these, and children inherit that
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "import recsys.storage.scratch, recsys.cli\n"
        "def forever(*a, **k):\n"
        "    scratch = recsys.storage.scratch.Scratch()\n"
        "    print(scratch.path, flush=True)\n"
        "    import time\n"
        "    with scratch:\n"
        "        time.sleep(600)\n"
        "sys.modules['recsys.cli.init'].draft_shop = forever\n"
        "from recsys.cli import main\n"
        "main()\n"
    )
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", program, "init", "p.csv"],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline().strip().startswith(str(tmp_path / "tmp"))
        command.send_signal(number)
        _, error = command.communicate(timeout=60)
    assert (command.returncode, error) == (code, said)
    assert list((tmp_path / "tmp").iterdir()) == []
