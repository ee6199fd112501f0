"""`scripts/bench scale` says what a build took, how that grows, and which targets are missed."""

import importlib
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
MB = 1_000_000


@pytest.fixture
def scale(monkeypatch):
    """Return the module; builds take what they would if all grew with the customers squared."""
    monkeypatch.syspath_prepend(SCRIPTS)
    module = importlib.import_module("benchmarks.scale")
    builds = importlib.import_module("benchmarks.builds")

    def run_build(database: Path, *arguments: str) -> object:
        assert arguments == ("--shop", str(database.parent / "shop.yml"))
        square = (int(database.parent.name) / 100) ** 2
        return builds.Taken(
            seconds=10 * square,
            peak_bytes=round(2**30 * square),
            steps=[(30.0 * square, "rec_ease"), (0.1, "int_folds")],
            cpu_seconds=20 * square,
            disk_bytes=round(50 * MB * square),
            published_bytes=round(10 * MB * square),
            stages=[builds.Stage("staging", 2.0, 2**29)],
        )

    monkeypatch.setattr(module, "run_build", run_build)
    return module


def test_a_web_shop_of_two_sizes(scale, capsys):
    with pytest.raises(SystemExit) as ended:
        scale.main(["webshop", 100, 300])
    out = capsys.readouterr().out
    # time may grow with the power 1.05, and there are 9 GiB of at most 8
    assert "growth of seconds: power 2.00 of 1.05" in str(ended.value)
    assert "peak memory, GiB of 300: 9.00 of 8" in str(ended.value)
    lines = {" ".join(line.split()) for line in out.splitlines()}
    assert {
        "CPU seconds 20",
        "peak memory, GiB 1.00 8",
        "peak disk, GB 0.05",
        "published, MB 10.0",
        "published, bytes a customer 100,000",
        "seconds 10 90 2.00 1.05",
        "CPU seconds 20 180 2.00",
        "peak memory, GiB 1.00 9.00 2.00",
        "peak disk, GB 0.05 0.45 2.00",
        "published, MB 10.0 90.0 2.00",
        "published, bytes a customer 100,000 300,000 1.00",
        "rec_ease 30.0 270.0 2.00",
        "staging 2.0 0.50",
    } <= lines
    assert "== webshop, 100 customers: " in out
    assert " of 300 customers and " in out


def test_one_size_has_no_growth(scale, capsys):
    scale.main(["marketplace", 100])
    assert "exponent" not in capsys.readouterr().out


def test_targets_of_a_size_are_of_that_size_alone(scale):
    measures = importlib.import_module("benchmarks.scale_measures")
    assert measures.target_of("webshop", 30_000, measures.CPU_SECONDS) == 400
    assert measures.target_of("webshop", 100_000, measures.CPU_SECONDS) is None
    assert measures.target_of("webshop", 100_000, measures.SECONDS) == 720
    assert measures.target_of("webshop", 1_000_000, measures.PEAK) == 8
    assert measures.target_of("grocery", 16.0, measures.SECONDS) == 2_000


def test_disk_is_told_from_the_inputs_and_the_published_file(scale):
    measures = importlib.import_module("benchmarks.scale_measures")
    taken = scale.run_build(Path("100") / "shop.duckdb", "--shop", str(Path("100") / "shop.yml"))
    measured = measures.Measured(taken, customers=100, input_bytes=10 * MB)
    assert measures.DISK_OF_INPUTS.of(measured) == pytest.approx(4)  # (50 - 10) / 10
    found = list(measures.missed("webshop", 1_000_000, measured))
    assert found == [
        "published, bytes a customer of 1,000,000: 100,000 of 2,000",
        "disk but the published, of inputs of 1,000,000: 4.0 of 3",
    ]


def test_disk_is_all_that_the_build_wrote_and_nothing_else(monkeypatch, tmp_path):
    """The inputs beside the database don't count; the work folder and what is published do."""
    monkeypatch.syspath_prepend(SCRIPTS)
    builds = importlib.import_module("benchmarks.builds")
    (tmp_path / "purchases.parquet").write_bytes(bytes(5000))
    work = tmp_path / ".recsys" / "shop"
    work.mkdir(parents=True)
    (work / "spill").write_bytes(bytes(300))
    (tmp_path / "shop.duckdb").write_bytes(bytes(20))
    assert builds.disk_bytes(tmp_path / "shop.duckdb") == 320
    assert builds.disk_bytes(tmp_path / "other.duckdb") == 0
