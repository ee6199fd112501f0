"""Temporary folders go with their process; the next one removes those of a process that is gone."""

import os
import stat
import subprocess
import sys

import duckdb
import pytest

from recsys.shop import attach_shop, load_shop
from recsys.storage.scratch import OWNER, PREFIX, Scratch, close_all, is_scratch, remove_abandoned
from recsys.storage.work_folder import work_folder_of

KILLED = """
import os, signal, sys
from pathlib import Path
from recsys.storage.scratch import Scratch
scratch = Scratch(Path(sys.argv[1]))
(scratch.path / "customers.csv").write_text("c1")
os.kill(os.getpid(), signal.SIGKILL)
"""
ENDED = KILLED.replace("os.kill(os.getpid(), signal.SIGKILL)", "raise SystemExit")


def names(place) -> list[str]:
    return sorted(path.name for path in place.iterdir())


def run(program: str, place) -> None:
    subprocess.run([sys.executable, "-c", program, str(place)], check=False)  # noqa: S603


def test_a_folder_is_its_owner_s_and_goes_when_it_is_closed(tmp_path):
    scratch = Scratch(tmp_path / "work")
    assert scratch.path.parent == tmp_path / "work"
    assert is_scratch(scratch.path / "a.csv")
    if os.name == "posix":
        assert stat.S_IMODE(scratch.path.stat().st_mode) == 0o700
    (scratch.path / "deep").mkdir()
    (scratch.path / "deep" / "a.csv").write_text("a")
    scratch.close()
    scratch.close()
    assert names(tmp_path) == []  # what was made for it goes, too
    (tmp_path / "work").mkdir()
    Scratch(tmp_path / "work").close()
    assert names(tmp_path) == ["work"]


def test_it_goes_with_its_object_and_with_its_process(tmp_path):
    with Scratch(tmp_path) as scratch:
        assert scratch.path.is_dir()
    assert names(tmp_path) == []
    scratch = Scratch(tmp_path)
    del scratch
    assert names(tmp_path) == []
    run(ENDED, tmp_path)
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_the_next_one_removes_what_a_killed_process_left_and_nothing_else(tmp_path):
    run(KILLED, tmp_path)
    [left] = tmp_path.iterdir()
    assert (left / "customers.csv").exists()
    living = Scratch(tmp_path)
    assert names(tmp_path) == [living.path.name]
    for other in (f"{PREFIX}without-owner", "recsys-of-somebody", "other"):
        (tmp_path / other).mkdir()
        (tmp_path / other / "file").write_text("kept")
    outside = tmp_path / "other" / "owned"
    outside.mkdir()
    (outside / OWNER).touch()
    (tmp_path / f"{PREFIX}link").symlink_to(outside)
    remove_abandoned(tmp_path)
    assert names(tmp_path) == sorted(
        [living.path.name, f"{PREFIX}without-owner", f"{PREFIX}link", "recsys-of-somebody", "other"]
    )
    assert (outside / OWNER).exists()


def test_a_build_s_copy_has_the_work_folder_of_its_database(tmp_path):
    of = work_folder_of(tmp_path / "shop.duckdb")
    assert of == tmp_path / ".recsys" / "shop"
    assert work_folder_of(of / "building" / "shop.duckdb") == of
    assert work_folder_of(of / "a" / "b" / "shop.duckdb") == of


def test_copies_of_a_shop_s_files_go_with_the_connection(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "p.csv").write_bytes("c,p,t\né,x,2024-01-01\n".encode("utf-16"))
    (tmp_path / "shop.yml").write_text("""
name: x
purchases: {path: p.csv, columns: {customer_id: c, product_id: p, purchased_at: t}}
""")
    shop = load_shop(tmp_path / "shop.yml")
    connection = duckdb.connect()
    attach_shop(connection, shop, {})
    assert len(names(tmp_path / "temporary")) == 1
    connection.close()
    del connection
    assert names(tmp_path / "temporary") == []
    scratch = Scratch(tmp_path / "work")
    with duckdb.connect() as connection:
        attach_shop(connection, shop, {}, scratch)
        assert names(tmp_path / "temporary") == []
        assert connection.execute("select customer_id from recsys_inputs.main.purchases").fetchall()
    close_all()
    assert names(tmp_path / "temporary") == []
    assert not (tmp_path / "work").exists()
