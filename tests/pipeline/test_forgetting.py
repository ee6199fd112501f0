"""A customer is taken out of every table, file and byte, and out of every later build."""

# ruff: noqa: S608 - words of ours
import errno
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from recsys.errors import DatabaseError, InvalidParameterError, RecsysError
from recsys.pipeline import publishing
from recsys.pipeline.forgetting import forget_customers, let_in_again
from recsys.pipeline.kept_builds import builds_of
from recsys.pipeline.last_published import FILE as PUBLISHED
from recsys.pipeline.named_customers import cleaned_ids, unknown_customers
from recsys.pipeline.publishing import published
from recsys.pipeline.purging import purge
from recsys.pipeline.traces import (
    is_telling,
    mentions,
    pattern_of,
    remove_customers,
    with_merged,
)
from recsys.storage.forgotten import (
    Forgotten,
    complete_list,
    list_of,
    new_list,
    read_list,
    write_list,
)
from recsys.storage.work_folder import fit_folder, work_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="of POSIX files")

ANN = "ann-of-the-hill-4711"
OLD_ANN = "ann-before-her-wedding-0815"
"""Merged into ANN."""
ZOE = "zoë-with-dots-2024"


def fill(copy, run):
    """Make tables of every kind that a customer can stand in."""
    with duckdb.connect(copy) as connection:
        connection.execute(
            f"""
            create schema marts; create schema intermediate; create schema crm;
            create table marts.run_history as select '{run}' as run_id, now() as finished_at;
            create table marts.customers (customer_id varchar primary key, orders integer);
            insert into marts.customers values ('{ANN}', 3), ('bob', 1), ('{ZOE}', 2), ('7', 4);
            create table marts.purchases as
            select customer_id, concat(customer_id, ' ', n) as order_id, n as quantity
            from (values ('{ANN}', 1), ('{ANN}', 2), ('bob', 7), ('{ZOE}', 7), ('7', 7))
                as lines (customer_id, n);
            create table marts.product_audiences (
                product_id varchar not null, rank integer not null, customer_id varchar not null
            );
            insert into marts.product_audiences values
                ('tea', 1, '{ANN}'), ('tea', 2, 'bob'), ('tea', 3, '{ZOE}'), ('jam', 1, 'bob'),
                ('jam', 2, '{ANN}'), ('jam', 3, '7');
            create table marts.rejected_rows (row_number integer, row_json varchar not null);
            insert into marts.rejected_rows values
                (1, '{{"customer_id": " {ANN} ", "quantity": "two"}}'),
                (2, '{{"customer_id": "bob", "quantity": "7"}}'),
                (3, '{{"line": 9, "problem": "2 fields", "text": "tea,{ANN}"}}'),
                (4, '{{"line": 10, "problem": "2 fields", "text": "tea,bob"}}'),
                (5, '{{"customer_id": "bob", "merged_into": "=\\"{ANN}\\""}}');
            create table intermediate.int_customer_merges as
            select '{OLD_ANN}' as customer_id, '{ANN}' as merged_into;
            create table intermediate.int_fold_customers as
            select customer_id, row_number() over ()::integer as customer_key
            from marts.customers;
            create table intermediate.rec_svd as
            select customer_key, 0.5 as score from intermediate.int_fold_customers;
            create table crm.calls (called_on date, of_customer_id varchar, note varchar);
            insert into crm.calls values
                ('2024-01-01', '{ANN}', 'called'), ('2024-01-02', 'bob', 'asked for {ANN}');
            create table crm.groups as select
                'friends' as name, ['{ANN}', 'bob'] as customer_ids,
                [{{'customer_id': '{ANN}', 'n': 1}}, {{'customer_id': 'bob', 'n': 2}}] as members,
                {{'customer_id': 'bob'}} as head
            union all
            select 'others', ['7'], [{{'customer_id': '7', 'n': 3}}], {{'customer_id': '{ANN}'}};
            create view marts.details as select * from marts.purchases;
            """
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a folder with a database, an earlier build, logs and working tables of them."""
    folder = tmp_path_factory.mktemp("built")
    path = folder / "shop.duckdb"
    for run in ("run-a", "run-b"):
        with published(path) as publication:
            publication.copy.unlink(missing_ok=True)
            fill(publication.copy, run)
            publication.keep_builds = 2
        os.utime(path, (1_700_000_000 + ord(run[-1]), 1_700_000_000 + ord(run[-1])))
    work = work_folder(path)
    for name in ("logs/dbt.log", "serving/fitted/svd.joblib", "past/run-b.duckdb", "other.json"):
        file = work / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"something about {ANN}", encoding="utf-8")
    return folder


@pytest.fixture
def database(built, tmp_path):
    return shutil.copytree(built, tmp_path, dirs_exist_ok=True) / "shop.duckdb"


def rows(database, sql):
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def files_with(folder, customer_id):
    """Return the files that hold an id in their bytes."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and customer_id.encode() in path.read_bytes()
    )


def clear_note(database):
    with published(database) as publication, duckdb.connect(publication.copy) as connection:
        publication.is_same_build = True
        connection.execute("update crm.calls set note = ''")


def earlier(database):
    return next(build for build in builds_of(database) if not build.is_current)


def test_no_byte_of_any_file_names_them(database, tmp_path):
    clear_note(database)
    kept = str(earlier(database).file.relative_to(tmp_path))
    fit = fit_folder(database) / "work.duckdb"
    fit.parent.mkdir()
    fit.write_text(f"working tables about {ANN}", encoding="utf-8")
    left = [f".recsys/shop/{name}" for name in ("fit/work.duckdb", "logs/dbt.log", "other.json")]
    left.append(".recsys/shop/serving/fitted/svd.joblib")
    assert files_with(tmp_path, ANN) == [kept, *left, "shop.duckdb"]
    done = forget_customers(database, [ANN])
    # a note of a user's own in the build before is told, and stays
    assert files_with(tmp_path, ANN) == [kept]
    assert done.mentions == {kept.removeprefix(".recsys/"): [("crm.calls", "note", 1)]}
    assert files_with(tmp_path, OLD_ANN) == []
    assert done.cleared == ("fit", "logs", "other.json", "serving")
    assert sorted(path.name for path in work_folder(database).iterdir()) == [
        *("builds", "forgotten.json", "lock.duckdb", "receipts"),
    ]


def test_their_rows_go_and_nobody_elses(database):
    done = forget_customers(database, [ANN])
    assert done.customers == (OLD_ANN, ANN)
    assert done.merged == (OLD_ANN,)
    assert done.unknown == ()
    for file in (database, earlier(database).file):
        assert rows(file, "from marts.customers order by all") == [("7", 4), ("bob", 1), (ZOE, 2)]
        assert rows(file, "select customer_id from marts.details order by all") == [
            *(("7",), ("bob",), (ZOE,)),
        ]
        assert rows(file, "from crm.calls") == [(date(2024, 1, 2), "bob", f"asked for {ANN}")]
        assert rows(file, "from crm.groups") == [
            ("friends", ["bob"], [{"customer_id": "bob", "n": 2}], {"customer_id": "bob"}),
        ]
        assert rows(file, "select count(*) from intermediate.int_customer_merges") == [(0,)]
        keys = rows(file, "select customer_key from intermediate.int_fold_customers order by all")
        assert rows(file, "select customer_key from intermediate.rec_svd order by all") == keys
        assert len(keys) == 3
    removed = {one.table: one.rows for one in done.removed["shop.duckdb"]}
    assert removed == {
        "marts.customers": 1,
        "marts.purchases": 2,
        "marts.product_audiences": 2,
        "marts.rejected_rows": 3,
        "intermediate.int_customer_merges": 1,
        "intermediate.int_fold_customers": 1,
        "intermediate.rec_svd": 1,
        "crm.calls": 1,
        "crm.groups": 3,
    }


def test_who_stood_behind_them_in_an_audience_moves_up(database):
    forget_customers(database, [ANN])
    assert rows(database, "from marts.product_audiences order by product_id, rank") == [
        *(("jam", 1, "bob"), ("jam", 2, "7"), ("tea", 1, "bob"), ("tea", 2, ZOE)),
    ]


def test_lines_that_were_rejected_stay_without_what_they_said(database):
    forget_customers(database, [ANN])
    found = rows(database, "select row_json from marts.rejected_rows order by row_number")
    assert [json.loads(text) for (text,) in found] == [
        {},
        {"customer_id": "bob", "quantity": "7"},
        {},
        {"line": 10, "problem": "2 fields", "text": "tea,bob"},
        {},
    ]


def test_an_id_that_is_also_a_count_takes_only_its_own_rows(database):
    done = forget_customers(database, ["7"])
    assert rows(database, "select sum(quantity) from marts.purchases") == [(1 + 2 + 7 + 7,)]
    assert rows(database, "select count(*) from marts.rejected_rows where row_json = '{}'") == [
        (0,)
    ]
    assert done.mentions == {}


def test_composed_and_decomposed_letters_are_one_id(database):
    done = forget_customers(database, [" zoe\u0308-with-dots-2024\ufeff"])
    assert done.customers == (ZOE,)
    assert done.unknown == ()
    assert rows(database, f"select count(*) from marts.customers where customer_id = '{ZOE}'") == [
        (0,)
    ]


def test_unknown_ids_are_told_and_kept_out_all_the_same(database):
    done = forget_customers(database, ["nobody", "007"])
    assert done.unknown == ("007", "nobody")
    assert done.removed == {}
    assert read_list(work_folder(database)).hash_of("nobody") in done.hashes


def test_an_earlier_build_keeps_its_time_and_can_be_put_back(database):
    before = {build.run_id: build.published_at for build in builds_of(database)}
    forget_customers(database, [ANN])
    assert {build.run_id: build.published_at for build in builds_of(database)} == before
    assert set(before) == {"run-a", "run-b"}


def test_the_receipt_says_what_went_and_no_id(database):
    done = forget_customers(database, [ANN, "nobody"])
    text = done.receipt.read_text("utf-8")
    told = json.loads(text)
    assert ANN not in text
    assert "nobody" not in text
    assert told["customers"] == 3
    assert told["found"] == 2
    assert told["removed_rows"]["shop.duckdb"]["marts.purchases"] == 2
    assert told["customer_hashes"] == list(done.hashes)


def test_a_hash_is_that_of_the_standard_with_a_key_that_only_the_owner_reads(database):
    """The first test case of HMAC-SHA256 of RFC 4231, with a key of 20 bytes."""
    known = Forgotten(b"\x0b" * 20, {})
    assert known.hash_of("Hi There") == (
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    )
    forget_customers(database, [ANN])
    file = work_folder(database) / "forgotten.json"
    assert file.stat().st_mode & 0o777 == 0o600
    key = bytes.fromhex(json.loads(file.read_text("utf-8"))["key"])
    assert len(key) == 32
    expected = hmac.new(key, ANN.encode(), hashlib.sha256).hexdigest()
    hashes = {row[0] for row in rows(database, "select customer_hash from privacy.forgotten")}
    assert expected in hashes
    assert key not in database.read_bytes()
    assert key.hex().encode() not in database.read_bytes()


def test_twice_is_once(database):
    first = forget_customers(database, [ANN])
    again = forget_customers(database, [ANN])
    assert again.removed == {}
    assert set(again.hashes) < set(first.hashes)
    assert rows(database, "select count(*) from privacy.forgotten") == [(2,)]


BUILDS = "from recsys.pipeline.publishing import only_build as opened; arguments = (path,)"
WRITES = "from duckdb import connect as opened; arguments = (path,)"


@pytest.mark.parametrize("opening", [BUILDS, WRITES], ids=["a build", "a writer"])
def test_who_builds_or_writes_refuses_it(database, monkeypatch, opening):
    before = database.read_bytes()
    monkeypatch.setattr(publishing, "PATIENCE_SECONDS", 0.1)
    code = f"""if True:
        import pathlib, sys
        path = pathlib.Path(sys.argv[1])
        {opening}
        with opened(*arguments):
            print(flush=True)
            sys.stdin.read()
    """
    command = [sys.executable, "-c", code, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # noqa: S603
        other.stdout.readline()
        with pytest.raises(DatabaseError, match="in use by process"):
            forget_customers(database, [ANN])
        other.communicate(b"")
    assert database.read_bytes() == before
    assert read_list(work_folder(database)) is None


def test_readers_go_on_with_what_they_have_open(database):
    with duckdb.connect(database, read_only=True) as reader:
        forget_customers(database, [ANN])
        assert reader.execute("select count(*) from marts.customers").fetchall() == [(4,)]
    assert rows(database, "select count(*) from marts.customers") == [(3,)]


def test_what_is_no_customer_is_refused(database, tmp_path):
    with pytest.raises(InvalidParameterError, match="no customer is named"):
        forget_customers(database, [])
    with pytest.raises(InvalidParameterError, match="an id is empty"):
        forget_customers(database, ["ann", " "])
    with pytest.raises(InvalidParameterError, match="isn't UTF-8"):
        forget_customers(database, ["\udc80"])
    with pytest.raises(DatabaseError, match="no database at"):
        forget_customers(tmp_path / "nowhere.duckdb", ["ann"])
    assert cleaned_ids(["a", " a", "b"]) == ["a", "b"]


def test_a_full_disk_leaves_the_database_as_it_was(database, monkeypatch):
    before = database.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("recsys.pipeline.purging.write_afresh", full)
    with pytest.raises(RecsysError, match="No space left"):
        forget_customers(database, [ANN])
    assert database.read_bytes() == before
    monkeypatch.undo()
    assert forget_customers(database, [ANN]).unknown == ()


def test_hashes_without_their_key_are_no_silent_welcome(database, tmp_path):
    forget_customers(database, [ANN])
    work = work_folder(database)
    (work / "forgotten.json").unlink()
    with duckdb.connect(database) as connection:
        with pytest.raises(DatabaseError, match=r"2 forgotten customers.* is missing"):
            list_of(connection, work)
        write_list(work, new_list())
        with pytest.raises(DatabaseError, match="holds another key"):
            list_of(connection, work)
        (work / "forgotten.json").write_text("{}", "utf-8")
        with pytest.raises(DatabaseError, match="can't be read"):
            list_of(connection, work)
    (work / "forgotten.json").unlink()
    with pytest.raises(DatabaseError, match="--new-key"):
        forget_customers(database, ["bob"])
    # two are dropped, and of one it is said who it is
    with pytest.raises(
        InvalidParameterError, match=r"drops 2 hashes.* at least 1, would come back"
    ):
        forget_customers(database, ["bob"], new_key=True)
    with pytest.raises(DatabaseError, match="is missing"):
        unknown_customers(database, ["bob"])
    done = forget_customers(database, ["bob", ANN], new_key=True)
    assert done.dropped_hashes == 2
    assert json.loads(done.receipt.read_text("utf-8"))["dropped_hashes"] == 2
    with duckdb.connect(database) as connection:
        assert len(list_of(connection, work).customers) == 2
    (work / "forgotten.json").unlink()
    assert forget_customers(database, ["bob"], new_key=True, drop_unnamed=True).dropped_hashes == 2


def test_a_new_key_keeps_the_hashes_of_a_key_that_is_there(database):
    """Of an older copy of forgotten.json the database knows more."""
    forget_customers(database, ["bob"])
    file = work_folder(database) / "forgotten.json"
    older = file.read_text("utf-8")
    forget_customers(database, [ZOE])
    file.write_text(older, "utf-8")
    done = forget_customers(database, ["7"], new_key=True)
    assert done.dropped_hashes == 0
    assert len(read_list(work_folder(database)).customers) == 3


def test_who_is_unknown_stands_nowhere(database):
    """An earlier build knows who the database doesn't."""
    with published(database) as publication, duckdb.connect(publication.copy) as connection:
        publication.is_same_build = True
        connection.execute(f"delete from marts.customers where customer_id = '{ZOE}'")
        connection.execute(f"delete from marts.purchases where customer_id = '{ZOE}'")
        connection.execute(f"delete from marts.product_audiences where customer_id = '{ZOE}'")
    assert unknown_customers(database, [ZOE, "bob", "nobody", "customer_id"]) == [
        *("nobody", "customer_id"),
    ]
    forget_customers(database, ["nobody"])
    assert unknown_customers(database, ["nobody"]) == []
    with pytest.raises(DatabaseError, match="no database at"):
        unknown_customers(database.with_name("nowhere"), ["bob"])


def test_a_setting_that_names_them_is_written_down_without(database, tmp_path):
    """Builds write their settings down: here two that named ann among others, and one ann alone."""
    clear_note(database)
    settings = {"seed": 7, "audit_customer_ids": f"{ANN}, bob", "rating_max": 5.0, "as_of": None}
    with published(database) as publication, duckdb.connect(publication.copy) as connection:
        publication.is_same_build = True
        connection.execute("alter table marts.run_history add column parameters varchar")
        connection.execute(
            "update marts.run_history set parameters = ?", [json.dumps(settings, indent=1)]
        )
        connection.execute(
            "create table intermediate.settings as select unnest(?::varchar[]) "
            "as audit_customer_ids",
            [[f"{ANN},bob", ANN, "bob", None]],
        )
    work = work_folder(database)
    told = {"shop": "s.yml", "variables": {"audit_customer_ids": ANN, "seed": 7}}
    (work / "last_build.json").write_text(json.dumps(told), "utf-8")
    done = forget_customers(database, [ANN])
    [(parameters,)] = rows(database, "select parameters from marts.run_history")
    assert json.loads(parameters) == settings | {"audit_customer_ids": "bob"}
    assert list(json.loads(parameters)) == list(settings)
    assert rows(database, "from intermediate.settings") == [("bob",), (None,), ("bob",), (None,)]
    assert json.loads((work / "last_build.json").read_text("utf-8")) == {
        "shop": "s.yml",
        "variables": {"audit_customer_ids": None, "seed": 7},
    }
    kept = str(earlier(database).file.relative_to(tmp_path))
    assert files_with(tmp_path, ANN) == [kept]  # in a note of the user's own
    receipt = json.loads(done.receipt.read_text("utf-8"))
    assert receipt["rewritten_in_work_folder"] == ["last_build.json"]
    assert receipt["removed_rows"]["shop.duckdb"]["marts.run_history"] == 1


def test_lists_of_lists_and_maps_lose_them_at_any_depth():
    with duckdb.connect() as connection:
        connection.execute("""
            create table nested as select
                [['ann', 'bob'], ['cat'], null] as customer_ids,
                map {'ann': 1, 'bob': 2} as score_by_customer_id,
                map {1: 'ann', 2: 'bob'} as first_customer_id,
                map {'tea': ['ann', 'bob'], 'jam': ['ann']} as tea_customer_ids,
                map {'tea': {'customer_id': 'ann'}, 'jam': {'customer_id': 'bob'}} as best,
                {'name': 'ann', 'customer_ids': ['ann', 'bob']} as head,
                [{'n': 1, 'customer_ids': ['ann', 'cat']}, {'n': 2, 'customer_ids': []}] as groups,
                ['ann', 'bob']::varchar[2] as pair_customer_ids,
                [[{'customer_id': 'ann', 'n': 1}, {'customer_id': 'bob', 'n': 1}]] as deep,
                null::map(varchar, integer) as no_customer_id,
                null::struct(customer_ids varchar[]) as nothing,
                ['ann'] as names
        """)
        types = connection.sql("from nested").types
        removed, _ = remove_customers(connection, ["ann"])
        assert removed == [("main.nested", 9)]  # values
        assert connection.sql("from nested").types == types
        assert connection.sql("from nested").fetchall() == [
            (
                [["bob"], ["cat"], None],
                {"bob": 2},
                {2: "bob"},
                {"tea": ["bob"], "jam": []},
                {"jam": {"customer_id": "bob"}},
                {"name": "ann", "customer_ids": ["bob"]},
                [{"n": 1, "customer_ids": ["cat"]}, {"n": 2, "customer_ids": []}],
                (None, "bob"),
                [[{"customer_id": "bob", "n": 1}]],
                None,
                None,
                ["ann"],
            )
        ]


def test_unions_lose_them_whatever_their_members_are_called():
    """A row goes where the union is the customer; lists within a union become shorter."""
    with duckdb.connect() as connection:
        connection.execute("create type one as union (num integer, str varchar)")
        connection.execute("""
            create type piece as union (
                customer_ids varchar[], note varchar, best struct(customer_id varchar, n integer)
            )
        """)
        connection.execute("""
            create table rows_of as
            select unnest(['ann'::one, 'bob'::one, 7::one, null::one]) as customer_id
        """)
        connection.execute("""
            create table parts (id integer, found piece, groups piece[], customer_ids one[])
        """)
        connection.execute("""
            insert into parts values
                (1, union_value(customer_ids := ['ann', 'bob']), null, null),
                (2, union_value(note := 'ann'), null, ['ann'::one, 'bob'::one, 7::one]),
                (3, null, [
                    union_value(customer_ids := ['ann'])::piece,
                    union_value(best := {'customer_id': 'ann', 'n': 1})::piece,
                    union_value(best := {'customer_id': 'bob', 'n': 2})::piece
                ], null),
                (4, union_value(best := {'customer_id': 'ann', 'n': 1}), null, null)
        """)
        types = connection.sql("from parts").types
        remove_customers(connection, ["ann", "7"])
        assert connection.sql("select customer_id::varchar from rows_of").fetchall() == [
            ("bob",),
            (None,),
        ]
        assert connection.sql("from parts").types == types
        assert connection.sql("from parts order by id").fetchall() == [
            (1, ["bob"], None, None),
            (2, "ann", None, ["bob"]),
            (3, None, [[], {"customer_id": "bob", "n": 2}], None),
        ]


def test_the_table_of_hashes_says_what_it_is(database):
    forget_customers(database, [ANN])
    assert (
        rows(
            database,
            "select comment is not null from duckdb_columns() where table_name = 'forgotten'",
        )
        == [(True,)] * 3
    )
    [(comment,)] = rows(
        database, "select comment from duckdb_tables() where table_name = 'forgotten'"
    )
    assert "kept out of every build" in comment


def test_a_database_that_was_deleted_is_told_by_its_work_folder(database):
    done = forget_customers(database, [ANN])
    database.unlink()
    with duckdb.connect(database) as connection:
        found = list_of(connection, work_folder(database))
    assert set(found.customers) == set(done.hashes)


def test_only_ids_that_tell_are_looked_for_in_texts():
    assert [one for one in ("7", "ann", "20240531", "c-4711", "Ö12x") if is_telling(one)] == [
        *("c-4711", "Ö12x"),
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table notes as select unnest(?) as note",
            [
                ["about c-4711.", "c-4711", "xc-4711", "c-47110", "c.4711", "(a|b)$1", "ü (a|b)$1"],
            ],
        )
        assert mentions(connection, ["c-4711"]) == [("main.notes", "note", 2)]
        assert mentions(connection, ["(a|b)$1"]) == [("main.notes", "note", 2)]
    assert pattern_of("a.b·ü") == r"a\.b·ü"


def test_chains_of_merged_ids_are_followed_in_both_directions():
    with duckdb.connect() as connection:
        connection.execute(
            "create table merges as select * from (values ('a', 'b'), ('b', 'c'), ('d', 'c'), "
            "('x', 'y'), ('e', null)) as pairs (customer_id, merged_into)"
        )
        assert with_merged(connection, ["d", "e"]) == {"a", "b", "c", "d", "e"}
        assert with_merged(connection, ["nobody"]) == {"nobody"}


def test_thousands_are_looked_for_in_texts_too():
    ids = [f"customer-{number}" for number in range(2000)]
    with duckdb.connect() as connection:
        connection.execute("create table notes as select 'about customer-1999!' as note")
        connection.execute("insert into notes values ('customer-2000'), ('customer-7')")
        assert mentions(connection, ids) == [("main.notes", "note", 2)]


def test_the_next_build_reads_the_files_again(database):
    """It would do nothing otherwise, since no file and no setting has changed."""
    told = work_folder(database) / PUBLISHED
    for change in (forget_customers, let_in_again):
        told.write_text("{}", "utf-8")
        change(database, [ANN])
        assert not told.exists()


def test_who_is_let_in_again_is_on_no_list_any_more(database):
    forget_customers(database, [ANN, "bob"])
    assert let_in_again(database, ["bob", "nobody"]) == ["nobody"]
    work = work_folder(database)
    for file in (database, earlier(database).file):
        with duckdb.connect(file, read_only=True) as connection:
            listed = list_of(connection, work)
        assert listed.hash_of("bob") not in listed.customers
        assert listed.hash_of(ANN) in listed.customers
        assert rows(file, "select count(*) from privacy.forgotten") == [(2,)]
    assert let_in_again(database, [ANN, OLD_ANN]) == []
    assert rows(database, "from privacy.forgotten") == []
    assert rows(database, "select count(*) from marts.customers") == [(2,)]


def test_a_list_that_was_put_back_from_before_lets_nobody_in(database):
    """By the database; where that was put back, too, by receipts. Who was let in stays in."""
    work = work_folder(database)
    forget_customers(database, ["7"])
    older, older_file = database.read_bytes(), (work / "forgotten.json").read_text("utf-8")
    assert complete_list(database, work) == 0
    forget_customers(database, ["bob", ANN])
    let_in_again(database, ["bob"])
    newer = read_list(work)
    (work / "forgotten.json").write_text(older_file, "utf-8")
    assert complete_list(database, work) == 2
    assert read_list(work) == newer
    database.write_bytes(older)
    (work / "forgotten.json").write_text(older_file, "utf-8")
    assert complete_list(database, work) == 2
    assert read_list(work) == newer
    for receipt in (work / "receipts").iterdir():
        receipt.write_text("{", "utf-8")
    (work / "forgotten.json").write_text(older_file, "utf-8")
    assert complete_list(database, work) == 0
    write_list(work, new_list())  # another key
    assert complete_list(database, work) == 0
    (work / "forgotten.json").unlink()
    assert complete_list(database, work) == 0


def test_a_foreign_key_of_a_table_of_ones_own_is_named(tmp_path):
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute("""
            create schema crm;
            create table crm.accounts (customer_id varchar primary key);
            create table crm.tickets (id integer, customer_id varchar references crm.accounts);
            insert into crm.accounts values ('ann');
            insert into crm.tickets values (1, 'ann');
        """)
    with pytest.raises(RecsysError, match="refers to one of them by a foreign key") as raised:
        purge(file, ["ann"], new_list())
    assert "disk" not in str(raised.value)
