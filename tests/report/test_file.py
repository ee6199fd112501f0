"""The report's file: whole or not at all, and never in the place of another."""

import os
import stat
from pathlib import Path

import pytest

from recsys.errors import RecsysError
from recsys.reading.warehouse import Warehouse
from recsys.report import default_path, file, write_report
from recsys.report.page import MARK

needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


@pytest.fixture
def write(judged_once):
    def write(to: Path) -> int:
        with Warehouse(judged_once) as warehouse:
            return write_report(warehouse, to)

    return write


def test_it_is_written_and_replaced(write, tmp_path):
    to = tmp_path / "new" / "shop.report.html"
    size = write(to)
    assert to.stat().st_size == size
    assert to.read_text(encoding="utf-8").startswith(MARK)
    to.write_text(MARK + "an older one", encoding="utf-8")
    assert write(to) == size == to.stat().st_size
    assert [path.name for path in to.parent.iterdir()] == ["shop.report.html"]


@pytest.mark.parametrize("content", [b"", b"my notes", b"\x00\xff", b"<!doctype html>\n<p>mine"])
def test_another_file_stays(write, tmp_path, content):
    to = tmp_path / "mine.html"
    to.write_bytes(content)
    with pytest.raises(RecsysError, match=r"mine\.html: another file is there, which isn't a"):
        write(to)
    assert to.read_bytes() == content


def test_the_database_itself_stays(changed):
    path = changed()
    before = path.read_bytes()
    with Warehouse(path) as warehouse, pytest.raises(RecsysError, match="isn't a report"):
        write_report(warehouse, path)
    assert path.read_bytes() == before


def test_a_folder_is_refused(write, tmp_path):
    with pytest.raises(RecsysError, match="it is a folder; name a file in it"):
        write(tmp_path)


def test_a_file_in_place_of_the_folder(judged_once, tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(RecsysError, match=r"can't write the report to .*with --to"):
        file.replace(tmp_path / "taken" / "shop.html", MARK, like=judged_once)


def test_a_full_disk_leaves_the_last_report(judged_once, tmp_path, monkeypatch):
    to = tmp_path / "shop.html"
    to.write_text(MARK + "the last one", encoding="utf-8")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file.os, "fsync", full)
    with pytest.raises(RecsysError, match=r"No space left on device; .* MiB are free"):
        file.replace(to, MARK, like=judged_once)
    assert to.read_text(encoding="utf-8") == MARK + "the last one"
    assert [path.name for path in tmp_path.iterdir()] == ["shop.html"]


@needs_modes
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_who_may_read_the_database_may_read_the_report(changed, tmp_path, mode):
    path = changed()
    path.chmod(mode)
    to = tmp_path / "shop.html"
    file.replace(to, MARK, like=path)
    assert stat.S_IMODE(to.stat().st_mode) == mode


@needs_modes
def test_a_link_stays_a_link(judged_once, tmp_path):
    real, link = tmp_path / "real.html", tmp_path / "link.html"
    real.touch()
    link.symlink_to(real)
    size = file.replace(link, MARK, like=judged_once)
    assert link.is_symlink()
    assert real.stat().st_size == size


@pytest.mark.parametrize(
    ("database", "report"),
    [("a.duckdb", "a.report.html"), ("a.db", "a.db.report.html"), ("a", "a.report.html")],
)
def test_it_lies_beside_the_database(database, report):
    assert default_path(Path("folder") / database) == Path("folder") / report
