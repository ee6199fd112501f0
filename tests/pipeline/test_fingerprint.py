"""What a build is made of, and what tells that nothing of it has changed."""

import os
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import recsys.pipeline.fingerprint as module
from recsys.errors import ShopFileError
from recsys.pipeline.changes import Change, changes
from recsys.pipeline.fingerprint import Fingerprint, fingerprint, today, versions
from recsys.pipeline.published_tables import day_of_undated_lines
from recsys.storage import file_marks
from recsys.storage.forgotten import new_list, write_list

SHOP = """
name: mine
purchases:
  path: orders/*.csv
  columns: {customer_id: c, product_id: p, purchased_at: d}
settings: {list_length: 5}
"""
LINES = "c,p,d\nann,tea,2024-05-01\n"


@pytest.fixture
def shop(tmp_path):
    folder = tmp_path / "shop"
    (folder / "orders").mkdir(parents=True)
    (folder / "shop.yml").write_text(SHOP)
    for day in ("1", "2"):
        (folder / "orders" / f"{day}.csv").write_text(LINES.replace("05-01", f"05-0{day}"))
    return folder


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "one.sql").write_text("select 1 as one")
    return folder


def look(shop: Path, project: Path, before: Fingerprint | None = None, **settings) -> Fingerprint:
    return fingerprint(shop / "shop.yml", settings, project, shop.parent / "work", before)


def differing(shop: Path, project: Path, before: Fingerprint, **settings) -> list[tuple[str, str]]:
    now = look(shop, project, before, **settings)
    found = changes(before, now)
    assert before.is_same(now) == (not found)
    return [(change.kind, change.text) for change in found]


def test_the_same_again_is_the_same(shop, project):
    before = look(shop, project)
    assert differing(shop, project, before) == []
    assert Fingerprint.model_validate_json(before.model_dump_json()) == before


def test_a_file_with_the_same_bytes_is_unchanged_whenever_it_was_written(shop, project):
    before = look(shop, project)
    (shop / "orders" / "1.csv").write_text(LINES)
    os.utime(shop / "orders" / "2.csv", (1, 1))
    assert differing(shop, project, before) == []


def test_other_bytes_of_the_same_length_and_time_are_a_change(shop, project):
    before = look(shop, project)
    file = shop / "orders" / "1.csv"
    found = file.stat()
    file.write_text(LINES.replace("tea", "oil"))
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))
    before = before.model_copy(update={"taken_at": time.time_ns() + 60 * 10**9})
    assert differing(shop, project, before) == [("inputs", "purchases: orders/1.csv is changed")]


def test_new_files_and_those_that_are_gone_are_named(shop, project):
    before = look(shop, project)
    (shop / "orders" / "1.csv").unlink()
    for day in range(3, 8):
        (shop / "orders" / f"{day}.csv").write_text(LINES)
    assert differing(shop, project, before) == [
        ("inputs", "purchases: orders/3.csv, orders/4.csv, orders/5.csv and 2 others are new"),
        ("inputs", "purchases: orders/1.csv is gone"),
    ]


def test_what_is_unchanged_is_not_read_again(shop, project, monkeypatch):
    before = look(shop, project)
    old = {name: (shop / "orders" / name).read_text() for name in ("1.csv", "2.csv")}
    later = before.model_copy(update={"taken_at": time.time_ns() + 60 * 10**9})
    read: list[str] = []
    digest_of = file_marks.digest_of

    def reading(path: Path) -> str:
        read.append(path.name)
        return digest_of(path)

    monkeypatch.setattr(file_marks, "digest_of", reading)
    monkeypatch.setattr(module, "versions", lambda project: before.version)
    look(shop, project, later)
    assert read == []
    look(shop, project, before)
    assert read == ["1.csv", "2.csv"], "they were written in the moment of that look"
    (shop / "orders" / "2.csv").write_text(old["2.csv"])
    read.clear()
    look(shop, project, later)
    assert read == ["2.csv"]


def test_the_shop_file_counts_by_what_it_says(shop, project):
    before = look(shop, project)
    file = shop / "shop.yml"
    file.write_text(f"# nightly\n{SHOP}")
    assert differing(shop, project, before) == []
    file.write_text(SHOP.replace("purchased_at: d", "purchased_at: d, quantity: '1'"))
    assert differing(shop, project, before) == [("shop file", "purchases.columns.quantity")]


def test_whom_a_build_notifies_does_not_count(shop, project):
    before = look(shop, project)
    told = "{webhook: https://example.com/hooks/secret, events: build_failed}"
    (shop / "shop.yml").write_text(f"{SHOP}notify: [{told}]\n")
    assert differing(shop, project, before) == []
    assert "secret" not in look(shop, project).model_dump_json()


def test_who_is_to_stay_forgotten_counts(shop, project):
    """As where `recsys forget` ended between its list and the database."""
    before = look(shop, project)
    work = shop.parent / "work"
    work.mkdir()
    forgotten = new_list()
    write_list(work, forgotten)
    assert differing(shop, project, before) == []
    write_list(work, forgotten.adding([forgotten.hash_of("ann")], date(2024, 5, 31)))
    assert differing(shop, project, before) == [
        ("forgotten", "others are to be kept out than then")
    ]


def test_settings_count_wherever_they_are_given(shop, project):
    before = look(shop, project)
    assert differing(shop, project, before, list_length=5) == []
    assert differing(shop, project, before, list_length=7, diversity=0.5) == [
        ("settings", "list_length: 5 → 7"),
        ("settings", "diversity: its default → 0.5"),
    ]
    assert differing(shop, project, before, keep_builds=2, write_report=True) == []
    day = look(shop, project, before, as_of=date(2024, 5, 3))
    assert differing(shop, project, day) == [("settings", "as_of: 2024-05-03 → its default")]


def test_the_version_and_the_code_count(shop, project, monkeypatch):
    before = look(shop, project)
    (project / "models" / "target").mkdir()
    (project / "models" / "target" / "manifest.json").write_text("{}")
    assert differing(shop, project, before) == []
    (project / "models" / "one.sql").write_text("select 2 as one")
    code = versions(project)["code"]
    assert differing(shop, project, before) == [
        ("version", f"code: {before.version['code']} → {code}")
    ]
    now = look(shop, project)
    monkeypatch.setattr(module, "__version__", "9.0")
    monkeypatch.setattr(module, "version", lambda name: f"2.{len(name)}")
    monkeypatch.setattr(module, "_required", lambda: ["duckdb"])
    texts = [text for _, text in differing(shop, project, now)]
    assert f"recsys: {now.version['recsys']} → 9.0" in texts
    assert f"duckdb: {now.version['duckdb']} → 2.6" in texts
    assert f"numpy: {now.version['numpy']} → none" in texts


def test_a_models_folder_counts_by_its_files(shop, project, tmp_path):
    folder = tmp_path / "embeddings"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "1_Pooling" / "config.json").write_text("{}")
    before = look(shop, project, content_embedding_model=str(folder))
    (folder / "1_Pooling" / "config.json").write_text('{"a": 1}')
    assert differing(shop, project, before, content_embedding_model=str(folder)) == [
        ("inputs", "content_embedding_model: 1_Pooling/config.json is changed")
    ]


def of_database(shop: Path, table: str, path: str = "erp.duckdb") -> None:
    (shop / "shop.yml").write_text(SHOP.replace("orders/*.csv", f"{path}\n  table: {table}"))


def test_a_table_of_a_database_counts_by_its_rows_alone(shop, project):
    of_database(shop, "orders")
    with duckdb.connect(shop / "erp.duckdb") as connection:
        connection.execute("create table orders as select 'ann' as c, 'tea' as p, '2024-05-01' d")
    before = look(shop, project)
    with duckdb.connect(shop / "erp.duckdb") as connection:
        connection.execute("create table others as select 1 as one")
    assert differing(shop, project, before) == []
    with duckdb.connect(shop / "erp.duckdb") as connection:
        connection.execute("update orders set p = 'oil'")
    assert differing(shop, project, before) == [
        ("inputs", "purchases: erp.duckdb orders is changed")
    ]
    now = look(shop, project)
    with duckdb.connect(shop / "erp.duckdb") as connection:
        connection.execute("alter table orders rename column p to product")
    assert len(differing(shop, project, now)) == 1


def test_a_view_is_computed_every_time(shop, project):
    """What it gives may change while its file doesn't."""
    of_database(shop, "orders")
    with duckdb.connect(shop / "erp.duckdb") as connection:
        connection.execute(
            "create view orders as select 'ann' as c, uuid()::varchar as p, '2024-05-01' as d"
        )
    before = look(shop, project)
    before = before.model_copy(update={"taken_at": time.time_ns() + 60 * 10**9})
    assert differing(shop, project, before) == [
        ("inputs", "purchases: erp.duckdb orders is changed")
    ]


def test_rows_in_a_databases_log_count(shop, project):
    of_database(shop, "orders")
    file = shop / "erp.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute("create table orders as select 'ann' as c, 'tea' as p, '2024-05-01' d")
    before = look(shop, project)
    before = before.model_copy(update={"taken_at": time.time_ns() + 60 * 10**9})
    written = file.read_bytes()
    with duckdb.connect(file) as connection:
        connection.execute("pragma disable_checkpoint_on_shutdown")
        connection.execute("insert into orders values ('bob', 'rye', '2024-05-02')")
    assert file.read_bytes() == written
    assert (shop / "erp.duckdb.wal").exists()
    assert differing(shop, project, before) == [
        ("inputs", "purchases: erp.duckdb orders is changed")
    ]


def test_what_is_counted_from_today_is_of_its_day(shop, project, monkeypatch):
    before = look(shop, project)
    assert before.day is None
    (shop / "shop.yml").write_text(
        SHOP.replace("purchased_at: d", "purchased_at: \"date '2024-05-30' - age(d::date)\"")
    )
    before = look(shop, project)
    assert before.day == today()
    monkeypatch.setattr(module, "today", lambda: before.day + timedelta(days=1))
    [change] = changes(before, look(shop, project, before))
    assert change == Change("day", f"{before.day} → {before.day + timedelta(days=1)}")


def test_a_shop_that_cannot_be_read_has_none(shop, project):
    for file in (shop / "orders").iterdir():
        file.unlink()
    with pytest.raises(ShopFileError, match=r"purchases.path: no file matches 'orders/\*.csv'"):
        look(shop, project)
    (shop / "shop.yml").unlink()
    with pytest.raises(ShopFileError, match="doesn't exist"):
        look(shop, project)


@pytest.mark.parametrize(
    ("as_of", "moment", "day"),
    [
        (None, None, date(2024, 5, 30)),  # a shop of ratings without dates
        (None, "2024-05-01", None),
        ("2024-05-30", None, None),
    ],
)
def test_a_shop_without_dates_is_looked_at_on_the_day_of_the_build(tmp_path, as_of, moment, day):
    copy = tmp_path / "work.duckdb"
    with duckdb.connect(copy) as connection:
        connection.execute("create schema staging; create schema intermediate")
        connection.execute("create table staging.stg_settings as select ?::date as as_of", [as_of])
        connection.execute(
            "create table intermediate.int_folds as select 'serving' as fold, "
            "timestamp '2024-05-31' as cutoff_at"
        )
        connection.execute(
            "create table intermediate.int_events as select ?::timestamp as occurred_at, "
            "null::timestamp as returned_at",
            [moment],
        )
    assert day_of_undated_lines(copy) == day


def test_a_project_without_these_tables_has_no_day(tmp_path):
    copy = tmp_path / "work.duckdb"
    duckdb.connect(copy).close()
    assert day_of_undated_lines(copy) is None
