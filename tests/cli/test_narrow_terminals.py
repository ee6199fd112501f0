"""However narrow the terminal is, every value is shown, and none in a wider line."""

import sys

import pytest

from recsys.cli import main
from recsys.cli.output import Column, print_table

COLUMNS = [
    Column("#", "number"),
    Column("product", "id"),
    Column("title"),
    Column("share of all baskets", "number"),
    Column("why"),
]
ROWS = [
    (1, "00" + "123456789" * 6, "Café crème", 1_234_567.891, "bought together with Milk"),
    (22_333, "P2", "Milk", -5.5, "Donaudampfschifffahrtsgesellschaft"),
    (3, "P3", None, None, ""),
]


@pytest.mark.parametrize("width", [1, 10, 20, 39, 40, 50, 60, 70, 80, 100, 200])
def test_a_table_loses_nothing(capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    print_table("T", COLUMNS, ROWS, empty="none")
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines()[2:])) <= width
    letters = "".join(out.split())
    for value in ("00" + "123456789" * 6, "1,234,567.89", "-5.50", "22,333"):
        assert whole_or_folded(value, out, letters)
    words = "Café crème bought together with Milk Donaudampfschifffahrtsgesellschaft"
    if width < 70:  # one value below the other, so that folded words stay together
        assert all(word in letters for word in words.split())


def test_long_names_stay_whole_where_the_terminal_has_room_for_them(capsys, monkeypatch):
    """In a table the names would be broken; the rows are printed one value below the other."""
    monkeypatch.setenv("COLUMNS", "60")
    columns = [Column("source", "id"), *(Column(f"number {n}", "number") for n in range(3))]
    rows = [("purchases", 1, 2, 3, "unreadable_purchased_at (1); missing_product_id (7)")]
    print_table("T", [*columns, Column("why rejected")], rows, empty="none")
    out = capsys.readouterr().out
    assert "unreadable_purchased_at" in out
    assert "missing_product_id" in out


def whole_or_folded(value: str, out: str, letters: str) -> bool:
    """Tell whether it is there: in one piece, or piece by piece in its column."""
    return value in out or value in letters or (value[:40] in out and value[40:] in out)


@pytest.fixture
def printed(built, monkeypatch, tmp_path, capsys):
    """Return a function that gives what a command prints on a terminal so wide."""

    def run(width: int, command: tuple[str, ...]) -> str:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("RECSYS_DATABASE", str(built))
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr(sys, "argv", ["recsys", *command])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("width", [40, 50, 60, 70, 80])
@pytest.mark.parametrize(
    ("command", "values"),
    [
        (("status",), ["1,469,307", "0.4200*", "0.0575*", "0.1590", "37.5 %", "+0.0200", "95"]),
        (("recommend", "00123"), ["P/3", "0.500", "0.250", "2017-12-30", "COFFEE"]),
        (("similar", "P1"), ["0.900", "0.700", "DAIRY", "120", "2.50", "2.10"]),
        (("export", "--to", "out"), ["recommendations.parquet", "72", "9"]),
    ],
)
def test_commands_lose_nothing(printed, width, command, values):
    out = printed(width, command)
    assert [value for value in values if value not in out] == []
